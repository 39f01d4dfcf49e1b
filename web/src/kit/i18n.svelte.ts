// What the client says, in the reader's language. The keys are those of the English messages, so a wrong key does not compile.
// What the first screen says is in <language>.json, what the pages behind it say comes with them, in <language>.pages.json.
import type first from "../../messages/en.json";
import type pages from "../../messages/en.pages.json";

export type Key = keyof typeof first | keyof typeof pages;
export type Language = "id" | "en" | "zh" | "hi";
type Args = Record<string, string | number>;

/** Every language by its own name, in the order in which they are offered. */
export const LANGUAGES: Record<Language, string> = { id: "Indonesia", en: "English", zh: "简体中文", hi: "हिन्दी" };

// written as numbers: the invisible letters themselves do not belong in a source
const FIRST_STRONG_ISOLATE = String.fromCharCode(0x2068);
const POP_ISOLATE = String.fromCharCode(0x2069);
const STORED = "warung.language";
const RTL_LETTER = /[\u0590-\u08ff\ufb1d-\ufefc]/;
type Load = () => Promise<{ default: Record<string, string> }>;
const loaders: Record<Language, readonly [first: Load, pages: Load]> = {
  id: [() => import("../../messages/id.json"), () => import("../../messages/id.pages.json")],
  en: [() => import("../../messages/en.json"), () => import("../../messages/en.pages.json")],
  zh: [() => import("../../messages/zh.json"), () => import("../../messages/zh.pages.json")],
  hi: [() => import("../../messages/hi.json"), () => import("../../messages/hi.pages.json")],
};
const plurals = new Map<string, Intl.PluralRules>();

class Locale {
  language = $state<Language>("en");
  messages = $state.raw<Record<string, string>>({});
  /** what the pages say is here or on its way; a change of language brings both files then */
  pages: Promise<void> | null = null;
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

/** Load a language and show the client in it. `remember` keeps it for the next visit of this device. */
export async function speak(tag: string, remember = false, whole = locale.pages !== null): Promise<void> {
  const wanted = isLanguage(tag) ? tag : "en";
  const parts = await Promise.all(loaders[wanted].slice(0, whole ? 2 : 1).map((load) => load()));
  locale.messages = Object.assign({}, ...parts.map((part) => part.default));
  locale.language = wanted;
  document.documentElement.lang = wanted;
  if (remember) localStorage.setItem(STORED, wanted);
}

/** Load pages together with what they say: they must not be drawn before. */
export async function withWords<M>(load: () => Promise<M>): Promise<M> {
  locale.pages ??= speak(locale.language, false, true);
  const [pages] = await Promise.all([
    load(),
    locale.pages.catch((error: unknown) => {
      locale.pages = null;
      throw error;
    }),
  ]);
  return pages;
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

/** A whole number in the reader's digits. */
export const count = (value: number): string => value.toLocaleString(locale.language);
