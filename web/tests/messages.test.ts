// What the client says: the same things in every language.
import { expect, test } from "vitest";
import { readFileSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fill, LANGUAGES } from "../src/kit/i18n.svelte";

type Words = Record<string, string>;
/** "en" is what the first screen says, "en.pages" what the pages say, "en.<domain>" what a domain says. */
const files = Object.entries(import.meta.glob<Words>("../messages/*.json", { eager: true, import: "default" })).map(
  ([path, words]) => [path.slice("../messages/".length, -".json".length), words] as const,
);
const parts = new Map(files.map(([name, words]) => [name, words]));
const said = (tag: string): Words => Object.assign({}, ...files.filter(([name]) => name.split(".")[0] === tag).map(([, words]) => words));

const en = said("en");
const id = said("id");
const OTHERS = Object.keys(LANGUAGES)
  .filter((tag) => tag !== "en")
  .map((tag): [string, Words] => [tag, said(tag)]);
const ALL: [string, Words][] = [["en", en], ...OTHERS];
const places = (message: string): string[] => [...message.matchAll(/\{(\w+)/g)].map((found) => found[1] ?? "").sort();

test.each(OTHERS)("%s says everything that English says, and nothing else", (_, messages) => {
  expect(Object.keys(messages).sort()).toEqual(Object.keys(en).sort());
});

test.each(OTHERS)("%s has the same places in every message as English", (_, messages) => {
  for (const [key, message] of Object.entries(en)) expect([key, places(messages[key] ?? "")]).toEqual([key, places(message)]);
});

test.each(ALL)("%s has every plural form that its numbers need", (tag, messages) => {
  const needed = new Intl.PluralRules(tag).resolvedOptions().pluralCategories;
  for (const [key, message] of Object.entries(messages))
    for (const [, forms] of message.matchAll(/\{\w+, plural, ([^}]*)\}/g))
      expect([key, (forms ?? "").split("|").map((form) => form.split("=")[0])]).toEqual([key, expect.arrayContaining(needed)]);
});

test.each(ALL)("%s leaves no message empty and no bracket open", (_, messages) => {
  for (const [key, message] of Object.entries(messages)) {
    expect([key, message.trim()]).toEqual([key, message]);
    expect([key, message.length > 0]).toEqual([key, true]);
    expect([key, fill(message, { n: 3 }, "en").includes("{")]).toEqual([key, false]);
  }
});

test("every language puts the same messages into the same files, and no key stands in two", () => {
  const seen = new Map<string, string>();
  for (const [name, words] of files) {
    const [tag, ...part] = name.split(".");
    const english = parts.get(["en", ...part].join("."));
    expect([name, Object.keys(words).sort()]).toEqual([name, Object.keys(english ?? {}).sort()]);
    if (tag === "en") for (const key of Object.keys(words)) {
      expect([key, seen.get(key)]).toEqual([key, undefined]);
      seen.set(key, name);
    }
  }
});

/** The sources that are loaded with the first screen: those that main.ts reaches by imports that are not lazy. */
function firstSources(): string[] {
  const seen = new Set<string>();
  const todo = [join(import.meta.dirname, "../src/main.ts")];
  for (let path = todo.pop(); path; path = todo.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    for (const [, to] of readFileSync(path, "utf8").matchAll(/^\s*(?:import|export)\s(?!type\b)[^;]*?["'](\.[^"']+)["'];/gm)) {
      const near = join(dirname(path), to ?? "");
      todo.push(...[near, `${near}.ts`, `${near}.svelte.ts`].filter((file) => /\.(ts|svelte)$/.test(file) && existsSync(file)));
    }
  }
  return [...seen];
}

test("the first screen says nothing that comes only with the pages", () => {
  const sources = firstSources();
  expect(sources.length).toBeGreaterThan(20);
  const later = new Set(Object.keys(en).filter((key) => !Object.hasOwn(parts.get("en") ?? {}, key)));
  // a domain.ts names the labels of what it plugs in; the pages draw them
  for (const path of sources.filter((path) => !path.endsWith("/domain.ts")))
    for (const [, key] of readFileSync(path, "utf8").matchAll(/["`]([a-z]+\.[a-z_]+)["`]/g))
      expect([path, key, key !== undefined && later.has(key)]).toEqual([path, key, false]);
});

test("a number takes its plural form and the digits of its reader", () => {
  expect(fill(en["log.unread"] ?? "", { n: 1 }, "en")).toBe("1 new message");
  expect(fill(en["log.unread"] ?? "", { n: 1234 }, "en")).toBe("1,234 new messages");
  expect(fill(id["log.unread"] ?? "", { n: 1234 }, "id")).toBe("1.234 pesan baru");
});

test("a name from the other direction does not pull the sentence along", () => {
  expect(fill("{name} is typing…", { name: "Siti" }, "en")).toBe("Siti is typing…");
  expect(fill("{name} is typing…", { name: "مريم" }, "en")).toBe("\u2068مريم\u2069 is typing…");
});

test("what stands in a name is never taken for a place", () => {
  expect(fill("{name} left", { name: "{n, plural, one=x|other=y} $& {name}" }, "en")).toBe("{n, plural, one=x|other=y} $& {name} left");
});
