// What the client says, in the reader's language. The keys are those of the English messages, so a wrong key does not compile.
// What the first screen says is in <language>.json; what the pages behind it say, and what a domain says, comes with them, in
// <language>.<part>.json.
import type { Key } from "./keys";

export type { Key } from "./keys";
export type Language = "id" | "en" | "zh" | "hi" | "ar";
type Args = Record<string, string | number>;
type Words = Record<string, string>;

/** Every language by its own name, in the order in which they are offered. */
export const LANGUAGES: Record<Language, string> = { id: "Indonesia", en: "English", zh: "简体中文", hi: "हिन्दी", ar: "العربية" };
const RIGHT_TO_LEFT: ReadonlySet<Language> = new Set(["ar"]);

// written as numbers: the invisible letters themselves do not belong in a source
const FIRST_STRONG_ISOLATE = String.fromCharCode(0x2068);
const POP_ISOLATE = String.fromCharCode(0x2069);
const STORED = "warung.language";
const RTL_LETTER = /[\u0590-\u08ff\ufb1d-\ufefc]/;
const files = import.meta.glob<{ default: Words }>("../../messages/*.json");
const plurals = new Map<string, Intl.PluralRules>();
/** the parts beyond the first that are here or on their way; a change of language brings them along */
const parts = new Map<string, Promise<void>>();

class Locale {
  language = $state<Language>("en");
  messages = $state.raw<Record<string, string>>({});
}
const locale = new Locale();

/** The language of the screen, as a BCP 47 tag that Intl understands. */
export const language = (): Language => locale.language;

/** Is it one of the languages we speak? */
export function isLanguage(tag: string): tag is Language {
  return Object.hasOwn(LANGUAGES, tag);
}

/** Was a language chosen on this device? */
export const isRemembered = (): boolean => localStorage.getItem(STORED) !== null;

/** The language chosen on this device, else the first of the browser's that we speak, else English. */
export function preferredLanguage(): Language {
  const wishes = [localStorage.getItem(STORED) ?? "", ...navigator.languages];
  return wishes.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? "en";
}

async function written(tag: Language, part: string): Promise<Words> {
  const load = files[`../../messages/${part ? `${tag}.${part}` : tag}.json`];
  return load ? (await load()).default : {};
}

/** Load a language and show the client in it. `remember` keeps it for the next visit of this device. */
export async function speak(tag: string, remember = false): Promise<void> {
  const wanted = isLanguage(tag) ? tag : "en";
  let names: string[];
  let words: Words[];
  do {
    names = ["", ...parts.keys()];
    words = await Promise.all(names.map((part) => written(wanted, part)));
  } while (names.length <= parts.size); // a part was asked for meanwhile
  locale.messages = Object.assign({}, ...words);
  locale.language = wanted;
  document.documentElement.lang = wanted;
  document.documentElement.dir = RIGHT_TO_LEFT.has(wanted) ? "rtl" : "ltr";
  if (remember) localStorage.setItem(STORED, wanted);
}

function learn(part: string): Promise<void> {
  const known = parts.get(part);
  if (known) return known;
  const tag = locale.language;
  const learning = written(tag, part).then((words) => {
    // a change of language that began meanwhile brings the part itself
    if (locale.language === tag) locale.messages = { ...locale.messages, ...words };
  });
  parts.set(part, learning);
  learning.catch(() => parts.delete(part));
  return learning;
}

/** Load a module together with what it says, the pages' words and those of a part, and the drawings: it must not be drawn before. */
export async function withWords<M>(load: () => Promise<M>, part = "pages"): Promise<M> {
  const [module] = await Promise.all([load(), learn("pages"), learn(part), import("../ui/icons_more")]);
  return module;
}

/** Fill a message: `{name}`, or `{n, plural, one=# day|other=# days}` where # is the number in the reader's digits. */
export function fill(message: string, args: Args, tag: string, rtl = false): string {
  return message.replace(/\{(\w+)(?:, plural, ([^}]*))?\}/g, (_, name: string, forms?: string) => {
    const value = args[name] ?? "";
    if (forms === undefined) return typeof value === "number" ? value.toLocaleString(tag) : isolate(value, rtl);
    const rules = plurals.get(tag) ?? new Intl.PluralRules(tag);
    plurals.set(tag, rules);
    const known = new Map(forms.split("|").map((form) => [form.slice(0, form.indexOf("=")), form.slice(form.indexOf("=") + 1)]));
    const chosen = known.get(rules.select(Number(value))) ?? known.get("other") ?? "";
    return chosen.replaceAll("#", Number(value).toLocaleString(tag));
  });
}

/** A name whose script runs the other way must not pull the words around it along. */
function isolate(value: string, rtl: boolean): string {
  return rtl || RTL_LETTER.test(value) ? FIRST_STRONG_ISOLATE + value + POP_ISOLATE : value;
}

/** The message of a key, filled. */
export function t(key: Key, args: Args = {}): string {
  return fill(
    locale.messages[key] ?? key,
    args,
    locale.language,
    typeof document !== "undefined" && document.documentElement.dir === "rtl",
  );
}

/** Like t, for keys that come from the server: an unknown key gives `otherwise`. */
export function told(key: string, args: Args, otherwise: string): string {
  return Object.hasOwn(locale.messages, key) ? t(key as Key, args) : otherwise;
}

/** The messages whose keys begin so, unfilled: for the service worker, which speaks while no page is open. */
export function wordsOf(...beginnings: string[]): Words {
  const wanted = Object.entries(locale.messages).filter(([key]) => beginnings.some((beginning) => key.startsWith(beginning)));
  return Object.fromEntries(wanted);
}

/** A whole number in the reader's digits. */
export const count = (value: number): string => value.toLocaleString(locale.language);
