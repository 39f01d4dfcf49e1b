// What is found in a message's text.
import { expect, test } from "vitest";
import { mentionsIn, wordBefore } from "../src/domains/chat/mentions";
import { isJumbo, spans } from "../src/kit/text";

const shown = (text: string, mentions = [] as { account: string; start: number; length: number }[]): string[] =>
  spans(text, mentions).map((span) => (span.kind === "text" ? span.text : `${span.kind}(${span.text})`));

test("an address is a link without the full stop that ends the sentence", () => {
  expect(shown("Lihat https://warung.id/menu. Enak!")).toEqual(["Lihat ", "link(https://warung.id/menu)", ". Enak!"]);
});

test("a bracket belongs to an address that opened it", () => {
  expect(shown("(https://id.wikipedia.org/wiki/Kopi_(minuman))")).toEqual(["(", "link(https://id.wikipedia.org/wiki/Kopi_(minuman))", ")"]);
});

test("an address without a scheme opens by https", () => {
  expect(spans("www.warung.id")[0]).toEqual({ kind: "link", text: "www.warung.id", to: "https://www.warung.id" });
});

test("nothing but http and https becomes a link", () => {
  expect(shown("javascript:alert(1) data:text/html,x file:///etc")).toEqual(["javascript:alert(1) data:text/html,x file:///etc"]);
});

test("the pieces put together are the text, whatever it is", () => {
  for (const text of ["", "a@b", "<script>alert(1)</script>", "👨‍👩‍👧 www.a", "\u0000\u202e", "http://", "https://x.y/)))"])
    expect(
      spans(text)
        .map((span) => span.text)
        .join(""),
    ).toBe(text);
});

test("a mention counts in code points, not in halves of an emoji", () => {
  expect(shown("👋👋 @Siti hai", [{ account: "s", start: 3, length: 5 }])).toEqual(["👋👋 ", "mention(@Siti)", " hai"]);
});

test("a mention that does not fit the text is ignored", () => {
  expect(shown("hai", [{ account: "s", start: 2, length: 9 }])).toEqual(["hai"]);
});

test("the longer of two names is meant", () => {
  const called = new Map([
    ["a", "Siti"],
    ["b", "Siti Aminah"],
  ]);
  expect(mentionsIn("☕ @Siti Aminah dan @Siti", called)).toEqual([
    { account: "b", start: 2, length: 12 },
    { account: "a", start: 19, length: 5 },
  ]);
});

test("a name is asked for only after an @ that begins a word", () => {
  expect(wordBefore("halo @si", 8)).toBe("si");
  expect(wordBefore("halo @", 6)).toBe("");
  expect(wordBefore("budi@warung", 11)).toBeNull();
});

test("a few emoji and nothing else are drawn large", () => {
  expect([isJumbo("☕"), isJumbo("❤️ 🎉"), isJumbo("👨‍👩‍👧"), isJumbo("ok ☕"), isJumbo("7")]).toEqual([true, true, true, false, false]);
});
