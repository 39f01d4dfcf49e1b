/**
 * The outbox: what a person sent stays here until the log shows it. It survives a closed browser, and nothing in it is sent twice.
 *
 * An intent has one nonce for its whole life, and the server answers the same nonce with the same message; so whatever happens between
 * sending and answer, sending again is safe. One tab at a time sends; the others see what becomes of it.
 */

import { ApiError } from "./api";
import type * as api from "./api";
import type { Db, Intent, KeptFile } from "./db";
import { tell } from "./heard";
import { newId } from "./ids";
import type { Connection } from "./socket";
import type { AccountId, Card, Command, ConversationId, EditCard, Message, ReactionCard, Seq, Sent, WireError } from "./wire";

export interface OutboxSurroundings {
  me: AccountId;
  db: Db;
  kept: readonly Intent[];
  remote: Pick<typeof api, "edit" | "react" | "send">;
  connection(): Connection;
  request(command: Command): Promise<Sent>;
  /** What waits has changed. */
  changed(): void;
  /** The server says where a message of mine stands. */
  stands(message: Message): void;
}

/** What tabs tell each other. */
type Whisper = { intent: string } | { stands: Message } | { done: string };

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 60_000;
/** A tab that is asleep while it sends is not waited for longer: the nonce makes it safe to go ahead. */
const LOCK_PATIENCE_MS = 30_000;
const MOST_INTERNAL_ERRORS = 8;
/** The server could not, this time; nothing was changed. */
const PASSING = new Set(["unavailable", "disk_full", "stopped", "overloaded", "too_many", "unauthenticated"]);

/** `null`: there is nothing to tell, and nothing left to do. */
type Outcome = { message: Message | null } | { refused: ApiError } | { later: number; unknown: boolean };

export class Outbox {
  /** What waits, by nonce, in the order of writing. */
  readonly intents = new Map<string, Intent>();
  readonly #around: OutboxSurroundings;
  readonly #channel: BroadcastChannel | null;
  readonly #lock: string;
  readonly #writing = new Map<string, Promise<unknown>>();
  /** Storage did not take these: only this page knows them. */
  readonly #unstored = new Set<string>();
  /** Files chosen in this page: they need not be read again. */
  readonly #files = new Map<string, readonly KeptFile[]>();
  #running = false;
  #again = false;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(around: OutboxSurroundings) {
    this.#around = around;
    this.#lock = `warung-outbox-${around.me}`;
    for (const intent of around.kept) {
      // It was being sent when the page was closed: nobody knows.
      const unknown = intent.state === "waiting" && intent.tries > 0;
      this.intents.set(intent.nonce, unknown ? { ...intent, state: "unconfirmed" } : intent);
    }
    this.#channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(this.#lock);
    if (this.#channel) this.#channel.onmessage = (event: MessageEvent<Whisper>): void => void this.#overheard(event.data);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#channel?.close();
  }

  /**
   * Take what a person sends. It is in `intents` when this returns, and is sent as soon as it is stored. With `files` it is held, and
   * told of as `outbox.held`, until somebody has brought them and releases it with the card as it shall be sent.
   */
  add(conversation: ConversationId, card: Card, reply: Seq | null, files: readonly KeptFile[] = []): Intent {
    return this.#take({ ...made(conversation, card), reply, ...(files.length ? { state: "held", files: true } : {}) }, files);
  }

  /**
   * Take a change of the message `about`: a reaction, or other words. The server takes the same change twice as once. What was to
   * be changed before, and did not leave or was refused, is done with.
   */
  amend(conversation: ConversationId, about: Seq, card: ReactionCard | EditCard): Intent {
    for (const old of this.intents.values()) {
      const same = old.conversation === conversation && old.about === about && old.card.type === card.type;
      if (same && (old.state === "failed" || !old.tries)) void this.discard(old.nonce);
    }
    return this.#take({ ...made(conversation, card), about }, []);
  }

  #take(intent: Intent, files: readonly KeptFile[]): Intent {
    if (files.length) this.#files.set(intent.nonce, files);
    this.#show(intent.nonce, intent);
    // Without storage it is still sent; only a closed browser would forget it.
    const { db } = this.#around;
    const kept = files.length ? db.keepFiles(intent.nonce, files) : Promise.resolve();
    const stored = kept.then(() => db.addIntent(intent)).catch(() => this.#unstored.add(intent.nonce));
    this.#writing.set(intent.nonce, stored);
    void stored.then(() => {
      this.#writing.delete(intent.nonce);
      this.#whisper({ intent: intent.nonce });
      if (files.length) this.tellHeld();
      else this.kick();
    });
    return intent;
  }

  /** The files that a held intent waits for. */
  async files(nonce: string): Promise<KeptFile[]> {
    const here = this.#files.get(nonce);
    return here ? [...here] : this.#around.db.files(nonce).catch(() => []);
  }

  async keepFiles(nonce: string, files: readonly KeptFile[]): Promise<void> {
    this.#files.set(nonce, files);
    if (!this.#unstored.has(nonce)) await this.#around.db.keepFiles(nonce, files).catch(() => undefined);
  }

  /** The files are on the server: send the card. */
  async release(nonce: string, card: Card): Promise<void> {
    await this.#writing.get(nonce);
    await this.#change(nonce, ({ files: _, ...intent }) => ({ ...intent, card, state: "waiting" }));
    this.#files.delete(nonce);
    this.kick();
  }

  /** The files cannot be brought. */
  async refuse(nonce: string, failure: WireError): Promise<void> {
    await this.#writing.get(nonce);
    await this.#change(nonce, (intent) => ({ ...intent, state: "failed", failure }));
  }

  /** Tell of everything that is held, to those who bring files. */
  tellHeld(): void {
    if (this.#stopped) return;
    for (const intent of this.intents.values()) if (intent.state === "held") tell({ type: "outbox.held", intent });
  }

  /** Send a refused intent once more: the same one, under the same nonce. */
  async retry(nonce: string): Promise<void> {
    const again = (intent: Intent): Intent["state"] => (intent.files ? "held" : "waiting");
    await this.#change(nonce, (intent) => ({ ...intent, state: intent.state === "failed" ? again(intent) : intent.state, failure: null }));
    this.wake();
  }

  /** Give an intent up: one that was refused, or never left. Returns whether it is gone; what may have arrived cannot be given up. */
  async discard(nonce: string): Promise<boolean> {
    await this.#writing.get(nonce);
    let gone = false;
    await this.#change(nonce, (intent) => {
      gone = intent.state === "failed" || intent.tries === 0;
      return gone ? null : intent;
    });
    return gone;
  }

  /** The log shows a message of mine: its intent is fulfilled. */
  stands(message: Message): void {
    if (message.nonce && this.intents.has(message.nonce)) this.#done(message.nonce, message);
  }

  #done(nonce: string, message: Message | null): void {
    if (!this.intents.has(nonce)) return;
    this.#show(nonce, null);
    this.#whisper(message?.nonce === nonce ? { stands: message } : { done: nonce });
    void this.#forget(nonce);
  }

  async #forget(nonce: string): Promise<void> {
    await this.#writing.get(nonce);
    await this.#around.db.changeIntent(nonce, () => null).catch(() => undefined);
  }

  /** Send what waits, now. Called when the line opens, the network comes back, and after each new intent. */
  kick(): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    void this.#alone(() => this.#drain())
      .then((wait) => (this.#timer = wait === null || this.#stopped ? undefined : setTimeout(() => this.kick(), wait)))
      .catch(() => (this.#timer = setTimeout(() => this.kick(), FIRST_WAIT_MS)))
      .finally(() => {
        this.#running = false;
        if (this.#again) {
          this.#again = false;
          this.kick();
        }
      });
  }

  /** The line or the network is back: waiting longer has no reason. */
  wake(): void {
    this.#failures = 0;
    this.tellHeld();
    this.kick();
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    const locks = globalThis.navigator?.locks as LockManager | undefined;
    // Pages without HTTPS have no locks: there the nonce alone keeps a message from being sent twice.
    if (!locks) return work();
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), LOCK_PATIENCE_MS);
    const begin = (): Promise<T> => {
      clearTimeout(timer);
      return work();
    };
    try {
      return await locks.request(this.#lock, { signal: patience.signal }, begin);
    } catch (failure) {
      if (!patience.signal.aborted) throw failure;
      return locks.request(this.#lock, { steal: true }, work);
    }
  }

  /** Send everything that waits: conversations side by side, within one of them in order. Returns when to try again, if at all. */
  async #drain(): Promise<number | null> {
    const lanes = new Map<ConversationId, string[]>();
    for (const intent of await this.#waiting()) {
      if (!needsSomebody(intent)) lanes.set(intent.conversation, [...(lanes.get(intent.conversation) ?? []), intent.nonce]);
    }
    const waits = await Promise.all([...lanes.values()].map((nonces) => this.#drainLane(nonces)));
    const asked = waits.filter((wait): wait is number => wait !== null);
    if (!asked.length) {
      this.#failures = 0;
      return null;
    }
    const backoff = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures++);
    return Math.max(backoff, ...asked);
  }

  /** Everything that waits in any tab, oldest first. */
  async #waiting(): Promise<Intent[]> {
    const stored = await this.#around.db.intents().catch(() => []);
    const all = new Map([...this.intents, ...stored.map((intent) => [intent.nonce, intent] as const)]);
    return [...all.values()].filter(({ nonce }) => !this.#writing.has(nonce)).sort((a, b) => (a.nonce < b.nonce ? -1 : 1));
  }

  async #drainLane(nonces: readonly string[]): Promise<number | null> {
    for (const nonce of nonces) {
      if (this.#stopped) return null;
      const wait = await this.#attempt(nonce);
      if (wait !== null) return wait;
    }
    return null;
  }

  /** Send one intent. Returns null when it is settled, else after how many milliseconds at least to come back. */
  async #attempt(nonce: string): Promise<number | null> {
    const way = this.#way();
    if (!way) return 0;
    const intent = await this.#change(nonce, (stored) => (needsSomebody(stored) ? stored : { ...stored, tries: stored.tries + 1 }));
    if (!intent || needsSomebody(intent)) return null;
    const outcome = await this.#send(intent, way);
    if (this.#stopped) return null;
    if ("message" in outcome) {
      if (outcome.message) this.#around.stands(outcome.message);
      this.#done(nonce, outcome.message);
      return null;
    }
    if ("refused" in outcome) {
      const { code, message, details } = outcome.refused;
      await this.#change(nonce, (stored) => ({ ...stored, state: "failed", failure: { code, message, details } }));
      return null;
    }
    if (outcome.unknown) await this.#change(nonce, (stored) => ({ ...stored, state: "unconfirmed" }));
    return outcome.later;
  }

  /** By socket when it is open. By HTTP when the socket has failed though there is a network: some proxies let only that through. */
  #way(): "socket" | "http" | null {
    const connection = this.#around.connection();
    if (connection === "online") return "socket";
    return connection === "offline" && globalThis.navigator?.onLine !== false ? "http" : null;
  }

  async #send(intent: Intent, way: "socket" | "http"): Promise<Outcome> {
    const { nonce, conversation, card, reply, about } = intent;
    try {
      if (about !== undefined) return { message: await this.#amended(intent, about) };
      if (way === "http") return { message: await this.#around.remote.send(conversation, { nonce, card, reply }) };
      const sent = await this.#around.request({ type: "chat.send", conversation, nonce, card, reply });
      return { message: asMessage(intent, sent, this.#around.me) };
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      const later = (failure.retryAfterS ?? 0) * 1000;
      if (failure.code === "not_confirmed") return { later, unknown: true };
      // By socket `offline` means that it never left; by HTTP nobody knows how far it came.
      if (failure.code === "offline") return { later, unknown: way === "http" || about !== undefined };
      if (PASSING.has(failure.code) || failure.retryAfterS !== null) return { later, unknown: false };
      if (failure.code === "internal_error" && intent.tries < MOST_INTERNAL_ERRORS) return { later, unknown: true };
      return { refused: failure };
    }
  }

  /** Tell the server of a change. Returns the entry that says so; null where the message says it already. */
  async #amended({ conversation, card }: Intent, about: Seq): Promise<Message | null> {
    const { remote } = this.#around;
    if (card.type === "chat.edit") {
      const { text = "", mentions = [] } = card as EditCard;
      const { entry } = await remote.edit(conversation, about, text, mentions);
      return entry.seq === about ? null : entry;
    }
    const { emoji } = card as ReactionCard;
    try {
      return await remote.react(conversation, about, emoji);
    } catch (failure) {
      // nothing stood there to be taken back
      if (!emoji && failure instanceof ApiError && failure.code === "no_such_message") return null;
      throw failure;
    }
  }

  /** Change an intent where it is stored, and show what became of it. Absent intents stay absent. */
  async #change(nonce: string, change: (intent: Intent) => Intent | null): Promise<Intent | null> {
    const here = this.intents.get(nonce);
    const changed = this.#unstored.has(nonce) ? here && change(here) : await this.#around.db.changeIntent(nonce, change);
    this.#show(nonce, changed ?? null);
    this.#whisper({ intent: nonce });
    return changed ?? null;
  }

  #show(nonce: string, intent: Intent | null): void {
    if (this.#stopped) return;
    if (intent) this.intents.set(nonce, intent);
    else {
      this.#files.delete(nonce);
      if (!this.intents.delete(nonce)) return;
    }
    this.#around.changed();
  }

  #whisper(whisper: Whisper): void {
    if (!this.#stopped) this.#channel?.postMessage(whisper);
  }

  async #overheard(whisper: Whisper): Promise<void> {
    if ("done" in whisper) return this.#show(whisper.done, null);
    if ("stands" in whisper) {
      this.#around.stands(whisper.stands);
      return this.#show(whisper.stands.nonce ?? "", null);
    }
    const stored = await this.#around.db.intent(whisper.intent).catch(() => undefined);
    this.#show(whisper.intent, stored ?? null);
  }
}

/** A new intent. */
function made(conversation: ConversationId, card: Card): Intent {
  const at = Date.now();
  return { nonce: newId(at), conversation, card, reply: null, at, state: "waiting", tries: 0, failure: null };
}

/** Does it wait for somebody, not for the line? */
const needsSomebody = ({ state }: Intent): boolean => state === "failed" || state === "held";

/** Return the message as it stands in the log, from what was sent and what the server answered. */
function asMessage(intent: Intent, { seq, at, counted }: Sent, me: AccountId): Message {
  const { conversation, card, reply, nonce } = intent;
  return { conversation, seq, sender: me, author: null, at, card, preview: null, reply, ref: null, counted, nonce };
}
