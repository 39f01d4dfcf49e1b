/** The state of the account that is signed in here, as the screens see it: conversations, people, connection, outbox. */

import { SvelteMap } from "svelte/reactivity";
import * as api from "../../kit/api";
import { openDb, wipeDb, type Db, type Draft, type Intent, type Kept, type Meta } from "../../kit/db";
import { tell } from "../../kit/heard";
import { Outbox } from "../../kit/outbox";
import { Socket, type Connection } from "../../kit/socket";
import { REMOTE } from "../../kit/remote";
import type { View } from "../../kit/surroundings";
import { Engine } from "../../kit/sync";
import type {
  AccountId,
  Contacts,
  Conversation,
  ConversationDetails,
  ConversationId,
  Import,
  Me,
  Mine,
  Person,
  Profile,
  Sent,
  Server,
} from "../../kit/wire";
import type { Desk, Shown } from "./desk";
import type { Tick } from "./item";
import { lastTick, listed, unreadIn } from "./list";
import { pocket, type Pocket } from "./pocket";
import { Drafts } from "./drafts.svelte";
import { Typing } from "./typing.svelte";

export type { Item, Tick } from "./item";
export type { OpenConversation } from "./open.svelte";
export type { Draft } from "../../kit/db";

/** What runs while somebody is signed in. */
interface Running {
  db: Db;
  engine: Engine;
  outbox: Outbox;
  socket: Socket;
}

const UNREACHABLE_MS = 5_000;
const RECALL_MS = 120_000;

export class Store {
  session = $state<"loading" | "signed_out" | "signed_in" | "unreachable">("loading");
  signed_out_because = $state<"ended" | null>(null);
  me = $state.raw<Me | null>(null);
  server = $state.raw<Server | null>(null);
  connection = $state<Connection>("connecting");
  syncing = $state(false);
  ready = $state(false);
  contacts = $state.raw<Contacts | null>(null);
  /** A newer client waits: call this to change over to it. */
  update = $state.raw<(() => void) | null>(null);
  readonly imports = new SvelteMap<string, Import>();

  readonly #known = new SvelteMap<ConversationId, Conversation>();
  readonly #people = new SvelteMap<AccountId, Person>();
  readonly #typing = new Typing((conversation) => void this.#running?.socket.tell({ type: "chat.typing", conversation }));
  readonly #talks = new Set<Shown>();
  readonly #drafts = new Drafts();
  readonly #pocket: Pocket;
  #intents = $state.raw<readonly Intent[]>([]);
  #running: Running | null = null;
  #clockOffset = 0;
  #listening = new AbortController();

  constructor(kept: Pocket = pocket()) {
    this.#pocket = kept;
    this.server = kept.server();
  }

  readonly conversations: readonly Conversation[] = $derived(listed(this.#known.values(), false));
  readonly archived: readonly Conversation[] = $derived(listed(this.#known.values(), true));
  readonly unread: number = $derived(unreadIn(this.conversations));

  get drafts(): ReadonlyMap<ConversationId, Draft> {
    return this.#drafts.all;
  }

  conversation(id: ConversationId): Conversation | undefined {
    return this.#known.get(id);
  }

  /** Somebody this device has met; whoever it has not is asked for. */
  person(id: AccountId): Person | undefined {
    const person = this.#people.get(id);
    if (!person) this.#running?.engine.people.wonder(id);
    return person;
  }

  name(id: AccountId): string {
    const person = this.person(id);
    return person?.remark || person?.name || person?.handle || "";
  }

  /** The name of a group or of the other one; empty where the screens have their own words. */
  title(conversation: Conversation): string {
    return conversation.name ?? (conversation.peer ? this.name(conversation.peer.id) : "");
  }

  typists(conversation: ConversationId): readonly AccountId[] {
    return this.#typing.in(conversation);
  }

  /** The tick beside my own last message in the list. */
  lastTick(conversation: Conversation): Tick | null {
    return lastTick(conversation, this.me?.id, this.#intents);
  }

  /** What of this conversation is in the outbox: on its way, and refused. */
  waiting(id: ConversationId): number {
    return this.#intents.filter(({ conversation, state }) => conversation === id && state !== "failed").length;
  }

  failed(id: ConversationId): number {
    return this.#intents.filter(({ conversation, state }) => conversation === id && state === "failed").length;
  }

  /** The server's clock, in milliseconds. Not reactive. */
  now(): number {
    return Date.now() + this.#clockOffset;
  }

  /** Open what this device knows, at once; then the network. Called once per page. */
  async start(): Promise<void> {
    api.client.onSignedOut = (): void => void this.#end("ended");
    this.#pocket.onSignedOutElsewhere(() => this.#signOff(null));
    void this.#loadServer();
    const account = this.#pocket.account();
    if (account) await this.#openKept(account);
    await this.#askWhoIAm();
  }

  /** The page may be gone in a moment. */
  #keepAll(): void {
    this.#drafts.flush();
    void this.#running?.engine.keeper.flush();
  }

  async #loadServer(): Promise<void> {
    const server = await api.getServer().catch(() => null);
    if (!server) return;
    this.server = server;
    this.#pocket.keepServer(server);
  }

  async #openKept(account: AccountId): Promise<void> {
    const { db, kept } = await openDb(account);
    if (kept.meta.me) this.#open(kept.meta.me, db, kept);
    else db.close();
  }

  async #askWhoIAm(): Promise<void> {
    try {
      const me = await api.getMe();
      await (me.id === this.me?.id ? this.setMe(me) : this.signedIn(me));
    } catch (failure) {
      if (this.session === "signed_in" || (failure as api.ApiError).code === "unauthenticated") return;
      this.session = "unreachable";
      setTimeout(() => void this.#askWhoIAm(), UNREACHABLE_MS);
    }
  }

  /** Somebody has signed in or up on this page. */
  async signedIn(me: Me): Promise<void> {
    if (me.id === this.me?.id) return this.setMe(me);
    const before = this.#pocket.account();
    this.close();
    if (before && before !== me.id) await wipeDb(before);
    const { db, kept } = await openDb(me.id);
    this.#pocket.keepAccount(me.id);
    this.#open(me, db, kept);
    this.setMe(me);
  }

  /** My profile has changed. */
  setMe(me: Me): void {
    this.me = me;
    this.#running?.engine.keeper.note({ me });
  }

  /** Leave, and forget everything here, in every tab. Throws `ApiError` when the server cannot be told. */
  async signOut(): Promise<void> {
    await api.signOut();
    await this.#end(null);
  }

  #signOff(because: "ended" | null): void {
    this.close();
    this.signed_out_because = because;
    this.session = "signed_out";
  }

  async #end(because: "ended" | null): Promise<void> {
    const running = this.#running;
    const account = this.me?.id ?? this.#pocket.account();
    this.#signOff(running ? because : this.signed_out_because);
    this.#pocket.forget();
    if (account) await wipeDb(account);
  }

  /** Let go of everything and keep what is stored, as the end of the page does. */
  close(): void {
    const running = this.#running;
    this.#running = null;
    for (const talk of [...this.#talks]) talk.close();
    this.#drafts.close();
    for (const map of [this.#known, this.#people, this.imports]) map.clear();
    this.#typing.clear();
    this.#intents = [];
    this.me = this.contacts = null;
    this.ready = this.syncing = false;
    this.#listening.abort();
    this.#listening = new AbortController();
    running?.socket.stop();
    running?.outbox.stop();
    running?.engine.stop();
    running?.db.close();
  }

  #open(me: Me, db: Db, kept: Kept): void {
    const socket: Socket = new Socket({
      connection: (state) => this.#connectionChanged(state),
      hello: (hello) => {
        // Another tab has signed somebody else in.
        if (hello.account !== me.id) return void this.#askWhoIAm();
        this.#clockOffset = hello.now - Date.now();
        void engine.sync();
        outbox.wake();
        for (const talk of this.#talks) talk.reconnected();
        tell({ type: "hello" });
      },
      event: (event) => engine.event(event),
    });
    const engine: Engine = new Engine({
      me: me.id,
      db,
      kept,
      remote: REMOTE,
      view: this.#view(),
      tell: (command) => socket.request(command),
      stands: (message) => outbox.stands(message),
    });
    const outbox: Outbox = new Outbox({
      me: me.id,
      db,
      kept: kept.intents,
      remote: REMOTE,
      connection: () => socket.state,
      request: (command) => socket.request<Sent>(command),
      changed: () => this.#intentsChanged(),
      stands: (message) => engine.arrive(message),
    });
    this.#running = { db, engine, outbox, socket };
    this.me = me;
    for (const { id, conversation } of kept.known) this.#known.set(id, conversation);
    for (const person of kept.people) this.#people.set(person.id, person);
    this.#drafts.open(db, kept.drafts);
    tell({ type: "opened", meta: kept.meta, note: (more: Partial<Meta>) => engine.keeper.note(more) });
    this.contacts = kept.meta.contacts ?? null;
    this.ready = kept.meta.since !== undefined;
    this.#intentsChanged();
    this.connection = "connecting";
    this.session = "signed_in";
    this.signed_out_because = null;
    const { signal } = this.#listening;
    globalThis.addEventListener?.("pagehide", () => this.#keepAll(), { signal });
    globalThis.addEventListener?.("online", () => outbox.wake(), { signal });
    socket.start();
  }

  #connectionChanged(state: Connection): void {
    this.connection = state;
    if (state === "signed_out") void this.#end("ended");
    // A session that has ended cannot open a socket, which looks like a server that is away: ask by HTTP which of the two it is.
    if (state === "offline" && globalThis.navigator?.onLine !== false) void api.getMe().catch(() => undefined);
    if (state === "offline") this.#running?.outbox.kick();
  }

  #intentsChanged(): void {
    const intents = [...(this.#running?.outbox.intents.values() ?? [])];
    this.#intents = intents.sort((a, b) => (a.nonce < b.nonce ? -1 : 1));
  }

  #view(): View {
    const on = (id: ConversationId): Shown[] => [...this.#talks].filter((talk) => talk.id === id);
    return {
      conversations: (changed, gone) => {
        for (const { id, conversation } of changed) this.#known.set(id, conversation);
        for (const id of gone) this.#known.delete(id);
      },
      log: (id, span, folds) => {
        for (const { sender } of span.messages) if (sender) this.#typing.stopped(id, sender);
        for (const talk of on(id)) talk.heard(span, folds);
      },
      details: (details) => on(details.id).forEach((talk) => talk.detailed(details)),
      cursor: (id, account, delivered, read) => on(id).forEach((talk) => talk.moved(account, delivered, read)),
      typing: (id, account) => this.#typing.started(id, account),
      people: (people) => people.forEach((person) => this.#people.set(person.id, person)),
      contacts: (contacts) => (this.contacts = contacts),
      me: (me) => (this.me = me),
      imports: (progress) => this.imports.set(progress.id, progress),
      syncing: (busy) => {
        this.syncing = busy;
        if (!busy) this.ready = true;
      },
      watches: (id) => on(id).length > 0,
    };
  }

  /** What waits to be sent, for domains whose cards have files. */
  get outbox(): Outbox {
    return this.#must().outbox;
  }

  #must(): Running {
    if (!this.#running) throw api.localError("offline");
    return this.#running;
  }

  // Conversations

  /** Keep a conversation on screen in step; see `openTalk`. */
  show<T extends Shown>(make: (desk: Desk) => T): T {
    const { engine, outbox } = this.#must();
    const desk: Desk = {
      me: this.me?.id ?? "",
      engine,
      outbox,
      conversation: (which) => this.#known.get(which),
      intents: (which) => this.#intents.filter(({ conversation }) => conversation === which),
      typists: (which) => this.typists(which),
      type: (which) => this.#typing.type(which),
      recallMs: () => this.server?.recall_ms ?? RECALL_MS,
      editMs: () => this.server?.edit_ms ?? 24 * 3_600_000,
      now: () => this.now(),
      closed: (closed) => void this.#talks.delete(closed),
    };
    const talk = make(desk);
    this.#talks.add(talk);
    return talk;
  }

  startDirect = async (account: AccountId): Promise<Conversation> => this.adopt(await api.startDirect(account));
  startGroup = async (name: string, members: AccountId[]): Promise<Conversation> => this.adopt(await api.startGroup(name, members));
  startNotes = async (): Promise<Conversation> => this.adopt(await api.startNotes());

  /** Take a conversation that some route has answered. */
  adopt(conversation: Conversation): Conversation {
    this.#must().engine.adopt(conversation);
    return conversation;
  }

  /** Ask for a conversation again. Resolves with null when it is gone. */
  refresh(id: ConversationId): Promise<ConversationDetails | null> {
    return this.#must().engine.refresh(id);
  }

  /** Pin, mute, archive, mark: shown at once, taken back when refused. */
  async mine(id: ConversationId, mine: Mine): Promise<void> {
    const { engine } = this.#must();
    const old = this.conversation(id);
    engine.presume(id, mine);
    try {
      engine.adopt(await api.setMine(id, mine));
    } catch (failure) {
      if (old) engine.presume(id, Object.fromEntries(Object.keys(mine).map((key) => [key, old[key as keyof Mine]])));
      throw failure;
    }
  }

  /** Empty my own copy. */
  async clear(id: ConversationId): Promise<void> {
    await api.clearConversation(id);
    await this.refresh(id);
  }

  refreshContacts(): Promise<void> {
    return this.#must().engine.refreshContacts();
  }

  /** Take people from any answer. */
  remember(people: readonly (Person | Profile)[]): void {
    const blank = { status: null, region: null, remark: null, tags: [], relation: "stranger" } as const;
    const full = people.map((person): Person => ({ ...blank, tags: [], ...this.#people.get(person.id), ...person }));
    this.#running?.engine.people.meet(full);
  }

  /** Keep what is being written; null when it was sent or dropped. */
  saveDraft(id: ConversationId, draft: Omit<Draft, "conversation"> | null): void {
    this.#drafts.save(id, draft);
  }
}

export const store = new Store();
