/** The line to the server comes back by itself, and knows when it may not. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError } from "../src/kit/api";
import { Socket, type Connection } from "../src/kit/socket";
import type { Command, Event, Hello } from "../src/kit/wire";

/** The far end of one connection. */
class Far {
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly heard: Record<string, unknown>[] = [];
  closed = false;

  send(data: string): void {
    this.heard.push(JSON.parse(data) as Record<string, unknown>);
  }

  close(): void {
    this.closed = true;
  }

  say(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  hello(): void {
    this.say({ type: "hello", account: "budi", session: "s", now: 1, heartbeat_s: 25 });
  }
}

const MESSAGE: Command = { type: "chat.send", conversation: "c", nonce: "n", card: { type: "chat.text", text: "halo" }, reply: null };

let lines: Far[];
let states: Connection[];
let events: (Event | Hello)[];
let socket: Socket;
const last = (): Far => lines.at(-1)!;

beforeEach(() => {
  vi.useFakeTimers();
  Object.assign(navigator, { onLine: true });
  [lines, states, events] = [[], [], []];
  const open = (): WebSocket => {
    lines.push(new Far());
    return last() as unknown as WebSocket;
  };
  const listener = {
    connection: (state: Connection) => states.push(state),
    hello: (hello: Hello) => events.push(hello),
    event: (event: Event) => events.push(event),
  };
  socket = new Socket(listener, { open, random: () => 1 });
  socket.start();
});

afterEach(() => {
  socket.stop();
  vi.useRealTimers();
});

test("it is online when the server has said hello", () => {
  expect(socket.state).toBe("connecting");
  last().hello();
  expect(socket.state).toBe("online");
  expect(events[0]).toMatchObject({ type: "hello", account: "budi" });
});

test("an answer finds its question", async () => {
  last().hello();
  const [first, second] = [socket.request<{ seq: number }>(MESSAGE), socket.request<{ seq: number }>(MESSAGE)];
  const [one, two] = last().heard;
  last().say({ type: "ok", id: two!["id"], result: { seq: 2 } });
  last().say({ type: "error", id: one!["id"], error: { code: "silenced", message: "Nanti ya", details: {} } });
  await expect(second).resolves.toEqual({ seq: 2 });
  await expect(first).rejects.toMatchObject({ code: "silenced", message: "Nanti ya" });
});

test("what is asked without a line never left; what was under way when it broke is not confirmed", async () => {
  await expect(socket.request(MESSAGE)).rejects.toMatchObject({ code: "offline" });
  last().hello();
  const asked = socket.request(MESSAGE);
  last().onclose!({ code: 1006 });
  await expect(asked).rejects.toBeInstanceOf(ApiError);
  await expect(asked).rejects.toMatchObject({ code: "not_confirmed" });
});

test("an answer that does not come in time is not confirmed", async () => {
  last().hello();
  const asked = socket.request(MESSAGE);
  const told = expect(asked).rejects.toMatchObject({ code: "not_confirmed" });
  await vi.advanceTimersByTimeAsync(15_000);
  await told;
});

test("a silent line is pinged, and given up after a minute", async () => {
  last().hello();
  await vi.advanceTimersByTimeAsync(25_000);
  expect(last().heard.map(({ type }) => type)).toEqual(["ping"]);
  await vi.advanceTimersByTimeAsync(36_000);
  expect(lines[0]!.closed).toBe(true);
  expect(lines).toHaveLength(2);
});

test("a line on which something is said is kept without pings", async () => {
  last().hello();
  for (let i = 0; i < 10; i++) {
    await vi.advanceTimersByTimeAsync(20_000);
    socket.tell({ type: "chat.typing", conversation: "c" });
    last().say({ type: "contacts.changed" });
  }
  expect(lines).toHaveLength(1);
  expect(last().heard.every(({ type }) => type === "chat.typing")).toBe(true);
});

test("it comes back after half a second, then less and less often, never rarer than thirty seconds", async () => {
  last().hello();
  await vi.advanceTimersByTimeAsync(10_000);
  const waits: number[] = [];
  for (let i = 0; i < 10; i++) {
    const before = lines.length;
    const at = Date.now();
    last().onclose!({ code: 1006 });
    while (lines.length === before) await vi.advanceTimersByTimeAsync(100);
    waits.push(Date.now() - at);
  }
  expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000]);
  expect(states).toEqual(["online", "connecting", "offline"]);
});

test("a server that hangs up after every hello is not called more and more often", async () => {
  for (let i = 0; i < 60; i++) {
    last().hello();
    last().onclose?.({ code: 1006 });
    await vi.advanceTimersByTimeAsync(1_000);
  }
  expect(lines.length).toBeLessThan(10);
});

test.each([4401, 4403, 4400])("after close code %i it does not come back", async (code) => {
  last().hello();
  last().onclose!({ code });
  await vi.advanceTimersByTimeAsync(120_000);
  expect(lines).toHaveLength(1);
  expect(socket.state).toBe(code === 4401 ? "signed_out" : "offline");
});

test("told that it was too fast it waits five seconds", async () => {
  last().hello();
  last().onclose!({ code: 4429 });
  await vi.advanceTimersByTimeAsync(4_900);
  expect(lines).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(200);
  expect(lines).toHaveLength(2);
});

test("when the network comes back it connects at once", async () => {
  for (let i = 0; i < 8; i++) {
    const before = lines.length;
    last().onclose!({ code: 1006 });
    while (lines.length === before) await vi.advanceTimersByTimeAsync(100);
  }
  last().onclose!({ code: 1006 });
  const before = lines.length;
  dispatchEvent(new globalThis.Event("online"));
  expect(lines).toHaveLength(before + 1);
});

test("a connection that never says hello is given up", async () => {
  await vi.advanceTimersByTimeAsync(17_000);
  expect(lines).toHaveLength(2);
  expect(socket.state).toBe("offline");
});

test("a frame that cannot be read harms nothing", () => {
  last().hello();
  last().onmessage!({ data: "{" });
  last().say({ type: "contacts.changed" });
  expect(events.at(-1)).toEqual({ type: "contacts.changed" });
});
