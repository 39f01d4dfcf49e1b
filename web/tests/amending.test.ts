/** A reaction and other words are shown at once, wait for a line, are sent until they are known to have arrived, and say when they are refused. */

import { expect, test } from "vitest";
import type { Message } from "../src/kit/wire";
import type { OpenConversation } from "../src/domains/chat/store.svelte";
import { lines, stage, text, tick, until, type Phone } from "./play";

const { phone, server } = stage();

async function talking(): Promise<OpenConversation> {
  server().room("direct", "direct", ["budi", "siti"]);
  server().append("direct", "siti", text("jam berapa?"));
  server().append("direct", "budi", text("jam tujuh"));
  await phone().open();
  await phone().inStep();
  return opened(phone());
}

async function opened(on: Phone): Promise<OpenConversation> {
  const talk = on.talk("direct");
  await until(() => talk.ready && talk.items.length === 2);
  return talk;
}

const reactions = (talk: OpenConversation, at = 0): string =>
  Object.entries((talk.items[at]?.message as Message).reactions ?? {})
    .filter(([, [emoji]]) => emoji)
    .map(([who, [emoji]]) => who + emoji)
    .join();
const reacted = (): string[] => server().rooms.get("direct")!.log.flatMap(({ card }) => (card.type === "chat.reaction" ? [(card as { emoji: string }).emoji] : []));

function away(): void {
  server().reachable = false;
  server().cut();
  Object.assign(navigator, { onLine: false });
}
function back(): void {
  server().reachable = true;
  Object.assign(navigator, { onLine: true });
  dispatchEvent(new Event("online"));
}

test("it is on screen before the server has heard of it, and is no message of its own", async () => {
  const talk = await talking();
  talk.react(1, "❤️");
  talk.edit(2, "jam delapan", []);
  expect([reactions(talk), lines(talk.items)[1], talk.items.length]).toEqual(["budi❤️", "2 budi: jam delapan", 2]);
  await until(() => reacted().length === 1 && !phone().store.waiting("direct"));
  expect([reactions(talk), lines(talk.items)[1], talk.items.length]).toEqual(["budi❤️", "2 budi: jam delapan", 2]);
});

test("without a network it waits through a closed browser, and only the last choice is sent", async () => {
  const talk = await talking();
  away();
  await tick(100);
  talk.react(1, "❤️");
  await tick(100);
  talk.react(1, "👍");
  talk.edit(2, "jam sembilan", []);
  await tick(500);
  await phone().reopen();
  const again = await opened(phone());
  expect([reactions(again), lines(again.items)[1]]).toEqual(["budi👍", "2 budi: jam sembilan"]);
  back();
  await until(() => !phone().store.waiting("direct"));
  expect(reacted()).toEqual(["👍"]);
  expect([reactions(again), lines(again.items)[1]]).toEqual(["budi👍", "2 budi: jam sembilan"]);
});

test("an answer that did not come is asked for again, and nothing happens twice", async () => {
  const talk = await talking();
  server().fate = (frame) => (String(frame["type"]).startsWith("P") ? "unanswered" : "done");
  talk.react(1, "😂");
  talk.edit(2, "jam sepuluh", []);
  await until(() => reacted().length === 1);
  server().fate = () => "done";
  await until(() => !phone().store.waiting("direct"));
  expect(reacted()).toEqual(["😂"]);
  expect(server().rooms.get("direct")!.log.filter(({ card }) => card.type === "chat.edit")).toHaveLength(1);
});

test("what is refused is taken back, says so beside its message, and can be dropped", async () => {
  const talk = await talking();
  server().strict.add(2);
  talk.edit(2, "jam sebelas", []);
  expect(lines(talk.items)[1]).toBe("2 budi: jam sebelas");
  await until(() => talk.items[1]!.unchanged !== undefined);
  expect(lines(talk.items)[1]).toBe("2 budi: jam tujuh");
  expect(talk.items[1]!.unchanged!.failure?.code).toBe("too_late_to_edit");
  await talk.discard(talk.items[1]!.unchanged!.nonce);
  await until(() => talk.items[1]!.unchanged === undefined);
});

test("a reaction that was taken back before it left is no matter for the server", async () => {
  const talk = await talking();
  away();
  await tick(100);
  talk.react(1, "👍");
  await tick(100);
  talk.react(1, "");
  expect(reactions(talk)).toBe("");
  await tick(500);
  back();
  await until(() => !phone().store.waiting("direct"));
  expect([reacted(), phone().store.failed("direct")]).toEqual([[], 0]);
});
