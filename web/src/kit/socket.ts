/**
 * The live line to the server: one WebSocket that comes back by itself.
 *
 * States: `connecting` until an attempt has failed, then `offline` until the server has said hello (`online`); `signed_out` when the
 * server said that this session has ended, or that we may not come back. An answer that does not come is `not_confirmed`.
 */

import { ApiError, localError } from "./api";
import type { Command, Event, Frame, Hello } from "./wire";

export type Connection = "connecting" | "online" | "offline" | "signed_out";

export interface SocketListener {
  connection(state: Connection): void;
  hello(hello: Hello): void;
  event(event: Event): void;
}

/** What `Socket` needs of its surroundings; tests give their own. */
export interface Line {
  open(): WebSocket;
  random(): number;
}

const IDLE_MS = 25_000;
const DEAD_MS = 60_000;
const HELLO_MS = 15_000;
const PROBE_MS = 5_000;
const ANSWER_MS = 15_000;
/** A line that was open for so long was a good one. */
const LASTS_MS = 5_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const TOO_FAST_MS = 5_000;
const CLOSE = { restarting: 1012, protocol: 4400, ended: 4401, origin: 4403, tooFast: 4429 } as const;

interface Waiting {
  resolve(result: unknown): void;
  reject(error: ApiError): void;
  timer: ReturnType<typeof setTimeout>;
}

/** Open the socket of the page's own server. */
export function pageLine(): Line {
  return {
    open: () => new WebSocket(`${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/ws`),
    random: Math.random,
  };
}

export class Socket {
  state: Connection = "connecting";
  #line: Line;
  #listener: SocketListener;
  #socket: WebSocket | null = null;
  #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #failures = 0;
  #heard = 0;
  #said = 0;
  #onlineAt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #beat: ReturnType<typeof setTimeout> | undefined;
  #running = false;

  constructor(listener: SocketListener, line: Line = pageLine()) {
    this.#listener = listener;
    this.#line = line;
  }

  /** Connect, and stay connected until `stop`. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#failures = 0;
    globalThis.addEventListener?.("online", this.#wake);
    globalThis.addEventListener?.("offline", this.#lost);
    globalThis.document?.addEventListener("visibilitychange", this.#wake);
    this.#set("connecting");
    this.#connect();
  }

  /** Hang up and stay away. */
  stop(): void {
    this.#running = false;
    globalThis.removeEventListener?.("online", this.#wake);
    globalThis.removeEventListener?.("offline", this.#lost);
    globalThis.document?.removeEventListener("visibilitychange", this.#wake);
    this.#drop(1000);
    clearTimeout(this.#retry);
  }

  /** Send a command and return its answer. Throws the server's refusal, `offline` (it never left) or `not_confirmed`. */
  request<T>(command: Command): Promise<T> {
    if (this.state !== "online" || !this.#socket) return Promise.reject(localError("offline"));
    const id = this.#nextId++;
    const answer = new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(id)?.reject(localError("not_confirmed")), ANSWER_MS);
      this.#waiting.set(id, { resolve: resolve as (result: unknown) => void, reject, timer });
    });
    this.#say(JSON.stringify({ ...command, id }));
    return answer;
  }

  /** Send a command whose answer nobody needs. Returns whether it left. */
  tell(command: Command): boolean {
    if (this.state !== "online" || !this.#socket) return false;
    this.#say(JSON.stringify({ ...command, id: this.#nextId++ }));
    return true;
  }

  #say(frame: string): void {
    this.#said = Date.now();
    this.#socket?.send(frame);
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    if (waiting) clearTimeout(waiting.timer);
    this.#waiting.delete(id);
    return waiting;
  }

  #set(state: Connection): void {
    if (this.state === state) return;
    this.state = state;
    this.#listener.connection(state);
  }

  #connect(): void {
    clearTimeout(this.#retry);
    let socket: WebSocket;
    try {
      socket = this.#line.open();
    } catch {
      this.#again();
      return;
    }
    this.#socket = socket;
    this.#heard = this.#said = Date.now();
    socket.onmessage = (message: MessageEvent): void => {
      if (socket === this.#socket) this.#hear(message.data);
    };
    socket.onclose = (close: CloseEvent): void => {
      if (socket === this.#socket) this.#closed(close.code);
    };
    this.#watch();
  }

  /** Look after the line: ping when nothing was said, hang up when nothing was heard. */
  #watch(): void {
    clearTimeout(this.#beat);
    const now = Date.now();
    const patience = this.state === "online" ? DEAD_MS : HELLO_MS;
    if (now - this.#heard >= patience) return this.#closed(1006);
    if (this.state === "online" && now - this.#said >= IDLE_MS) this.tell({ type: "ping" });
    const next = Math.min(this.#heard + patience, this.state === "online" ? this.#said + IDLE_MS : Infinity);
    this.#beat = setTimeout(() => this.#watch(), Math.max(next - now, 1));
  }

  #hear(data: unknown): void {
    this.#heard = Date.now();
    let frame: Frame;
    try {
      frame = JSON.parse(String(data)) as Frame;
    } catch {
      return;
    }
    switch (frame.type) {
      case "hello":
        this.#onlineAt = Date.now();
        this.#set("online");
        this.#watch();
        return this.#listener.hello(frame);
      case "ok":
        return this.#settle(frame.id)?.resolve(frame.result ?? null);
      case "error":
        if (frame.id !== null) this.#settle(frame.id)?.reject(new ApiError(frame.error));
        return;
      default:
        return this.#listener.event(frame);
    }
  }

  #drop(code: number): void {
    clearTimeout(this.#beat);
    const socket = this.#socket;
    this.#socket = null;
    if (socket) {
      socket.onmessage = socket.onclose = null;
      socket.close(code === 1000 ? 1000 : undefined);
    }
    for (const id of [...this.#waiting.keys()]) this.#settle(id)?.reject(localError("not_confirmed"));
  }

  #closed(code: number): void {
    // A server that greets and hangs up at once is no better than one that does not answer.
    const lasted = this.state === "online" && Date.now() - this.#onlineAt >= LASTS_MS;
    this.#drop(code);
    if (!this.#running) return;
    if (code === CLOSE.ended || code === CLOSE.origin || code === CLOSE.protocol) {
      this.stop();
      // Only an ended session is a reason to sign in again; the other two are faults, and trying again would not cure them.
      return this.#set(code === CLOSE.ended ? "signed_out" : "offline");
    }
    this.#failures = lasted ? 0 : this.#failures + 1;
    this.#set(this.#failures === 0 && navigator.onLine !== false ? "connecting" : "offline");
    this.#again(code === CLOSE.tooFast ? TOO_FAST_MS : 0);
  }

  #again(atLeast = 0): void {
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures);
    // Half of the wait is chance: a thousand clients of a server that restarts do not come back in the same instant.
    const wait = Math.max(atLeast, longest * (0.5 + this.#line.random() / 2));
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#connect(), wait);
  }

  /** The network or the page came back: connect now, or ask whether the line still lives. */
  #wake = (): void => {
    if (!this.#running || globalThis.document?.visibilityState === "hidden") return;
    if (!this.#socket) {
      this.#failures = Math.min(this.#failures, 1);
      return this.#connect();
    }
    if (this.state !== "online") return;
    const asked = Date.now();
    this.tell({ type: "ping" });
    setTimeout(() => {
      if (this.#socket && this.state === "online" && this.#heard < asked) this.#closed(1006);
    }, PROBE_MS);
  };

  #lost = (): void => {
    if (this.#running && this.#socket) this.#closed(1006);
  };
}
