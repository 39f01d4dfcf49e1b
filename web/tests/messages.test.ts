// What the client says: the same things in every language.
import { expect, test } from "vitest";
import { readFileSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import enFirst from "../messages/en.json";
import enPages from "../messages/en.pages.json";
import hiFirst from "../messages/hi.json";
import hiPages from "../messages/hi.pages.json";
import idFirst from "../messages/id.json";
import idPages from "../messages/id.pages.json";
import zhFirst from "../messages/zh.json";
import zhPages from "../messages/zh.pages.json";
import { fill } from "../src/kit/i18n.svelte";

const en = { ...enFirst, ...enPages };
const id = { ...idFirst, ...idPages };
const zh = { ...zhFirst, ...zhPages };
const hi = { ...hiFirst, ...hiPages };

const OTHERS: [string, Record<string, string>][] = [
  ["id", id],
  ["zh", zh],
  ["hi", hi],
];
const ALL: [string, Record<string, string>][] = [["en", en], ...OTHERS];
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

test("every language puts the same messages into the first file", () => {
  for (const first of [idFirst, zhFirst, hiFirst]) expect(Object.keys(first).sort()).toEqual(Object.keys(enFirst).sort());
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
  for (const path of sources)
    for (const [, key] of readFileSync(path, "utf8").matchAll(/["`]([a-z]+\.[a-z_]+)["`]/g))
      expect([path, key, key !== undefined && key in enPages]).toEqual([path, key, false]);
});

test("a number takes its plural form and the digits of its reader", () => {
  expect(fill(en["log.unread"], { n: 1 }, "en")).toBe("1 new message");
  expect(fill(en["log.unread"], { n: 1234 }, "en")).toBe("1,234 new messages");
  expect(fill(id["log.unread"], { n: 1234 }, "id")).toBe("1.234 pesan baru");
});

test("a name from the other direction does not pull the sentence along", () => {
  expect(fill("{name} is typing…", { name: "Siti" }, "en")).toBe("Siti is typing…");
  expect(fill("{name} is typing…", { name: "مريم" }, "en")).toBe("\u2068مريم\u2069 is typing…");
});

test("what stands in a name is never taken for a place", () => {
  expect(fill("{name} left", { name: "{n, plural, one=x|other=y} $& {name}" }, "en")).toBe("{n, plural, one=x|other=y} $& {name} left");
});
