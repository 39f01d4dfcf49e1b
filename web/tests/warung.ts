/** The other side of the wire, small: logs, members, nonces and cursors as the server keeps them, and a network that can be made bad. */

import type {
  AccountId,
  Card,
  Conversation,
  ConversationDetails,
  ConversationId,
  Event,
  KeptDraft,
  Mark,
  Message,
  Page,
  ReactionCard,
  RecallCard,
  Seq,
  Sync,
  TextCard,
} from "../src/kit/wire";
import { me, person } from "./cast";
import { type Membership, type Room, seenBy } from "./room";

type Frame = Record<string, unknown>;

export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly details: Record<string, unknown> = {},
  ) {
    super(code);
  }
}

/** A browser's WebSocket, as far as the client uses it. */
class Line {
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  open = true;

  constructor(readonly server: Warung) {
    setTimeout(() => (server.reachable && server.account ? server.enter(this) : this.end(1006)), 1);
  }

  send(data: string): void {
    setTimeout(() => this.open && this.server.hear(this, JSON.parse(data) as Frame), 1);
  }

  close(): void {
    this.open = false;
    this.server.lines.delete(this);
  }

  deliver(frame: Frame): void {
    setTimeout(() => this.open && this.onmessage?.({ data: JSON.stringify(frame) }), 1);
  }

  end(code: number): void {
    if (!this.open) return;
    this.close();
    this.onclose?.({ code });
  }
}

export class Warung {
  /** Who is signed in on this device. */
  account: AccountId | null = "budi";
  reachable = true;
  /** It no longer knows what changed since when, and tells everything. */
  forgetful = false;
  readonly rooms = new Map<ConversationId, Room>();
  readonly lines = new Set<Line>();
  readonly gone: ConversationId[] = [];
  readonly drafts = new Map<ConversationId, KeptDraft>();
  /** Every send that arrived, refused or not. */
  readonly sends: { nonce: string; text: string }[] = [];
  readonly asked: string[] = [];
  /** Messages that nobody may change any more. */
  readonly strict = new Set<Seq>();
  /** What becomes of an event on its way to the client. */
  tamper: (frame: Frame) => Frame[] = (frame) => [frame];
  /** And of a command: done, done without an answer, or lost. */
  fate: (frame: Frame) => "done" | "unanswered" | "lost" = () => "done";
  refuse: (frame: { card: Card }) => Refused | null = () => null;

  room(id: ConversationId, kind: "direct" | "group", members: AccountId[]): Room {
    const fresh = (): Membership => ({
      from_seq: 0,
      read_seq: 0,
      delivered_seq: 0,
      changed_at: Date.now(),
      pinned: false,
      muted: false,
      archived: false,
      marked_unread: false,
    });
    const room: Room = {
      id,
      kind,
      name: kind === "group" ? id : null,
      members: new Map(members.map((member) => [member, fresh()])),
      log: [],
      changed_at: Date.now(),
    };
    this.rooms.set(id, room);
    this.push({ type: "chat.changed", conversation: id });
    return room;
  }

  /** Put a card into a log. */
  append(id: ConversationId, sender: AccountId, card: Card, more: Partial<Message> = {}): Message {
    const { log } = this.rooms.get(id)!;
    const counted = (log.at(-1)?.counted ?? 0) + Number(!["chat.recall", "chat.notice", "chat.reaction", "chat.edit"].includes(card.type));
    const message: Message = {
      conversation: id,
      seq: log.length + 1,
      sender,
      author: null,
      at: Date.now(),
      card,
      preview: null,
      reply: null,
      ref: null,
      counted,
      nonce: null,
      ...more,
    };
    log.push(message);
    this.push({ type: "chat.message", message });
    return message;
  }

  say(id: ConversationId, sender: AccountId, text: string, mention?: AccountId): Message {
    const mentions = mention ? [{ account: mention, start: 0, length: 1 }] : undefined;
    return this.append(id, sender, { type: "chat.text", text, ...(mentions && { mentions }) });
  }

  recall(id: ConversationId, seq: Seq): Message {
    const { log } = this.rooms.get(id)!;
    const old = log[seq - 1]!;
    log[seq - 1] = { ...old, card: { type: "chat.recalled", by: old.sender! }, preview: { key: "preview.recalled", args: {} } };
    const card: RecallCard = { type: "chat.recall" };
    return this.append(id, old.sender!, card, { ref: seq });
  }

  react(id: ConversationId, sender: AccountId, seq: Seq, emoji: string): Message {
    return this.append(id, sender, { type: "chat.reaction", emoji }, { ref: seq });
  }

  edit(id: ConversationId, seq: Seq, text: string): Message {
    const { log } = this.rooms.get(id)!;
    const entry = this.append(id, log[seq - 1]!.sender!, { type: "chat.edit", text }, { ref: seq });
    log[seq - 1] = { ...log[seq - 1]!, card: { type: "chat.text", text, edited: entry.seq } };
    return entry;
  }

  draft(conversation: ConversationId, draft: KeptDraft["draft"]): KeptDraft {
    const kept = { conversation, at: Date.now(), draft };
    this.drafts.set(conversation, kept);
    this.push({ type: "chat.draft", draft: kept });
    return kept;
  }

  cursor(id: ConversationId, account: AccountId, delivered: Seq, read: Seq): void {
    const member = this.rooms.get(id)?.members.get(account);
    if (!member) throw new Refused(404, "not_a_member");
    if (Math.max(delivered, read) > this.rooms.get(id)!.log.length) throw new Refused(404, "no_such_message");
    member.delivered_seq = Math.max(member.delivered_seq, delivered, read);
    member.read_seq = Math.max(member.read_seq, read);
    if (read) member.marked_unread = false;
    member.changed_at = Date.now();
    this.push({ type: "chat.cursor", conversation: id, account, delivered: Math.max(delivered, read), read });
  }

  push(event: Event): void {
    for (const line of this.lines) for (const frame of this.tamper(event as unknown as Frame)) line.deliver(frame);
  }

  /** Cut every line. The clients come back by themselves. */
  cut(code = 1006): void {
    for (const line of [...this.lines]) line.end(code);
  }

  enter(line: Line): void {
    this.lines.add(line);
    line.deliver({ type: "hello", account: this.account, session: "s", now: Date.now(), heartbeat_s: 25 });
  }

  hear(line: Line, frame: Frame): void {
    const fate = this.fate(frame);
    if (fate === "lost") return;
    const answer = this.#answer(frame);
    if (fate === "done") line.deliver(answer);
  }

  #answer(frame: Frame): Frame {
    try {
      return { type: "ok", id: frame["id"], result: this.#do(frame) };
    } catch (refused) {
      const { code, details } = refused as Refused;
      return { type: "error", id: frame["id"], error: { code, message: code, details } };
    }
  }

  #do(frame: Frame): unknown {
    const id = frame["conversation"] as ConversationId;
    switch (frame["type"]) {
      case "chat.send": {
        const { seq, at, counted } = this.#send(id, frame as never);
        return { seq, at, counted };
      }
      case "chat.cursor":
        return this.cursor(id, this.account!, frame["delivered"] as Seq, frame["read"] as Seq);
      default:
        return null;
    }
  }

  #send(id: ConversationId, item: { nonce: string; card: Card; reply: Seq | null }): Message {
    const text = (item.card as TextCard).text;
    this.sends.push({ nonce: item.nonce, text });
    const room = this.rooms.get(id);
    if (!room) throw new Refused(404, "not_a_member");
    const first = room.log.find(({ nonce, sender }) => nonce === item.nonce && sender === this.account);
    if (first) {
      if (first.card.type !== "chat.recalled" && JSON.stringify(first.card) !== JSON.stringify(item.card))
        throw new Refused(409, "nonce_reused");
      return first;
    }
    const refused = this.refuse(item);
    if (refused) throw refused;
    return this.append(id, this.account!, item.card, { nonce: item.nonce, reply: item.reply });
  }

  // HTTP

  fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    await new Promise((go) => setTimeout(go, 1));
    const url = new URL(String(input), "http://warung.test");
    const path = url.pathname.replace("/api", "");
    this.asked.push(`${init.method} ${path}${url.search}`);
    const body = typeof init.body === "string" ? (JSON.parse(init.body) as Frame) : {};
    const fate = this.reachable ? this.fate({ type: `${init.method} ${path}` }) : "lost";
    if (fate === "lost") throw new TypeError("Failed to fetch");
    const [status, answer] = this.#route(init.method ?? "GET", path, url.searchParams, body);
    await new Promise((go) => setTimeout(go, 1));
    if (fate === "unanswered") throw new TypeError("Failed to fetch");
    return new Response(status === 204 ? null : JSON.stringify(answer), { status });
  };

  #route(method: string, path: string, query: URLSearchParams, body: Frame): [number, unknown] {
    try {
      if (path === "/server") throw new Refused(404, "not_here");
      if (!this.account) throw new Refused(401, "unauthenticated");
      const answer = this.#ask(method, path, query, body);
      return answer === undefined ? [204, null] : [200, answer];
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      const { status, code, details } = refused;
      return [status, { error: { code, message: `${code}, in words`, details } }];
    }
  }

  #ask(method: string, path: string, query: URLSearchParams, body: Frame): unknown {
    const account = this.account!;
    if (path === "/me") return me(account);
    if (path === "/sync") return this.#sync(Number(query.get("since")));
    if (path === "/contacts") return { contacts: [], incoming: [], outgoing: [], blocked: [] };
    if (path === "/sign-out") return void (this.account = null);
    const [, what, id = "", part, seq, verb] = path.split("/").map(decodeURIComponent);
    if (what === "people") return person(id);
    const room = this.rooms.get(id);
    const member = room?.members.get(account);
    if (what !== "conversations" || !room || !member) throw new Refused(404, "not_a_member");
    if (part === undefined) return this.whole(room);
    if (part === "receipts") return { members: [] };
    if (part === "mine") return Object.assign(member, body, { changed_at: Date.now() }) && this.seen(room);
    if (part === "clear") return void Object.assign(member, { from_seq: room.log.length, changed_at: Date.now() });
    if (verb === "recall") return this.recall(id, Number(seq));
    if (verb === "reaction") return this.#reacted(room, id, Number(seq), method === "DELETE" ? "" : (body["emoji"] as string));
    if (method === "PATCH" && seq) return this.#reworded(room, id, Number(seq), body["text"] as string);
    if (part === "draft") return this.draft(id, body as never);
    if (part === "refs") return this.#refs(room, member, query);
    if (method === "POST") return this.#send(id, body as never);
    if (seq) return room.log[Number(seq) - 1];
    return this.#page(room, member, query);
  }

  /** What this device asks for: the same reaction again is the entry that brought it. */
  #reacted(room: Room, id: ConversationId, seq: Seq, emoji: string): Message {
    const mine = room.log.filter(({ card, ref, sender }) => card.type === "chat.reaction" && ref === seq && sender === this.account).at(-1);
    const standing = (mine?.card as ReactionCard | undefined)?.emoji ?? "";
    if (this.strict.has(seq)) throw new Refused(403, "not_a_contact");
    if (!mine && !emoji) throw new Refused(404, "no_such_message");
    return mine && standing === emoji ? mine : this.react(id, this.account!, seq, emoji);
  }

  #reworded(room: Room, id: ConversationId, seq: Seq, text: string): { entry: Message; message: Message } {
    const message = room.log[seq - 1]!;
    if (this.strict.has(seq)) throw new Refused(403, "too_late_to_edit");
    const { text: now, edited } = message.card as TextCard;
    const entry = now === text ? (edited ? room.log[edited - 1]! : message) : this.edit(id, seq, text);
    return { entry, message: room.log[seq - 1]! };
  }

  #page(room: Room, member: Membership, query: URLSearchParams): Page {
    const visible = room.log.filter(({ seq }) => seq > member.from_seq);
    const limit = Number(query.get("limit"));
    const before = (at: Seq, n: number): Message[] => visible.filter(({ seq }) => seq < at).slice(-n);
    const after = (at: Seq, n: number): Message[] => visible.filter(({ seq }) => seq > at).slice(0, n);
    const around = Number(query.get("around"));
    const older = around ? before(around + 1, limit / 2 + 1) : [];
    const messages = around
      ? [...older, ...after(Math.max(around, member.from_seq), limit - older.length)]
      : query.has("after")
        ? after(Number(query.get("after")), limit)
        : before(Number(query.get("before") ?? Infinity), limit);
    const marks = this.#marks(room, messages);
    return { messages, people: [person("siti")], first_seq: member.from_seq + 1, last_seq: room.log.length, marks };
  }

  #refs(room: Room, member: Membership, query: URLSearchParams): Page {
    const [after, before] = [Math.max(Number(query.get("after")), member.from_seq), Number(query.get("before"))];
    const messages = room.log.filter(({ seq, ref }) => ref !== null && seq > after && seq < before).slice(0, 200);
    return { messages, people: [], first_seq: member.from_seq + 1, last_seq: room.log.length };
  }

  #marks(room: Room, messages: readonly Message[]): Mark[] {
    const [first, last] = [messages[0]?.seq ?? 0, messages.at(-1)?.seq ?? -1];
    const found = new Map<Seq, Map<AccountId, Mark["reactions"][number]>>();
    for (const { card, ref, sender, seq } of room.log) {
      if (card.type !== "chat.reaction" || ref === null || ref < first || ref > last) continue;
      found.set(ref, (found.get(ref) ?? new Map()).set(sender!, [sender!, (card as ReactionCard).emoji, seq]));
    }
    return [...found].map(([seq, reactions]) => ({ seq, reactions: [...reactions.values()] }));
  }

  #sync(since: number): Sync {
    const full = since === 0 || this.forgetful;
    const start = full ? 0 : since - 60_000;
    const changed = [...this.rooms.values()].filter((room) => {
      const times = [room.changed_at, room.log.at(-1)?.at ?? 0, ...[...room.members.values()].map(({ changed_at }) => changed_at)];
      return Math.max(...times) >= start;
    });
    const conversations = changed.map((room) => this.seen(room));
    const drafts = [...this.drafts.values()].filter(({ at }) => at >= start);
    return { now: Date.now(), full, drafts, conversations, gone: full ? [] : this.gone, people: [person("siti")] };
  }

  /** A conversation as the account of this device sees it. */
  seen(room: Room): Conversation {
    return seenBy(this.account!, room);
  }

  whole(room: Room): ConversationDetails {
    const members = [...room.members.keys()].map((id) => ({
      account: person(id),
      role: "member" as const,
      joined_at: 1,
      muted_until: null,
    }));
    return { ...this.seen(room), members, join_requests: [] };
  }

  /** Take this device's account out of a conversation. */
  expel(id: ConversationId): void {
    this.rooms.delete(id);
    this.gone.push(id);
    this.push({ type: "chat.changed", conversation: id });
  }

  /** Give the page this server. */
  serve(client: { fetch: typeof fetch }): void {
    client.fetch = this.fetch as typeof fetch;
    // A constructor that returns an object gives that object.
    const open = (): Line => new Line(this);
    Object.assign(globalThis, {
      WebSocket: function () {
        return open();
      },
    });
  }
}
