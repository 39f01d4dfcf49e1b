/**
 * Keeps what this device knows the same as the server's log, whatever order news comes in.
 *
 * Events are hints: a message that does not follow the last one known shows a gap, and the gap is asked for. After every hello, what
 * changed since the last time is asked for. The database is written behind; memory is what the page works with.
 */

import * as api from "./api";
import { Asking } from "./asking";
import { Cursors } from "./cursors";
import type { Known } from "./db";
import { Keeper } from "./keeper";
import { hear, meet, merge, owe, readTo, seeWhole, settle } from "./known";
import { bare, Folds } from "./folds";
import { tell } from "./heard";
import { History, type Span } from "./history";
import { People } from "./people";
import { rangeOf } from "./ranges";
import type { Surroundings } from "./surroundings";
import type { AccountId, Conversation, ConversationDetails, ConversationId, Event, Mark, Message, Millis, Page, Seq } from "./wire";

const patience = (failure: unknown): Millis => ((failure as api.ApiError).retryAfterS ?? 4) * 1000;
/** So many conversations are kept readable without a network, unless something is unread elsewhere. */
const RECENT = 30;

export class Engine {
  readonly known: Map<ConversationId, Known>;
  readonly people: People;
  readonly keeper: Keeper;
  readonly #around: Surroundings;
  readonly #history: History;
  readonly #cursors: Cursors;
  readonly #folds = new Folds();
  /** When a conversation last changed by an event, on a counter: tells which snapshots are late. */
  readonly #touched = new Map<ConversationId, number>();
  readonly #refreshing = new Asking((id) => this.#refresh(id));
  #counter = 0;
  #since: Millis;
  #syncing: Promise<void> | null = null;
  #again = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #contactsTimer: ReturnType<typeof setTimeout> | undefined;
  #unsure = false;
  #stopped = false;

  constructor(around: Surroundings) {
    this.#around = around;
    this.known = new Map(around.kept.known.map((known) => [known.id, known]));
    this.#since = around.kept.meta.since ?? 0;
    this.keeper = new Keeper(around.db, () => this.#forgetRanges());
    this.people = new People(around.kept.people, this.keeper, around.remote, (changed) => around.view.people(changed));
    this.#history = new History({
      db: around.db,
      keeper: this.keeper,
      remote: around.remote,
      known: (id) => this.known.get(id),
      take: (id, page, span) => this.#takePage(id, page, span),
      refer: (id, page) => this.#refer(id, page),
    });
    this.#cursors = new Cursors(around.tell, {
      stored: () => this.keeper.flush(),
      owed: (id) => this.known.get(id)?.owed,
      settled: (id, cursors) => this.#cursorsHeard(id, cursors),
    });
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#contactsTimer);
    this.#cursors.stop();
  }

  /** The line is open: learn what changed while it was not. Also for `resync`. */
  sync(): Promise<void> {
    if (this.#syncing) {
      this.#again = true;
      return this.#syncing;
    }
    clearTimeout(this.#timer);
    this.#around.view.syncing(true);
    this.#syncing = this.#syncOnce()
      .catch((failure: unknown) => {
        if (!this.#stopped) this.#timer = setTimeout(() => void this.sync(), patience(failure));
      })
      .finally(() => {
        this.#syncing = null;
        this.#around.view.syncing(false);
        if (this.#again) {
          this.#again = false;
          void this.sync();
        }
      });
    return this.#syncing;
  }

  async #syncOnce(): Promise<void> {
    const mark = this.#counter;
    const answer = await this.#around.remote.sync(this.#since);
    if (this.#stopped) return;
    this.people.meet(answer.people);
    for (const snapshot of answer.conversations) this.#adopt(snapshot, mark);
    const gone = new Set(answer.gone);
    if (answer.full) {
      const listed = new Set(answer.conversations.map(({ id }) => id));
      for (const id of this.known.keys()) if (!listed.has(id) && (this.#touched.get(id) ?? 0) <= mark) gone.add(id);
    }
    for (const id of gone) if ((this.#touched.get(id) ?? 0) <= mark) this.#forget(id);
    this.#since = answer.now;
    tell({ type: "synced", answer });
    for (const { id, owed } of this.known.values()) if (owed.delivered || owed.read) this.#cursors.due(id);
    if (answer.contacts_changed !== false) void this.#learnContacts();
    if (!this.#unsure) this.keeper.note({ since: answer.now });
    void this.#catchUp();
  }

  /** Bring the ends of the logs that matter up to date, those on screen first. */
  async #catchUp(): Promise<void> {
    const recent = [...this.known.values()].sort((a, b) => (b.conversation.last?.at ?? 0) - (a.conversation.last?.at ?? 0));
    const { watches } = this.#around.view;
    const wanted = recent.filter(({ id, conversation }, i) => {
      const { last_seq, delivered_seq } = conversation;
      return this.#history.holes.has(id) || ((i < RECENT || delivered_seq < last_seq || watches(id)) && this.#lacksEnd(id));
    });
    wanted.sort((a, b) => Number(watches(b.id)) - Number(watches(a.id)));
    for (const { id } of wanted) {
      if (this.#stopped) return;
      await this.fill(id);
      if (this.#history.unreachable) return;
    }
  }

  #lacksEnd(id: ConversationId): boolean {
    const known = this.known.get(id);
    if (!known) return false;
    const { last_seq, first_seq } = known.conversation;
    return last_seq >= first_seq && !rangeOf(known.ranges, last_seq);
  }

  /** Ask for what is missing at the end of a log. Never throws; what could not be had is asked for after the next hello. */
  async fill(id: ConversationId): Promise<void> {
    try {
      await this.#history.fill(id);
    } catch (failure) {
      if (isGone(failure)) this.#forget(id);
      return;
    }
    this.#deliver(id);
  }

  /** One event of the socket. */
  event(event: Event): void {
    const { view } = this.#around;
    switch (event.type) {
      case "chat.message":
        return this.arrive(event.message);
      case "chat.cursor":
        return void this.#cursorMoved(event.conversation, event.account, event.delivered, event.read);
      case "chat.typing":
        return event.account === this.#around.me ? undefined : view.typing(event.conversation, event.account);
      case "chat.changed":
        return void this.refresh(event.conversation).catch(() => undefined);
      case "contacts.changed":
        return void this.refreshContacts().catch(() => undefined);
      case "accounts.changed":
        return void this.#accountChanged(event.account).catch(() => undefined);
      case "imports.progress":
        return view.imports(event.import);
      case "resync":
        return void this.sync();
      default:
        return tell(event); // of a domain that plugs in
    }
  }

  /** One message of the log: pushed, answered or told by another tab. */
  arrive(message: Message): void {
    const id = message.conversation;
    this.#touch(id);
    if (!this.known.has(id)) {
      if (message.sender === this.#around.me) this.#around.stands(message);
      void this.refresh(id).catch(() => undefined);
      return;
    }
    this.#take(id, { messages: [message], from: message.seq, to: message.seq });
    const known = this.known.get(id)!;
    const range = rangeOf(known.ranges, message.seq);
    if (range?.[0] === message.seq && message.seq > known.conversation.first_seq) {
      this.#history.holes.add(id);
      void this.fill(id);
    } else this.#deliver(id);
  }

  /** A page of a log that lies around some seq: from the database where it is known, else from the server. Throws `ApiError`. */
  async page(id: ConversationId, where: api.Where, network = true): Promise<Span> {
    try {
      return await this.#history.page(id, where, network);
    } catch (failure) {
      if (isGone(failure)) this.#forget(id);
      throw failure;
    }
  }

  /** One message, wherever it stands; null when it cannot be had. */
  async message(id: ConversationId, seq: Seq): Promise<Message | null> {
    await this.keeper.flush();
    const [stored] = await this.#around.db.messages(id, seq, seq).catch(() => []);
    if (stored) return stored;
    const message = await this.#around.remote.message(id, seq).catch(() => null);
    return message && this.#folds.applied(message);
  }

  /** Ask for one conversation again. Resolves with null when it is gone. */
  refresh(id: ConversationId): Promise<ConversationDetails | null> {
    return this.#refreshing.ask(id);
  }

  async #refresh(id: ConversationId): Promise<ConversationDetails | null> {
    const mark = this.#counter;
    try {
      const { members, join_requests, ...snapshot } = await this.#around.remote.conversation(id);
      if (this.#stopped) return null;
      this.people.meet([...members.map(({ account }) => account), ...join_requests.map(({ from }) => from)]);
      this.#adopt(snapshot, mark);
      if (this.#lacksEnd(id)) void this.fill(id);
      const details = { ...this.known.get(id)!.conversation, members, join_requests };
      this.#around.view.details(details);
      return details;
    } catch (failure) {
      if (!isGone(failure)) throw failure;
      this.#forget(id);
      return null;
    }
  }

  /** Take a snapshot that some other request answered. */
  adopt(snapshot: Conversation): void {
    this.#adopt(snapshot, this.#counter);
  }

  /** Change how a conversation is shown before the server has answered. */
  presume(id: ConversationId, change: Partial<Conversation>): void {
    const known = this.known.get(id);
    if (known) this.#set({ ...known, conversation: { ...known.conversation, ...change } });
  }

  /** A sync tells only what changed since the last: until contacts are known, asked again if need be, what is kept does not say that they are. */
  #learnContacts(): Promise<void> {
    clearTimeout(this.#contactsTimer);
    this.#unsure = true;
    return this.refreshContacts().catch((failure: unknown) => {
      if (!this.#stopped) this.#contactsTimer = setTimeout(() => void this.#learnContacts(), patience(failure));
    });
  }

  async refreshContacts(): Promise<void> {
    const contacts = await this.#around.remote.contacts();
    if (this.#stopped) return;
    this.people.meet(contacts.contacts.map(({ since: _, ...person }) => person));
    this.#unsure = false;
    this.keeper.note({ contacts, since: this.#since });
    this.#around.view.contacts(contacts);
  }

  /** I have seen everything up to `seq`, where the log's running count is `counted`. */
  read(id: ConversationId, seq: Seq, counted: number): void {
    const known = this.known.get(id);
    if (!known || (seq <= known.conversation.read_seq && !known.conversation.marked_unread)) return;
    const read = readTo(known, seq, counted);
    this.#touch(id);
    this.#set(owe({ ...read, conversation: { ...read.conversation, marked_unread: false } }, { delivered: 0, read: seq }));
    this.#cursors.due(id);
  }

  #cursorsHeard(id: ConversationId, cursors: Known["owed"]): void {
    const known = this.known.get(id);
    if (!known) return;
    this.#set(settle(known, cursors));
    // The server counted mentions that this device has not seen: ask how many are left.
    if (cursors.read && known.mentioned.count > 0) void this.refresh(id).catch(() => undefined);
  }

  async #cursorMoved(id: ConversationId, account: AccountId, delivered: Seq, read: Seq): Promise<void> {
    const known = this.known.get(id);
    if (!known) return;
    this.#touch(id);
    const old = known.conversation;
    if (account !== this.#around.me) {
      if (old.kind === "direct") {
        const [peer_delivered_seq, peer_read_seq] = [Math.max(old.peer_delivered_seq, delivered), Math.max(old.peer_read_seq, read)];
        this.#set({ ...known, conversation: { ...old, peer_delivered_seq, peer_read_seq } });
      }
      return this.#around.view.cursor(id, account, delivered, read);
    }
    const marked_unread = old.marked_unread && read === 0;
    const conversation = { ...old, delivered_seq: Math.max(old.delivered_seq, delivered), marked_unread };
    this.#set({ ...settle(known, { delivered, read }), conversation });
    if (read > old.read_seq) await this.#readElsewhere(id, read);
  }

  /** Another device of mine has read: how much is left depends on the running count there. */
  async #readElsewhere(id: ConversationId, seq: Seq): Promise<void> {
    const { last_seq, counted } = this.known.get(id)!.conversation;
    const running = seq >= last_seq ? counted : (await this.message(id, seq))?.counted;
    const known = this.known.get(id);
    if (!known) return;
    if (running === undefined) return void this.refresh(id).catch(() => undefined);
    this.#set(readTo(known, seq, running));
  }

  async #accountChanged(account: AccountId): Promise<void> {
    if (account !== this.#around.me) return this.people.refresh(account);
    const me = await this.#around.remote.getMe();
    this.keeper.note({ me });
    this.#around.view.me(me);
  }

  #takePage(id: ConversationId, page: Page, span: Span): Span {
    this.people.meet(page.people);
    return this.#take(id, span, page.marks);
  }

  /** Entries of a gap that say something about messages which are here. */
  #refer(id: ConversationId, page: Page): void {
    this.people.meet(page.people);
    const folds = this.#folds.take(id, page.messages);
    for (const [seq, fold] of folds) this.keeper.fold(id, seq, fold);
    if (!this.#stopped) this.#around.view.log(id, { messages: [], from: 1, to: 0 }, folds);
  }

  /** The one place where log entries enter. Returns the span as it is now known. */
  #take(id: ConversationId, span: Span, marks?: readonly Mark[]): Span {
    let known = this.known.get(id);
    if (!known || this.#stopped) return span;
    const folds = this.#folds.take(id, span.messages, marks);
    const messages = span.messages.map((message) => bare(this.#folds.applied(message)));
    for (const message of messages) known = hear(known, message, this.#around.me);
    known = seeWhole(known, span.from, span.to);
    const { last, first_seq } = known.conversation;
    if (last && folds.has(last.seq)) known = { ...known, conversation: { ...known.conversation, last: this.#folds.applied(last) } };
    this.keeper.hear(
      id,
      messages.filter(({ seq }) => seq >= first_seq),
    );
    for (const [seq, fold] of folds) this.keeper.fold(id, seq, fold);
    this.#set(known);
    if (known.owed.read) this.#cursors.due(id);
    this.#around.view.log(id, { ...span, messages }, folds);
    for (const message of messages) if (message.nonce && message.sender === this.#around.me) this.#around.stands(message);
    return { ...span, messages };
  }

  #adopt(snapshot: Conversation, mark: number): void {
    const old = this.known.get(snapshot.id);
    if (snapshot.peer) this.people.meet([snapshot.peer]);
    const fresh = snapshot.last ? { ...snapshot, last: this.#folds.applied(snapshot.last) } : snapshot;
    const known = old ? merge(old, fresh, (this.#touched.get(snapshot.id) ?? 0) > mark) : meet(fresh);
    const first = known.conversation.first_seq;
    if (old && first > old.conversation.first_seq) this.keeper.cut(known.id, first);
    this.#set(known);
  }

  #deliver(id: ConversationId): void {
    const known = this.known.get(id);
    if (!known || this.#history.holes.has(id)) return;
    const { last_seq, delivered_seq } = known.conversation;
    if (last_seq <= delivered_seq || !rangeOf(known.ranges, last_seq)) return;
    const conversation = { ...known.conversation, delivered_seq: last_seq };
    this.#set(owe({ ...known, conversation }, { delivered: last_seq, read: 0 }));
    this.#cursors.due(id);
  }

  #set(known: Known): void {
    if (this.#stopped) return;
    this.known.set(known.id, known);
    this.keeper.know(known);
    this.#around.view.conversations([known], []);
  }

  #forget(id: ConversationId): void {
    if (this.#stopped) return;
    this.known.delete(id);
    this.keeper.forget(id);
    this.#around.view.conversations([], [id]);
  }

  /** The database took less than memory knows: what is not in it must be asked for again. */
  #forgetRanges(): void {
    for (const [id, known] of this.known) this.known.set(id, { ...known, ranges: [] });
  }

  #touch(id: ConversationId): void {
    this.#touched.set(id, ++this.#counter);
  }
}

/** The server says that there is no such conversation for me. */
function isGone(failure: unknown): boolean {
  return failure instanceof api.ApiError && failure.status === 404;
}
