/** One conversation on screen: a window on its log that grows in both directions, and what waits in the outbox at its end. */

import { SvelteMap } from "svelte/reactivity";
import * as api from "../../kit/api";
import { ApiError } from "../../kit/api";
import type { Intent } from "../../kit/db";
import { type Fold, folded, isTomb } from "../../kit/folds";
import type { Span } from "../../kit/history";
import { rangeOf } from "../../kit/ranges";
import type { AccountId, Card, Conversation, ConversationDetails, ConversationId, JoinRequest, Member, Mention, Message, Seq } from "../../kit/wire";
import type { Desk, Shown } from "./desk";
import { type Amendment, amendments } from "./amending";
import { wordsIn } from "./plugs";
import { tickAt, type Item, type Tick } from "./item";
import type { Store } from "./store.svelte";

/** Farther back than this, a conversation opens where reading stopped, not at its end. */
const FAR_UNREAD = 30;
const NOTHING: ReadonlyMap<Seq, Fold> = new Map();
/** Entries that say something about others: they show nothing of their own. */
const SHOWS_NOTHING = new Set(["chat.recall", "chat.reaction", "chat.edit", "chat.expiry"]);

/** Put a conversation on screen: at its end, at the first unread, or at a seq. `close()` it when the screen goes. */
export function openTalk(store: Store, id: ConversationId, at?: Seq): OpenConversation {
  return store.show((desk) => new OpenConversation(desk, id, at));
}

export class OpenConversation implements Shown {
  readonly id: ConversationId;
  ready = $state(false);
  loading = $state<"older" | "newer" | "around" | null>(null);
  problem = $state.raw<ApiError | null>(null);
  unreadFrom = $state<Seq | null>(null);
  /** How many were unread when it was opened. */
  unreadCount = 0;
  members = $state.raw<readonly Member[] | null>(null);
  joinRequests = $state.raw<readonly JoinRequest[]>([]);

  readonly #desk: Desk;
  /** Everything heard of this log since it is on screen. The window shows what lies from #from to #to. */
  readonly #log = new Map<Seq, Message>();
  readonly #items = new WeakMap<Message | Intent, Item>();
  readonly #quotes = new SvelteMap<Seq, Message | null>();
  readonly #asked = new Set<Seq>();
  readonly #receipts = new SvelteMap<AccountId, { delivered: Seq; read: Seq }>();
  #messages = $state.raw<readonly Message[]>([]);
  #from = $state(1);
  #to = $state(0);
  /** The window has reached the end and goes with it. */
  #following = $state(false);
  #started = false;
  #closed = false;
  #countedAtRead = Infinity;
  #seenHidden: Seq = 0;
  #moves = 0;

  constructor(desk: Desk, id: ConversationId, at?: Seq) {
    this.#desk = desk;
    this.id = id;
    globalThis.document?.addEventListener("visibilitychange", this.#shown);
    void this.#start(at);
  }

  get conversation(): Conversation | undefined {
    return this.#desk.conversation(this.id);
  }

  get typists(): readonly AccountId[] {
    return this.#desk.typists(this.id);
  }

  readonly hasOlder: boolean = $derived.by(() => this.#from > (this.conversation?.first_seq ?? 1));
  readonly hasNewer: boolean = $derived.by(() => this.#to < (this.conversation?.last_seq ?? 0));

  readonly items: readonly Item[] = $derived.by(() => {
    const first = this.conversation?.first_seq ?? 1;
    const stored = this.#messages.filter(({ seq, card }) => seq >= first && !SHOWS_NOTHING.has(card.type));
    const changes = amendments(this.#desk.intents(this.id), this.#desk.me);
    const items = stored.map((message) => this.#changed(this.#item(message), changes.get(message.seq)));
    if (this.hasNewer && !this.#following) return items;
    const here = new Set(stored.map(({ nonce }) => nonce));
    const waiting = this.#desk.intents(this.id).filter(({ nonce, about }) => about === undefined && !here.has(nonce));
    return [...items, ...waiting.map((intent) => this.#waitingItem(intent))];
  });

  #item(message: Message): Item {
    let item = this.#items.get(message);
    if (!item) {
      const mine = message.sender === this.#desk.me;
      const key = (mine && message.nonce) || `#${message.seq}`;
      item = { key, seq: message.seq, message, mine, nonce: null, state: "stored", failure: null };
      this.#items.set(message, item);
    }
    return item;
  }

  #changed(item: Item, change: Amendment | undefined): Item {
    if (!change) return item;
    const { fold, refused } = change;
    const message = fold ? folded(item.message, fold) : item.message;
    return { ...item, message, ...(refused ? { unchanged: { nonce: refused.nonce, failure: refused.failure } } : {}) };
  }

  #waitingItem(intent: Intent): Item {
    let item = this.#items.get(intent);
    if (!item) {
      const { nonce, conversation, card, reply, at, state, failure } = intent;
      const sender = this.#desk.me;
      const message: Message = { conversation, seq: 0, sender, author: null, at, card, preview: null, reply, ref: null, counted: 0, nonce };
      item = { key: nonce, seq: null, message, mine: true, nonce, state, failure };
      this.#items.set(intent, item);
    }
    return item;
  }

  /** What stands beside a message of mine. */
  tick(item: Item): Tick | null {
    if (!item.mine || isLine(item.message.card)) return null;
    if (item.state !== "stored") return item.state === "waiting" || item.state === "held" ? "clock" : item.state;
    const { conversation } = this;
    if (!conversation || item.seq === null) return "sent";
    if (conversation.kind === "direct") return tickAt(item.seq, conversation.peer_delivered_seq, conversation.peer_read_seq);
    // In a group a message is read when everybody has read it; whoever hides it leaves that unknown.
    if (conversation.kind !== "group" || !this.#receipts.size || this.#receipts.size < conversation.member_count - 1) return "sent";
    const all = [...this.#receipts.values()];
    return tickAt(item.seq, Math.min(...all.map(({ delivered }) => delivered)), Math.min(...all.map(({ read }) => read)));
  }

  /** The message a reply quotes: undefined while it is asked for, null when it cannot be had. */
  quoted(seq: Seq): Message | null | undefined {
    const here = this.#messages.length && this.#log.get(seq);
    if (here) return here;
    const quote = this.#quotes.get(seq);
    if (quote === undefined && !this.#asked.has(seq)) {
      this.#asked.add(seq);
      void this.#desk.engine.message(this.id, seq).then((message) => this.#quotes.set(seq, message));
    }
    return quote;
  }

  // Writing

  /** Send a card. Its bubble is in `items` when this returns. Returns the nonce. */
  send(card: Card, reply: Seq | null = null): string {
    const { nonce } = this.#desk.outbox.add(this.id, card, reply);
    if (this.hasNewer) void this.jumpToLatest().catch(() => undefined);
    return nonce;
  }

  retry(nonce: string): Promise<void> {
    return this.#desk.outbox.retry(nonce);
  }

  /** Give up what was refused or has never left. Returns whether it is gone. */
  discard(nonce: string): Promise<boolean> {
    return this.#desk.outbox.discard(nonce);
  }

  typing(): void {
    this.#desk.type(this.id);
  }

  canRecall(item: Item): boolean {
    const { card, at } = item.message;
    return (
      item.mine &&
      item.seq !== null &&
      !isLine(card) &&
      this.#desk.now() - at < this.#desk.recallMs()
    );
  }

  /** May its words still be changed by me? */
  canEdit(item: Item): boolean {
    const { card, at } = item.message;
    return item.mine && item.seq !== null && wordsIn(card) !== undefined && this.#desk.now() - at < this.#desk.editMs();
  }

  /** Change the words of a message of mine, of a text or in this field of its card: `items` shows it when this returns. */
  edit(seq: Seq, text: string, mentions: Mention[], place?: string): void {
    this.#desk.outbox.amend(this.id, seq, { type: "chat.edit", text, mentions, ...(place ? { in: place } : {}) });
  }

  /** React, or take my reaction back with an empty `emoji`: `items` shows it when this returns. */
  react(seq: Seq, emoji: string): void {
    this.#desk.outbox.amend(this.id, seq, { type: "chat.reaction", emoji });
  }

  /** Take a message that some route has put into this log. */
  take(message: Message): void {
    this.#desk.engine.arrive(message);
  }

  /** Take a message back. Throws `ApiError`. */
  async recall(seq: Seq): Promise<void> {
    this.#desk.engine.arrive(await api.recall(this.id, seq));
  }

  // Reading

  /** Everything up to `seq` has been on screen. */
  seen(seq: Seq): void {
    if (globalThis.document?.visibilityState === "hidden") {
      this.#seenHidden = Math.max(this.#seenHidden, seq);
      return;
    }
    const message = this.#log.get(seq);
    if (message) this.#desk.engine.read(this.id, seq, message.counted);
  }

  #shown = (): void => {
    if (this.#seenHidden && document.visibilityState === "visible") this.seen(this.#seenHidden);
  };

  loadOlder(): Promise<void> {
    if (this.loading || !this.hasOlder || !this.#started) return Promise.resolve();
    return this.#load("older", { before: this.#from });
  }

  loadNewer(): Promise<void> {
    if (this.loading || !this.hasNewer || !this.#started) return Promise.resolve();
    return this.#load("newer", { after: this.#to });
  }

  /** Put `seq` into the window. Returns whether it could be had. */
  async jumpTo(seq: Seq): Promise<boolean> {
    const within = (): boolean => this.#from <= seq && seq <= this.#to;
    if (!within()) await this.#load("around", { around: seq });
    return within();
  }

  async jumpToLatest(): Promise<void> {
    if (!this.hasNewer) return;
    await this.#load("around", { before: (this.conversation?.last_seq ?? 0) + 1 });
  }

  close(): void {
    this.#closed = true;
    globalThis.document?.removeEventListener("visibilitychange", this.#shown);
    this.#desk.closed(this);
  }

  async #start(at?: Seq): Promise<void> {
    const { engine } = this.#desk;
    try {
      if (!engine.known.has(this.id)) await engine.refresh(this.id);
      const conversation = engine.known.get(this.id)?.conversation;
      if (!conversation) return;
      this.unreadCount = conversation.unread;
      this.#countedAtRead = conversation.unread > 0 ? conversation.counted - conversation.unread : Infinity;
      const far = conversation.unread > 0 && conversation.last_seq - conversation.read_seq > FAR_UNREAD;
      const there = at ?? (far ? Math.max(conversation.read_seq, conversation.first_seq) : undefined);
      if (there !== undefined) await this.#load("around", { around: there });
      if (!this.#started) await this.#startAtEnd();
    } catch (failure) {
      this.problem = asApiError(failure);
    } finally {
      this.ready = true;
    }
    void engine.refresh(this.id).catch(() => undefined);
  }

  /** Show what this device has of the end at once; then what is missing of it. */
  async #startAtEnd(): Promise<void> {
    const { engine } = this.#desk;
    const known = engine.known.get(this.id);
    if (!known) return;
    const { last_seq, first_seq } = known.conversation;
    if (last_seq < first_seq) return this.#move(first_seq, first_seq - 1, []);
    const range = rangeOf(known.ranges, last_seq) ?? known.ranges.at(-1);
    if (range) {
      await this.#load("around", { before: range[1] + 1 }, false);
      this.ready = this.#started;
    }
    if (this.#started && !this.hasNewer) return;
    const moves = this.#moves;
    await engine.fill(this.id);
    if (!this.#started || (this.hasNewer && moves === this.#moves)) await this.#load("around", { before: last_seq + 1 });
  }

  async #load(what: "older" | "newer" | "around", where: api.Where, network = true): Promise<void> {
    this.loading = what;
    this.problem = null;
    const move = what === "around" ? ++this.#moves : this.#moves;
    try {
      const span = await this.#desk.engine.page(this.id, where, network);
      if (move !== this.#moves || this.#closed) return;
      if (what === "around") this.#move(span.from, span.to, span.messages);
      else this.heard(span, NOTHING);
    } catch (failure) {
      if (network) this.problem = asApiError(failure);
    } finally {
      if (move === this.#moves) this.loading = null;
    }
  }

  /** Show another stretch. */
  #move(from: Seq, to: Seq, messages: readonly Message[]): void {
    for (const message of messages) this.#log.set(message.seq, message);
    this.#started = true;
    this.#from = from;
    this.#to = to;
    this.#following = false;
    this.#show();
  }

  /** The engine has heard a stretch of this log. */
  heard(span: Span, folds: ReadonlyMap<Seq, Fold>): void {
    for (const message of span.messages) this.#log.set(message.seq, message);
    for (const [seq, fold] of folds) {
      const [message, quote] = [this.#log.get(seq), this.#quotes.get(seq)];
      if (message) this.#log.set(seq, folded(message, fold));
      if (quote) this.#quotes.set(seq, folded(quote, fold));
    }
    if (!this.#started) return;
    if (span.from <= this.#to + 1) this.#to = Math.max(this.#to, span.to);
    if (span.to >= this.#from - 1) this.#from = Math.min(this.#from, Math.max(span.from, 1));
    this.#show();
  }

  #show(): void {
    while (this.#log.has(this.#to + 1)) this.#to++;
    const last = this.#desk.engine.known.get(this.id)?.conversation.last_seq ?? 0;
    if (this.#to >= last) this.#following = true;
    const messages: Message[] = [];
    for (let seq = this.#from; seq <= this.#to; seq++) {
      const message = this.#log.get(seq);
      if (message) messages.push(message);
    }
    this.#messages = messages;
    const first = messages.find(({ sender, counted }) => counted > this.#countedAtRead && sender !== this.#desk.me);
    // Frozen once found: what comes while one reads is not "unread" any more.
    if (first && this.unreadFrom === null) {
      this.unreadFrom = first.seq;
      this.#countedAtRead = Infinity;
    }
  }

  // Who has read

  /** The line is back: cursors and members may have changed while it was not. */
  reconnected(): void {
    void this.#desk.engine.refresh(this.id).catch(() => undefined);
  }

  detailed(details: ConversationDetails): void {
    this.members = details.members;
    this.joinRequests = details.join_requests;
    if (details.kind === "group") void this.#loadReceipts().catch(() => undefined);
  }

  async #loadReceipts(): Promise<void> {
    const { members } = await api.receipts(this.id);
    for (const account of [...this.#receipts.keys()])
      if (!members.some((receipt) => receipt.account === account)) this.#receipts.delete(account);
    for (const { account, delivered_seq, read_seq } of members) this.moved(account, delivered_seq, read_seq, true);
  }

  /** A member's cursors moved. */
  moved(account: AccountId, delivered: Seq, read: Seq, fresh = false): void {
    const old = this.#receipts.get(account);
    if (!old && !fresh) return;
    this.#receipts.set(account, { delivered: Math.max(old?.delivered ?? 0, delivered), read: Math.max(old?.read ?? 0, read) });
  }
}

/** A line between the bubbles, not a bubble. */
const isLine = (card: Card): boolean => card.type === "chat.notice" || isTomb(card);

function asApiError(failure: unknown): ApiError {
  return failure instanceof ApiError ? failure : api.localError("offline");
}
