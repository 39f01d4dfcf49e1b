/** What a person sent is sent once, and is never forgotten. */

import { expect, test } from "vitest";
import { Refused } from "./warung";
import { lines, logged, stage, text, tick, until, type Phone } from "./play";
import type { OpenConversation } from "../src/domains/chat/store.svelte";

const { phone, server } = stage();

async function talking(): Promise<OpenConversation> {
  server().room("direct", "direct", ["budi", "siti"]);
  server().room("kopi club", "group", ["budi", "siti", "ayu"]);
  await phone().open();
  await phone().inStep();
  return opened(phone());
}

async function opened(on: Phone): Promise<OpenConversation> {
  const talk = on.talk("direct");
  await until(() => talk.ready);
  return talk;
}

const nonces = (words: string): string[] => [
  ...new Set(
    server()
      .sends.filter((send) => send.text === words)
      .map(({ nonce }) => nonce),
  ),
];

test("the text is a bubble before anything is sent, and stays the same bubble", async () => {
  const talk = await talking();
  talk.send(text("halo"));
  expect(lines(talk.items)).toEqual(["waiting: halo"]);
  const { key } = talk.items[0]!;
  await until(() => talk.items[0]!.state === "stored");
  expect(talk.items).toHaveLength(1);
  expect(talk.items[0]!.key).toBe(key);
  expect(lines(talk.items)).toEqual(logged(server(), "direct"));
});

test("without a network it waits, through a closed browser, and is then sent once", async () => {
  const talk = await talking();
  server().reachable = false;
  server().cut();
  Object.assign(navigator, { onLine: false });
  talk.send(text("nanti"));
  await tick(500);
  await phone().reopen();
  const again = await opened(phone());
  expect(lines(again.items)).toEqual(["waiting: nanti"]);
  server().reachable = true;
  Object.assign(navigator, { onLine: true });
  dispatchEvent(new Event("online"));
  await until(() => again.items[0]!.state === "stored");
  expect(lines(again.items)).toEqual(logged(server(), "direct"));
  expect(server().sends).toHaveLength(1);
});

test("an answer that does not come is not confirmed, and the same nonce is sent again", async () => {
  const talk = await talking();
  server().fate = (frame) => (frame["type"] === "chat.send" ? "lost" : "done");
  talk.send(text("sampai?"));
  await until(() => talk.items[0]!.state === "unconfirmed");
  server().fate = () => "done";
  await until(() => talk.items[0]!.state === "stored");
  expect(logged(server(), "direct")).toEqual(["1 budi: sampai?"]);
});

test("a browser that was closed before the answer sends nothing twice", async () => {
  const talk = await talking();
  server().fate = (frame) => (frame["type"] === "chat.send" ? "unanswered" : "done");
  server().tamper = () => [];
  talk.send(text("sekali saja"));
  await until(() => server().rooms.get("direct")!.log.length === 1);
  server().fate = () => "done";
  server().tamper = (frame) => [frame];
  await phone().reopen();
  const again = await opened(phone());
  await until(() => again.items.length === 1 && again.items[0]!.state === "stored");
  await phone().inStep();
  expect(logged(server(), "direct")).toEqual(["1 budi: sekali saja"]);
  expect(nonces("sekali saja")).toHaveLength(1);
  expect(phone().store.waiting("direct")).toBe(0);
});

test("a refusal says why, and the retry is the same intent", async () => {
  const talk = await talking();
  server().refuse = () => new Refused(403, "not_a_contact");
  const nonce = talk.send(text("halo?"));
  await until(() => talk.items[0]!.state === "failed");
  expect(talk.items[0]!.failure?.code).toBe("not_a_contact");
  expect(phone().store.failed("direct")).toBe(1);
  server().refuse = () => null;
  await phone().settled(talk.retry(nonce));
  await until(() => talk.items[0]!.state === "stored");
  expect(nonces("halo?")).toEqual([nonce]);
});

test("a refused message does not hold up the next one", async () => {
  const talk = await talking();
  server().refuse = ({ card }) => ("text" in card && card.text === "panjang" ? new Refused(413, "message_too_long") : null);
  talk.send(text("panjang"));
  talk.send(text("pendek"));
  await until(() => talk.items.some(({ state }) => state === "stored"));
  expect(lines(talk.items)).toEqual(["1 budi: pendek", "failed: panjang"]);
});

test("what was refused can be given up, what may have arrived cannot", async () => {
  const talk = await talking();
  server().refuse = () => new Refused(403, "silenced");
  const refused = talk.send(text("salah"));
  await until(() => talk.items[0]!.state === "failed");
  expect(await phone().settled(talk.discard(refused))).toBe(true);
  expect(talk.items).toEqual([]);
  server().refuse = () => null;
  server().fate = () => "unanswered";
  server().tamper = () => [];
  const unknown = talk.send(text("mungkin"));
  await until(() => server().sends.some((send) => send.nonce === unknown));
  expect(await phone().settled(talk.discard(unknown))).toBe(false);
  Object.assign(server(), { fate: () => "done", tamper: (frame: object) => [frame] });
  await until(() => talk.items[0]?.state === "stored");
  expect(await phone().settled(talk.discard(unknown))).toBe(false);
});

test("too fast is waited for, and nothing is marked as failed", async () => {
  const talk = await talking();
  server().refuse = () => new Refused(429, "too_many", { retry_after_s: 3 });
  talk.send(text("pelan-pelan"));
  await until(() => server().sends.length === 1);
  await tick(1_000);
  expect(talk.items[0]!.state).toBe("waiting");
  server().refuse = () => null;
  await until(() => talk.items[0]!.state === "stored");
});

test("where a proxy lets no socket through, messages go by HTTP", async () => {
  const talk = await talking();
  const { enter } = server();
  server().enter = (line) => line.end(1006);
  server().cut();
  await until(() => phone().store.connection === "offline");
  talk.send(text("lewat samping"));
  await until(() => talk.items[0]!.state === "stored");
  expect(server().asked).toContain("POST /conversations/direct/messages");
  server().enter = enter;
});

test("messages keep the order in which they were written", async () => {
  const talk = await talking();
  server().reachable = false;
  server().cut();
  for (const words of ["satu", "dua", "tiga", "empat"]) talk.send(text(words));
  server().reachable = true;
  await until(() => server().rooms.get("direct")!.log.length === 4);
  expect(logged(server(), "direct").map((line) => line.split(": ")[1])).toEqual(["satu", "dua", "tiga", "empat"]);
});

test("two tabs send each message once, and both show it", async () => {
  const first = await talking();
  const left = phone().store;
  await phone().open();
  await phone().inStep();
  const second = await opened(phone());
  server().reachable = false;
  server().cut();
  first.send(text("dari kiri"));
  second.send(text("dari kanan"));
  await until(() => first.items.length === 2 && second.items.length === 2, "the bubbles of the other tab");
  server().reachable = true;
  await until(() => [...first.items, ...second.items].every(({ state }) => state === "stored"));
  expect(lines(first.items)).toEqual(logged(server(), "direct"));
  expect(lines(second.items)).toEqual(logged(server(), "direct"));
  expect(left.waiting("direct")).toBe(0);
  for (const words of ["dari kiri", "dari kanan"]) expect(nonces(words)).toHaveLength(1);
});

test("a tab that fell asleep while sending does not keep the others from it", async () => {
  const talk = await talking();
  void navigator.locks.request("warung-outbox-budi", {}, () => new Promise(() => undefined));
  talk.send(text("bangun"));
  await tick(29_000);
  expect(server().sends).toEqual([]);
  await until(() => talk.items[0]!.state === "stored");
  expect(server().sends).toHaveLength(1);
});

test("what is given up while another is on its way is never sent", async () => {
  const talk = await talking();
  server().fate = (frame) => (frame["type"] === "chat.send" ? "lost" : "done");
  const [, second] = ["satu", "dua", "tiga"].map((words) => talk.send(text(words)));
  await tick(100);
  expect(await phone().settled(talk.discard(second!))).toBe(true);
  server().fate = () => "done";
  await until(() => talk.items.length === 2 && talk.items.every(({ state }) => state === "stored"));
  expect(nonces("dua")).toEqual([]);
  expect(logged(server(), "direct")).toEqual(["1 budi: satu", "2 budi: tiga"]);
});

test("drafts are kept, through a closed browser", async () => {
  await talking();
  phone().store.saveDraft("direct", { text: "belum jadi", reply: null, mentions: [] });
  await tick(500);
  await phone().reopen();
  expect(phone().store.drafts.get("direct")?.text).toBe("belum jadi");
  phone().store.saveDraft("direct", null);
  await tick(500);
  await phone().reopen();
  expect(phone().store.drafts.size).toBe(0);
});

test("without storage everything works, until the page is closed", async () => {
  (globalThis as { indexedDB: unknown }).indexedDB = {
    open: () => {
      throw new DOMException("no", "SecurityError");
    },
  };
  const talk = await talking();
  talk.send(text("pribadi"));
  server().say("direct", "siti", "ya?");
  await until(() => talk.items.length === 2 && talk.items.every(({ state }) => state === "stored"));
  expect(lines(talk.items)).toEqual(logged(server(), "direct"));
});
