/** The small parts under the engine. */

import * as fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { client, findByHandle, getServer, media, search, signIn, signOut } from "../src/kit/api";
import { Asking } from "../src/kit/asking";
import { newId } from "../src/kit/ids";
import { hear, meet, merge, readTo } from "../src/kit/known";
import { cover, cut, rangeBefore, rangeOf, type Range } from "../src/kit/ranges";
import type { Conversation, Message } from "../src/kit/wire";
import { Warung } from "./warung";

const stretch = fc
  .tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 12 }))
  .map(([from, more]): Range => [from, from + more]);

test("ranges say of every seq whether it was seen, and never touch each other", () => {
  fc.assert(
    fc.property(fc.array(stretch), fc.integer({ min: 1, max: 70 }), (seen, first) => {
      const ranges = seen.reduce<readonly Range[]>((all, [from, to]) => cover(all, from, to), []);
      for (let seq = 1; seq <= 80; seq++) {
        const known = seen.some(([from, to]) => from <= seq && seq <= to);
        expect(rangeOf(ranges, seq) !== undefined).toBe(known);
        expect(rangeOf(cut(ranges, first), seq) !== undefined).toBe(known && seq >= first);
      }
      for (let i = 1; i < ranges.length; i++) expect(ranges[i]![0]).toBeGreaterThan(ranges[i - 1]![1] + 1);
      expect(rangeBefore(ranges, first)?.[1] ?? 0).toBeLessThan(first);
    }),
  );
});

test("an empty stretch covers nothing", () => {
  expect(cover([], 5, 4)).toEqual([]);
});

test("ids have the server's form and sort in the order they were made", () => {
  const ids = Array.from({ length: 2_000 }, () => newId());
  expect(ids).toEqual([...ids].sort());
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[0-9a-hjkmnp-tv-z]{20}$/);
  // The same moment as the server writes it: 45 bits of milliseconds, five to a character.
  expect(newId(2 ** 44).slice(0, 9)).toBe("g00000000");
});

/** A log of three kinds of entries, and what a member of it would be shown. */
const log = fc.array(fc.constantFrom("siti", "siti calls", "notice"), { minLength: 1, maxLength: 25 }).map((kinds) => {
  let counted = 0;
  return kinds.map((kind, i): Message => {
    counted += Number(kind !== "notice");
    const mentions = kind === "siti calls" ? [{ account: "budi", start: 0, length: 1 }] : [];
    const card =
      kind === "notice" ? ({ type: "chat.notice", key: "group_renamed" } as const) : ({ type: "chat.text", text: "x", mentions } as const);
    const sender = kind === "notice" ? null : "siti";
    return { conversation: "c", seq: i + 1, sender, author: null, at: i, card, preview: null, reply: null, ref: null, counted };
  });
});

function snapshot(messages: readonly Message[], upto: number, read: number): Conversation {
  const [last, counted] = [messages[upto - 1] ?? null, messages[upto - 1]?.counted ?? 0];
  const called = messages.filter(({ seq, card }) => seq > read && seq <= upto && "mentions" in card && card.mentions?.length);
  return {
    id: "c",
    kind: "group",
    name: "c",
    avatar: null,
    notice: null,
    peer: null,
    member_count: 2,
    role: "member",
    last_seq: upto,
    first_seq: 1,
    counted,
    unread: counted - (messages[read - 1]?.counted ?? 0),
    mentions: called.length,
    read_seq: read,
    delivered_seq: read,
    peer_read_seq: 0,
    peer_delivered_seq: 0,
    pinned: false,
    muted: false,
    archived: false,
    marked_unread: false,
    can_write: true,
    why_not: null,
    settings: null,
    last,
    changed_at: 1,
    imported: false,
  };
}

test("unread and mentions come out the same whatever order entries, duplicates and late snapshots arrive in", () => {
  const news = fc.array(fc.tuple(fc.constantFrom("entry", "snapshot"), fc.nat()), { maxLength: 60 });
  fc.assert(
    fc.property(log, news, fc.nat(), (messages, arrivals, position) => {
      const end = messages.length;
      const read = position % (end + 1);
      let known = meet(snapshot(messages, 0, 0));
      let seen = 0;
      for (const [kind, at] of arrivals) {
        const upto = kind === "entry" ? (at % end) + 1 : at % (end + 1);
        known = kind === "entry" ? hear(known, messages[upto - 1]!, "budi") : merge(known, snapshot(messages, upto, 0), at % 2 === 0);
        seen = Math.max(seen, upto);
        const { last_seq, unread, last } = known.conversation;
        expect({ last_seq, unread, last }).toEqual({
          last_seq: seen,
          unread: messages[seen - 1]?.counted ?? 0,
          last: messages[seen - 1] ?? null,
        });
      }
      for (const message of messages) known = hear(known, message, "budi");
      if (read) known = readTo(known, read, messages[read - 1]!.counted);
      known = merge(known, snapshot(messages, end, 0), true);
      const { unread, last_seq, read_seq } = known.conversation;
      const right = snapshot(messages, end, read);
      expect({ unread, last_seq, read_seq }).toEqual({ unread: right.unread, last_seq: end, read_seq: read });
      // Once the server has heard of the cursor, mentions agree too; before, they are never fewer.
      expect(known.conversation.mentions).toBeGreaterThanOrEqual(right.mentions);
      expect(merge(known, right, false).conversation.mentions).toBe(right.mentions);
    }),
  );
});

test("mentions that were read here are not counted again by a server that has not heard of it", () => {
  const calls = (seq: number): Message => ({
    conversation: "c",
    seq,
    sender: "siti",
    author: null,
    at: seq,
    preview: null,
    reply: null,
    ref: null,
    counted: seq,
    card: { type: "chat.text", text: "x", mentions: [{ account: "budi", start: 0, length: 1 }] },
  });
  const messages = [calls(1), calls(2), calls(3)];
  let known = meet(snapshot(messages, 0, 0));
  for (const message of messages) known = hear(known, message, "budi");
  known = readTo(known, 2, 2);
  expect(known.conversation.mentions).toBe(1);
  expect(merge(known, snapshot(messages, 3, 0), true).conversation.mentions).toBe(1);
});

test("who asks while an answer is on its way gets the next answer", async () => {
  const answers: ((n: number) => void)[] = [];
  const asking = new Asking<number>(() => new Promise((answer) => answers.push(answer)));
  const [first, second, third] = [asking.ask("a"), asking.ask("a"), asking.ask("a")];
  expect(answers).toHaveLength(1);
  answers[0]!(1);
  await expect(first).resolves.toBe(1);
  await new Promise((go) => setImmediate(go));
  expect(answers).toHaveLength(2);
  answers[1]!(2);
  await expect(second).resolves.toBe(2);
  await expect(third).resolves.toBe(2);
});

afterEach(() => Object.assign(client, { language: () => "", token: "", onSignedOut: () => undefined }));

/** Answer the next request so, and return what was asked. */
function answering(status: number, body: string): { url?: string; init?: RequestInit } {
  const asked: { url?: string; init?: RequestInit } = {};
  client.fetch = async (url, init) => {
    Object.assign(asked, { url: String(url), init });
    return new Response(status === 204 ? null : body, { status });
  };
  return asked;
}

test("a refusal keeps its code, its sentence and its details", async () => {
  answering(429, '{"error":{"code":"too_many","message":"Tunggu 5 detik","details":{"retry_after_s":5}}}');
  const refused = await signIn("budi", "rahasia", "hp").catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: "too_many", message: "Tunggu 5 detik", status: 429, retryAfterS: 5 });
});

test("the reader's language goes with every request, and a body as JSON", async () => {
  const asked = answering(200, "{}");
  client.language = () => "id";
  await signIn("budi", "rahasia", "hp");
  expect(asked.url).toBe("/api/sign-in");
  expect(asked.init).toMatchObject({ method: "POST", headers: { "Accept-Language": "id", "Content-Type": "application/json" } });
  expect(JSON.parse(String(asked.init!.body))).toEqual({ handle: "budi", password: "rahasia", device: "hp" });
});

test("no network is called offline, a proxy's page is an unavailable server, and nothing is a fine answer", async () => {
  client.fetch = () => Promise.reject(new TypeError("Failed to fetch"));
  await expect(getServer()).rejects.toMatchObject({ code: "offline", status: 0 });
  answering(502, "<html>Bad gateway</html>");
  await expect(getServer()).rejects.toMatchObject({ code: "unavailable", status: 502 });
  answering(204, "");
  await expect(signOut()).resolves.toBeUndefined();
});

test("a search that was given up says so", async () => {
  const server = new Warung();
  server.serve(client);
  const giveUp = new AbortController();
  giveUp.abort();
  await expect(search({ q: "kopi" }, giveUp.signal)).rejects.toMatchObject({ code: "aborted" });
});

test("only a session that is none is told as signed out", async () => {
  let told = 0;
  client.onSignedOut = () => void told++;
  answering(401, '{"error":{"code":"wrong_credentials","message":"","details":{}}}');
  await signIn("budi", "x", "hp").catch(() => undefined);
  expect(told).toBe(0);
  answering(401, '{"error":{"code":"unauthenticated","message":"","details":{}}}');
  await findByHandle("siti").catch(() => undefined);
  expect(told).toBe(1);
});

test("what goes into an address is escaped", async () => {
  const asked = answering(200, "{}");
  await findByHandle("a&b=c/d");
  expect(asked.url).toBe("/api/people?handle=a%26b%3Dc%2Fd");
  expect(media("../x", "thumb")).toBe("/api/media/..%2Fx/thumb");
});
