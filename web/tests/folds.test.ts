/** What later entries make of a message: the same whatever comes first, on every device. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { folded, join, said, type Fold } from "../src/kit/folds";
import type { Message } from "../src/kit/wire";
import { lines, stage, until } from "./play";

const { phone, server } = stage();

const message = (seq: number, sender: string, card: Message["card"], ref: number | null = null): Message => ({
  conversation: "direct",
  seq,
  sender,
  author: null,
  at: seq,
  card,
  preview: null,
  reply: null,
  ref,
  counted: 1,
});
const first = message(1, "siti", { type: "chat.text", text: "satu" });

const entries = fc
  .array(
    fc.oneof(
      fc.record({ who: fc.constantFrom("budi", "siti", "ayu"), emoji: fc.constantFrom("", "👍", "❤️") }),
      fc.record({ text: fc.constantFrom("dua", "tiga") }),
      fc.constant({ recall: true }),
    ),
    { maxLength: 8 },
  )
  .map((acts) =>
    acts.map((act, i) => {
      if ("emoji" in act) return message(i + 2, act.who, { type: "chat.reaction", emoji: act.emoji }, 1);
      if ("text" in act) return message(i + 2, "siti", { type: "chat.edit", text: act.text }, 1);
      return message(i + 2, "siti", { type: "chat.recall" }, 1);
    }),
  );

test("entries can be folded in any order, twice, one by one or together", () => {
  fc.assert(
    fc.property(
      entries.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: 2 * all.length, maxLength: 2 * all.length }))),
      ([inOrder, shuffled]) => {
        const apply = (those: readonly Message[]): Message => those.reduce((so, entry) => folded(so, said(entry) ?? undefined), first);
        const together = shuffled.reduce<Fold | undefined>((fold, entry) => join(fold, said(entry)!), undefined);
        expect(apply(shuffled)).toEqual(apply(inOrder));
        expect(folded(first, together)).toEqual(apply(inOrder));
      },
    ),
  );
});

test("words under a picture are changed where they are, whichever edit is heard first; after a recall an edit says nothing", () => {
  const card = { type: "media.photo", photos: [], caption: "pagi" } as Message["card"];
  const photo = { ...message(1, "siti", card), preview: { key: "preview.photo", args: { n: "1", caption: "pagi" } } };
  const noon = message(2, "siti", { type: "chat.edit", text: "siang", in: "caption" }, 1);
  const none = message(3, "siti", { type: "chat.edit", in: "caption" }, 1);
  const apply = (...those: Message[]): Message => those.reduce((so, entry) => folded(so, said(entry) ?? undefined), photo);
  expect(apply(noon)).toMatchObject({ card: { ...card, caption: "siang", edited: 2 }, preview: { args: { n: "1", caption: "siang" } } });
  expect(apply(noon, none)).toMatchObject({ card: { caption: "", edited: 3 }, preview: { args: { caption: "" } } });
  expect(apply(none, noon)).toEqual(apply(noon, none));
  expect(said(message(2, "siti", { type: "chat.edit" }, 1))).toBeNull();
});

async function started(): Promise<void> {
  server().room("direct", "direct", ["budi", "siti"]);
  await phone().open();
  await phone().inStep();
}
const reactions = (item: { message: Message }): string =>
  Object.entries(item.message.reactions ?? {})
    .filter(([, [emoji]]) => emoji)
    .map(([who, [emoji]]) => who + emoji)
    .sort()
    .join(" ");

test("a reaction and an edit are on screen at once, and on the device without a network", async () => {
  await started();
  server().say("direct", "siti", "jam tujuh");
  const talk = phone().talk("direct");
  await until(() => talk.items.length === 1);
  server().react("direct", "budi", 1, "👍");
  server().react("direct", "siti", 1, "❤️");
  server().react("direct", "budi", 1, "");
  server().edit("direct", 1, "jam delapan");
  await until(() => reactions(talk.items[0]!) === "siti❤️" && lines(talk.items)[0] === "1 siti: jam delapan");
  expect(phone().store.conversation("direct")).toMatchObject({ unread: 1 });
  await phone().inStep();
  server().reachable = false;
  await phone().reopen();
  const again = phone().talk("direct");
  await until(() => again.items.length === 1);
  expect([reactions(again.items[0]!), lines(again.items)[0]]).toEqual(["siti❤️", "1 siti: jam delapan"]);
});

test("a device that joins later is told by the page what refers to its stretch", async () => {
  server().room("direct", "direct", ["budi", "siti"]);
  server().say("direct", "siti", "satu");
  for (let i = 0; i < 300; i++) server().say("direct", "siti", `cerita ${i}`);
  server().react("direct", "siti", 1, "👍");
  server().react("direct", "siti", 1, "😂");
  await phone().open();
  await phone().inStep();
  const talk = phone().talk("direct");
  await until(() => talk.ready);
  await phone().settled(talk.jumpTo(1));
  expect(reactions(talk.items[0]!)).toBe("siti😂");
});

test("what was said during a long absence about messages that are here is asked for", async () => {
  await started();
  server().say("direct", "siti", "satu");
  await phone().inStep();
  phone().close();
  for (let i = 0; i < 400; i++) server().say("direct", "siti", `cerita ${i}`);
  server().react("direct", "siti", 1, "👍");
  server().edit("direct", 1, "dua");
  for (let i = 0; i < 400; i++) server().say("direct", "siti", `cerita ${i}`);
  await phone().open();
  await phone().inStep();
  server().reachable = false;
  await phone().reopen();
  const talk = phone().talk("direct");
  await until(() => talk.ready);
  await phone().settled(talk.jumpTo(1));
  expect([reactions(talk.items[0]!), lines(talk.items)[0]]).toEqual(["siti👍", "1 siti: dua"]);
});

test("the words of an edit do not outlive a recall on this device", async () => {
  await started();
  server().say("direct", "siti", "rahasia");
  const talk = phone().talk("direct");
  await until(() => talk.items.length === 1);
  server().edit("direct", 1, "rahasia sekali");
  await until(() => lines(talk.items)[0] === "1 siti: rahasia sekali");
  server().recall("direct", 1);
  await until(() => talk.items[0]!.message.card.type === "chat.recalled");
  await phone().inStep();
  server().reachable = false;
  await phone().reopen();
  const page = await phone().store.show((desk) => ({ id: "x", desk, heard() {}, detailed() {}, moved() {}, reconnected() {}, close() {} }));
  const span = await phone().settled(page.desk.engine.page("direct", { before: 4 }, false));
  expect(JSON.stringify(span)).not.toContain("rahasia");
});

test("a draft follows to the other device, and a newer one here is not overwritten", async () => {
  await started();
  server().draft("direct", { text: "dari laptop" });
  await until(() => phone().store.drafts.get("direct")?.text === "dari laptop");
  phone().store.saveDraft("direct", { text: "dari ponsel", reply: null, mentions: [] });
  server().draft("direct", { text: "dari laptop lagi" });
  await until(() => server().drafts.get("direct")?.draft.text === "dari ponsel");
  expect(phone().store.drafts.get("direct")?.text).toBe("dari ponsel");
  phone().store.saveDraft("direct", null);
  await until(() => server().drafts.get("direct")?.draft.text === "");
  expect(phone().store.drafts.size).toBe(0);
});

test("a draft that was written without a network is told when it is back", async () => {
  await started();
  server().reachable = false;
  server().cut();
  phone().store.saveDraft("direct", { text: "di jalan", reply: null, mentions: [] });
  await phone().settled(new Promise<void>((go) => setTimeout(go, 3_000)));
  server().reachable = true;
  await until(() => server().drafts.get("direct")?.draft.text === "di jalan");
});
