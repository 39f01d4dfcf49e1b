/** Whatever happens on the way, the client ends with the conversation of the log, and nothing is sent twice. */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Event } from "../src/kit/wire";
import { lines, logged, stage, text, tick } from "./play";

const { phone, server, fresh } = stage();
const ROOMS = ["direct", "kopi club"];
type Frame = Record<string, unknown>;

/** One thing that happens. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("hear" as const), room: fc.constantFrom(...ROOMS), call: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("send" as const), room: fc.constantFrom(...ROOMS) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("flood" as const), room: fc.constantFrom(...ROOMS), count: fc.integer({ min: 60, max: 320 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("recall" as const), room: fc.constantFrom(...ROOMS), back: fc.nat(5) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("pushes" as const), how: fc.constantFrom("all", "none", "twice", "late", "mixed") }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("fate" as const), how: fc.constantFrom("done", "unanswered", "lost") }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom("cut", "reopen", "away", "back", "release", "clear", "resync", "read elsewhere"),
      room: fc.constantFrom(...ROOMS),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("look", "seen"), room: fc.constantFrom(...ROOMS) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("time" as const), ms: fc.integer({ min: 1, max: 3_000 }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Everything that may go wrong with a push, by chance that a failing run repeats. */
class Weather {
  how = "all";
  readonly late: Frame[] = [];
  #n = 0;

  tamper = (frame: Frame): Frame[] => {
    const how = this.how === "mixed" ? ["all", "none", "twice", "late"][(this.#n += 7) % 4] : this.how;
    if (how === "late") this.late.push(frame);
    return how === "all" ? [frame] : how === "twice" ? [frame, frame] : [];
  };

  /** Let what was held back go, the last first. */
  release(): void {
    const [line] = server().lines;
    for (const frame of this.late.splice(0).reverse()) line?.deliver(frame);
  }
}

async function play(steps: readonly Step[]): Promise<void> {
  const weather = new Weather();
  let written = 0;
  const sent = new Map<string, string>();
  server().tamper = weather.tamper;
  for (const { ...now } of steps) {
    const [store, it] = [phone().store, server()];
    const room = "room" in now ? now.room : "";
    const log = it.rooms.get(room)?.log ?? [];
    switch (now.do) {
      case "hear":
        it.say(room, "siti", `dengar ${log.length}`, now.call ? "budi" : undefined);
        break;
      case "flood":
        for (let i = 0; i < now.count; i++) it.say(room, "siti", `ramai ${i}`);
        break;
      case "send": {
        const words = `tulis ${written++}`;
        sent.set(words, room);
        phone().talk(room).send(text(words));
        break;
      }
      case "recall": {
        const old = log.at(-1 - now.back);
        if (old?.card.type === "chat.text" && old.sender === "siti") it.recall(room, old.seq);
        break;
      }
      case "pushes":
        weather.how = now.how;
        break;
      case "fate":
        it.fate = () => now.how as "done";
        break;
      case "release":
        weather.release();
        break;
      case "cut":
        it.cut();
        break;
      case "reopen":
        await tick(200);
        await phone().reopen();
        break;
      case "away":
        it.reachable = false;
        it.cut();
        break;
      case "back":
        it.reachable = true;
        break;
      case "clear":
        Object.assign(it.rooms.get(room)!.members.get("budi")!, { from_seq: log.length, changed_at: Date.now() });
        it.push({ type: "chat.changed", conversation: room });
        break;
      case "resync":
        it.push({ type: "resync" } as Event);
        break;
      case "read elsewhere":
        it.cursor(room, "budi", log.length, Math.floor(log.length / 2));
        break;
      case "look":
        phone().talk(room);
        break;
      case "seen":
        phone()
          .talk(room)
          .seen(store.conversation(room)?.last_seq ?? 0);
        break;
      case "time":
        await tick(now.ms);
        break;
    }
    await tick(1);
  }
  // Everything heals, and the line comes back once more.
  Object.assign(server(), { fate: () => "done", reachable: true });
  weather.how = "all";
  weather.release();
  await tick(1_000);
  server().cut();
  await phone().inStep();
  await tick(60_000);
  await phone().inStep();
  await agree(sent);
}

/** The client and the server say the same. */
async function agree(sent: ReadonlyMap<string, string>): Promise<void> {
  for (const [words, room] of sent) {
    expect(
      new Set(
        server()
          .sends.filter((send) => send.text === words)
          .map(({ nonce }) => nonce),
      ).size,
    ).toBe(1);
    const stands = server()
      .rooms.get(room)!
      .log.filter(({ card }) => "text" in card && card.text === words);
    expect(stands.length).toBe(1);
  }
  for (const room of ROOMS) {
    expect(phone().store.waiting(room)).toBe(0);
    const talk = await phone().everything(room);
    expect(lines(talk.items)).toEqual(logged(server(), room));
    await phone().inStep(); // what of mine stands further up has been read up to there: that is told when it is seen
    const { last_seq, first_seq, unread, mentions, read_seq, delivered_seq, last } = server().seen(server().rooms.get(room)!);
    expect(phone().store.conversation(room)).toMatchObject({ last_seq, first_seq, unread, mentions, read_seq, delivered_seq });
    expect(phone().store.conversation(room)!.last?.card).toEqual(last?.card);
  }
  // What the device keeps is the same again.
  for (let i = 0; i < 100; i++) await tick(10);
  server().reachable = false;
  await phone().reopen();
  for (const room of ROOMS) expect(lines((await phone().everything(room)).items)).toEqual(logged(server(), room));
}

test(
  "any order of pushes, duplicates, gaps, cuts and closed browsers ends in the conversation of the log",
  { timeout: 120_000 },
  async () => {
    const property = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      fresh();
      for (const room of ROOMS) server().room(room, room === "direct" ? "direct" : "group", ["budi", "siti"]);
      await phone().open();
      await phone().inStep();
      await play(steps);
    });
    await fc.assert(property, { numRuns: 60 });
  },
);
