/** The client follows the log of the server, whatever the network does. */

import { expect, test } from "vitest";
import { client } from "../src/kit/api";
import { openDb } from "../src/kit/db";
import { lines, logged, stage, text, tick, until } from "./play";

const { phone, server } = stage();
type Frame = Record<string, unknown>;

/** Keep the answers of one address on the way until the returned function is called. */
function holdAnswers(path: string): () => void {
  const { fetch } = client;
  let open = (): void => undefined;
  const gate = new Promise<void>((go) => (open = go));
  client.fetch = async (input, init) => {
    const answer = await fetch(input, init);
    if (String(input) === path) await gate;
    return answer;
  };
  return open;
}

async function started(): Promise<void> {
  server().room("direct", "direct", ["budi", "siti"]);
  server().room("kopi club", "group", ["budi", "siti", "ayu"]);
  await phone().open();
  await phone().inStep();
}

test("a message that is pushed appears at the end", async () => {
  await started();
  const talk = phone().talk("direct");
  await until(() => talk.ready);
  server().say("direct", "siti", "sudah makan?");
  await until(() => talk.items.length === 1);
  expect(lines(talk.items)).toEqual(logged(server(), "direct"));
  expect(phone().store.conversation("direct")).toMatchObject({ unread: 1, last_seq: 1 });
});

test("a gap between pushes is asked for", async () => {
  await started();
  const talk = phone().talk("direct");
  server().say("direct", "siti", "satu");
  await until(() => talk.items.length === 1);
  server().tamper = () => [];
  server().say("direct", "siti", "dua");
  server().tamper = (frame) => [frame, frame];
  server().say("direct", "siti", "tiga");
  await until(() => talk.items.length === 3);
  expect(lines(talk.items)).toEqual(logged(server(), "direct"));
});

test("conversations open without a network", async () => {
  await started();
  for (let i = 0; i < 70; i++) server().say("direct", "siti", `${i}`);
  await phone().inStep();
  server().reachable = false;
  await phone().reopen();
  expect(phone().store.session).toBe("signed_in");
  expect(phone().store.conversations.map(({ id }) => id)).toContain("direct");
  const talk = await phone().everything("direct");
  expect(lines(talk.items)).toEqual(logged(server(), "direct"));
});

test("what was written while the line was cut is there when it comes back", async () => {
  await started();
  const talk = phone().talk("kopi club");
  server().say("kopi club", "siti", "halo");
  await until(() => talk.items.length === 1);
  server().reachable = false;
  server().cut();
  for (let i = 0; i < 120; i++) server().say("kopi club", "ayu", `tanpa kamu ${i}`);
  await until(() => phone().store.connection === "offline");
  server().reachable = true;
  await until(() => talk.items.length === 121);
  expect(lines(talk.items)).toEqual(logged(server(), "kopi club"));
});

test("of a long absence only both ends are asked for, and the hole when someone looks", async () => {
  await started();
  server().say("kopi club", "siti", "halo");
  await phone().inStep();
  phone().close();
  for (let i = 0; i < 900; i++) server().say("kopi club", "ayu", `cerita ${i}`);
  server().asked.length = 0;
  await phone().open();
  await phone().inStep();
  expect(server().asked.filter((path) => path.includes("messages")).length).toBeLessThanOrEqual(2);
  const talk = await phone().everything("kopi club");
  expect(lines(talk.items)).toEqual(logged(server(), "kopi club"));
});

test("a push that comes late closes the gap when asking for it failed", async () => {
  await started();
  const talk = phone().talk("direct");
  const late: Frame[] = [];
  server().tamper = (frame) => (late.push(frame), []);
  server().say("direct", "siti", "satu");
  server().tamper = (frame) => [frame];
  server().fate = (frame) => (String(frame["type"]).endsWith("/messages") ? "lost" : "done");
  server().say("direct", "siti", "dua");
  await phone().inStep();
  for (const line of server().lines) line.deliver(late[0]!);
  await until(() => talk.items.length === 2);
  expect(lines(talk.items)).toEqual(logged(server(), "direct"));
});

test("what was taken back during a long absence is gone, also where nobody has looked", async () => {
  await started();
  server().say("kopi club", "siti", "salah kirim");
  await phone().inStep();
  phone().close();
  server().recall("kopi club", 1);
  for (let i = 0; i < 900; i++) server().say("kopi club", "ayu", `cerita ${i}`);
  await phone().open();
  await phone().inStep();
  server().reachable = false;
  await phone().reopen();
  const talk = phone().talk("kopi club");
  await until(() => talk.ready);
  await phone().settled(talk.jumpTo(1));
  expect(lines(talk.items)[0]).toBe("1 siti: chat.recalled");
});

test("a recalled message becomes a tombstone, on screen and on the device", async () => {
  await started();
  server().say("direct", "siti", "salah kirim");
  const talk = phone().talk("direct");
  await until(() => talk.items.length === 1);
  server().recall("direct", 1);
  await until(() => talk.items[0]!.message.card.type === "chat.recalled");
  expect(talk.items).toHaveLength(1);
  await phone().inStep();
  server().reachable = false;
  await phone().reopen();
  const again = phone().talk("direct");
  await until(() => again.items.length === 1);
  expect(again.items[0]!.message.card.type).toBe("chat.recalled");
});

test("unread is the difference of two counts and survives duplicates", async () => {
  await started();
  server().tamper = (frame) => [frame, frame, frame];
  for (const words of ["a", "b", "c"]) server().say("kopi club", "siti", words, words === "b" ? "budi" : undefined);
  await until(() => phone().store.conversation("kopi club")?.unread === 3);
  expect(phone().store.conversation("kopi club")?.mentions).toBe(1);
  expect(phone().store.unread).toBe(3);
  const talk = phone().talk("kopi club");
  await until(() => talk.ready);
  expect(talk.unreadFrom).toBe(1);
  talk.seen(2);
  await until(() => server().rooms.get("kopi club")!.members.get("budi")!.read_seq === 2);
  expect(phone().store.conversation("kopi club")).toMatchObject({ unread: 1, mentions: 0 });
});

test("reading on another device counts here", async () => {
  await started();
  for (const words of ["a", "b", "c"]) server().say("direct", "siti", words);
  await until(() => phone().store.conversation("direct")?.unread === 3);
  server().cursor("direct", "budi", 2, 2);
  await until(() => phone().store.conversation("direct")?.unread === 1);
});

test("reading without a network is told when it is back, also after the browser was closed", async () => {
  await started();
  server().say("direct", "siti", "baca nanti");
  await phone().inStep();
  server().reachable = false;
  server().cut();
  const talk = phone().talk("direct");
  await until(() => talk.ready);
  talk.seen(1);
  await tick(1_000);
  phone().close();
  server().reachable = true;
  await phone().open();
  await until(() => server().rooms.get("direct")!.members.get("budi")!.read_seq === 1);
});

test("what was received is told once it is stored", async () => {
  await started();
  server().say("direct", "siti", "sampai?");
  await until(() => server().rooms.get("direct")!.members.get("budi")!.delivered_seq === 1);
  expect(server().rooms.get("direct")!.members.get("budi")!.read_seq).toBe(0);
});

test("a cursor is told once", async () => {
  await started();
  const told: Frame[] = [];
  server().fate = (frame) => (frame["type"] === "chat.cursor" && told.push(frame), "done");
  server().tamper = (frame) => (frame["type"] === "chat.cursor" ? [] : [frame]);
  server().say("direct", "siti", "sampai?");
  await phone().inStep();
  server().cut();
  await phone().inStep();
  expect(told).toMatchObject([{ conversation: "direct", delivered: 1, read: 0 }]);
});

test("an answer that is older than an event does not undo it", async () => {
  await started();
  const talk = phone().talk("direct");
  talk.send(text("halo"));
  await until(() => talk.items[0]?.state === "stored");
  await phone().inStep();
  const open = holdAnswers("/api/conversations/direct");
  server().push({ type: "chat.changed", conversation: "direct" });
  await tick(500);
  server().cursor("direct", "siti", 1, 1);
  await until(() => talk.tick(talk.items[0]!) === "read");
  open();
  await phone().inStep();
  expect(talk.tick(talk.items[0]!)).toBe("read");
});

test("ticks follow the cursors of the other one", async () => {
  await started();
  const talk = phone().talk("direct");
  await until(() => talk.ready);
  talk.send(text("halo"));
  expect(talk.tick(talk.items[0]!)).toBe("clock");
  await until(() => talk.tick(talk.items[0]!) === "sent");
  expect(phone().store.lastTick(phone().store.conversation("direct")!)).toBe("sent");
  server().cursor("direct", "siti", 1, 0);
  await until(() => talk.tick(talk.items[0]!) === "delivered");
  server().cursor("direct", "siti", 0, 1);
  await until(() => talk.tick(talk.items[0]!) === "read");
});

test("a conversation one was taken out of disappears, and its messages from the device", async () => {
  await started();
  server().say("kopi club", "siti", "rahasia");
  await phone().inStep();
  server().expel("kopi club");
  await until(() => !phone().store.conversation("kopi club"));
  await phone().inStep();
  server().reachable = false;
  await phone().reopen();
  expect(phone().store.conversations.map(({ id }) => id)).toEqual(["direct"]);
});

test("a conversation one was taken out of while away is gone when one is back", async () => {
  await started();
  await phone().reopen();
  await phone().inStep();
  server().reachable = false;
  server().cut();
  server().expel("kopi club");
  server().reachable = true;
  await until(() => !phone().store.conversation("kopi club"));
  expect(phone().store.conversations.map(({ id }) => id)).toEqual(["direct"]);
});

test("when the server tells everything, what it does not tell of is gone", async () => {
  await started();
  server().reachable = false;
  server().cut();
  server().rooms.delete("kopi club");
  Object.assign(server(), { forgetful: true, reachable: true });
  await until(() => !phone().store.conversation("kopi club"));
  expect(phone().store.conversation("direct")).toBeDefined();
});

test("clearing empties my copy only", async () => {
  await started();
  for (let i = 0; i < 5; i++) server().say("direct", "siti", `${i}`);
  const talk = phone().talk("direct");
  await until(() => talk.items.length === 5);
  await phone().settled(phone().store.clear("direct"));
  await until(() => talk.items.length === 0);
  server().say("direct", "siti", "baru");
  await until(() => talk.items.length === 1);
  expect(lines(talk.items)).toEqual(["6 siti: baru"]);
  await phone().inStep();
  const { db } = await phone().settled(openDb("budi"));
  expect((await phone().settled(db.messages("direct", 1, 99))).map(({ seq }) => seq)).toEqual([6]);
  db.close();
});

test("one can jump into the middle and come back to the end", async () => {
  await started();
  for (let i = 1; i <= 300; i++) server().say("kopi club", "siti", `${i}`);
  server().cursor("kopi club", "budi", 300, 300);
  await phone().inStep();
  await phone().reopen();
  await phone().inStep();
  const talk = phone().talk("kopi club");
  await until(() => talk.ready);
  expect(talk.items.at(-1)!.seq).toBe(300);
  expect(await phone().settled(talk.jumpTo(20))).toBe(true);
  expect(talk.items.some(({ seq }) => seq === 20)).toBe(true);
  expect(talk.hasNewer).toBe(true);
  await phone().settled(talk.jumpToLatest());
  expect(talk.items.at(-1)!.seq).toBe(300);
  expect(talk.hasNewer).toBe(false);
});

test("with much unread a conversation opens where reading stopped", async () => {
  await started();
  for (let i = 1; i <= 200; i++) server().say("kopi club", "siti", `${i}`);
  server().cursor("kopi club", "budi", 60, 60);
  await phone().reopen();
  await phone().inStep();
  const talk = phone().talk("kopi club");
  await until(() => talk.ready);
  expect(talk.unreadFrom).toBe(61);
  expect(talk.items.some(({ seq }) => seq === 61)).toBe(true);
});

test("pinning is shown at once and taken back when the server refuses", async () => {
  await started();
  const { store } = phone();
  const pinned = store.mine("direct", { pinned: true });
  expect(store.conversations[0]!.id).toBe("direct");
  await phone().settled(pinned);
  server().fate = (frame) => (String(frame["type"]).startsWith("PATCH") ? "lost" : "done");
  await expect(phone().settled(store.mine("direct", { muted: true }))).rejects.toMatchObject({ code: "offline" });
  expect(store.conversation("direct")).toMatchObject({ pinned: true, muted: false });
});

test("who types is shown until the words arrive, or six seconds long", async () => {
  await started();
  const { store } = phone();
  server().push({ type: "chat.typing", conversation: "direct", account: "siti" });
  await until(() => store.typists("direct").length === 1);
  server().say("direct", "siti", "jadi");
  await until(() => store.typists("direct").length === 0);
  server().push({ type: "chat.typing", conversation: "direct", account: "siti" });
  await until(() => store.typists("direct").length === 1);
  await tick(6_100);
  expect(store.typists("direct")).toEqual([]);
});

test("signing out forgets everything, and the next page is signed out", async () => {
  await started();
  server().say("direct", "siti", "pribadi");
  await phone().inStep();
  await phone().settled(phone().store.signOut());
  expect(phone().store.session).toBe("signed_out");
  expect(await indexedDB.databases()).toEqual([]);
  await phone().reopen();
  await until(() => phone().store.session === "signed_out");
});

test("a session that was ended elsewhere takes its data with it", async () => {
  await started();
  server().account = null;
  server().cut(4401);
  await until(() => phone().store.session === "signed_out");
  expect(phone().store.signed_out_because).toBe("ended");
  await until(() => phone().store.conversations.length === 0);
});

test("the other tabs sign out too", async () => {
  await started();
  const first = phone().store;
  await phone().open();
  await phone().inStep();
  await phone().settled(first.signOut());
  await until(() => phone().store.session === "signed_out");
});

test("contacts that were refused once are asked for again, though nothing changed since", async () => {
  const { fetch } = client;
  let asked = 0;
  client.fetch = (input, init) => {
    if (String(input) === "/api/contacts" && ++asked === 1) return Promise.reject(new TypeError("no answer"));
    return fetch(input, init);
  };
  await started();
  await until(() => phone().store.contacts !== null);
  expect(asked).toBe(2);
});

test("contacts that were never answered are asked for by the next page, too", async () => {
  const { fetch } = client;
  client.fetch = (input, init) => (String(input) === "/api/contacts" ? new Promise(() => undefined) : fetch(input, init));
  await started();
  const left = phone().store;
  await phone().inStep();
  expect(left.contacts).toBeNull();
  client.fetch = async (input, init) => {
    const answer = await fetch(input, init);
    if (!/^\/api\/sync\?since=[1-9]/.test(String(input))) return answer;
    return new Response(JSON.stringify({ ...((await answer.json()) as object), contacts_changed: false }), answer);
  };
  await phone().open();
  await until(() => phone().store.contacts !== null);
});
