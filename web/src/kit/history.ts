/** Stretches of a log: read from the database where they are known whole, else asked for; and the filling of gaps at the end. */

import { ApiError, localError } from "./api";
import type * as api from "./api";
import type { Db, Known } from "./db";
import type { Keeper } from "./keeper";
import { rangeBefore, rangeOf } from "./ranges";
import type { ConversationId, Message, Page, Seq } from "./wire";

/** Messages of a stretch that is known whole from `from` to `to`. It is empty when `to` is before `from`. */
export interface Span {
  messages: readonly Message[];
  from: Seq;
  to: Seq;
}

export interface Sources {
  db: Db;
  keeper: Keeper;
  remote: Pick<typeof api, "messages" | "refs">;
  known(id: ConversationId): Known | undefined;
  /** A page came from the server. Returns the span as it is known now. */
  take(id: ConversationId, page: Page, span: Span): Span;
  /** Entries of a gap came that say something about messages before it. */
  refer(id: ConversationId, page: Page): void;
}

const PAGE = 50;
/** A gap at most so long is filled whole; of a longer one only both ends, the rest when somebody scrolls there. */
const NEAR = 200;
/** So many entries that say something about others come in one answer. */
const REFS = 200;

export class History {
  /** Conversations with a gap that was seen and is not filled. */
  readonly holes = new Set<ConversationId>();
  /** The last attempt to fill did not reach the server. */
  unreachable = false;
  readonly #sources: Sources;
  /** How far the entries that say something about others have been asked for. */
  readonly #referred = new Map<ConversationId, Seq>();
  readonly #filling = new Map<ConversationId, Promise<void>>();

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** Throws `ApiError`; `offline` when what is asked for is not on this device and `network` is not allowed. */
  async page(id: ConversationId, where: api.Where, network: boolean): Promise<Span> {
    const { known, keeper, db } = this.#sources;
    const span = this.#here(known(id), where);
    if (span) {
      await keeper.flush();
      const messages = await db.messages(id, span.from, span.to);
      // A range without a single message is one whose messages were lost: ask for it again.
      if (messages.length) return { ...span, messages };
    }
    if (!network) throw localError("offline");
    return this.#ask(id, where);
  }

  /** Which part of what was asked for is known whole? */
  #here(known: Known | undefined, where: api.Where): { from: Seq; to: Seq } | null {
    if (!known) return null;
    if ("around" in where) {
      const range = rangeOf(known.ranges, where.around);
      const half = PAGE / 2;
      return range ? { from: Math.max(range[0], where.around - half), to: Math.min(range[1], where.around + half) } : null;
    }
    if ("before" in where) {
      const range = rangeOf(known.ranges, where.before - 1);
      return range ? { from: Math.max(range[0], where.before - PAGE), to: where.before - 1 } : null;
    }
    const range = rangeOf(known.ranges, where.after + 1);
    return range ? { from: where.after + 1, to: Math.min(range[1], where.after + PAGE) } : null;
  }

  async #ask(id: ConversationId, where: api.Where): Promise<Span> {
    const page = await this.#sources.remote.messages(id, where, PAGE);
    return this.#sources.take(id, page, spanOf(page, where));
  }

  /** Ask for what is missing at the end of a log. One at a time per conversation; what comes meanwhile is seen by the running one. */
  fill(id: ConversationId): Promise<void> {
    let filling = this.#filling.get(id);
    if (!filling) {
      filling = this.#fill(id).finally(() => this.#filling.delete(id));
      this.#filling.set(id, filling);
    }
    return filling;
  }

  async #fill(id: ConversationId): Promise<void> {
    this.holes.add(id);
    try {
      while (await this.#fillStep(id));
      this.holes.delete(id);
      this.unreachable = false;
    } catch (failure) {
      this.unreachable = failure instanceof ApiError && (failure.status === 0 || failure.status >= 429);
      throw failure;
    }
  }

  /** One request towards a whole end. Returns whether there may be more to ask. */
  async #fillStep(id: ConversationId): Promise<boolean> {
    const known = this.#sources.known(id);
    if (!known) return false;
    const { first_seq, last_seq } = known.conversation;
    if (last_seq < first_seq) return false;
    const end = rangeOf(known.ranges, last_seq);
    const start = end ? end[0] : last_seq + 1;
    const before = rangeBefore(known.ranges, start);
    if (!before) {
      if (!end) await this.#ask(id, { before: start });
      return false;
    }
    const hole = start - 1 - before[1];
    if (hole > NEAR) {
      // What was said meanwhile about what is known; and before the end stands what will be read first.
      await this.#refer(id, before[1], start);
      await this.#ask(id, { before: start });
      return false;
    }
    const span = await this.#ask(id, { after: before[1] });
    return span.to > before[1];
  }

  /** Ask for the entries of a gap that say something about others: those before it are on this device. */
  async #refer(id: ConversationId, from: Seq, to: Seq): Promise<void> {
    for (let after = Math.max(from, this.#referred.get(id) ?? 0); after < to - 1;) {
      const page = await this.#sources.remote.refs(id, after, to);
      this.#sources.refer(id, page);
      after = page.messages.length < REFS ? to - 1 : page.messages.at(-1)!.seq;
      this.#referred.set(id, after);
    }
  }
}

/** Which stretch does an answer show whole? Log numbers are without gaps, so it reaches from its question to its last message. */
function spanOf(page: Page, where: api.Where): Span {
  const { messages, first_seq, last_seq } = page;
  const [first, last] = [messages[0]?.seq, messages.at(-1)?.seq];
  if ("before" in where) return { messages, from: first ?? first_seq, to: Math.min(where.before - 1, last_seq) };
  if ("after" in where) return { messages, from: Math.max(where.after + 1, first_seq), to: last ?? last_seq };
  return { messages, from: first ?? first_seq, to: last ?? first_seq - 1 };
}
