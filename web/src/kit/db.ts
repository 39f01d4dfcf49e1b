/**
 * What this device keeps of one account, so that the client opens without a network: conversations, messages, people, drafts and the
 * outbox, in IndexedDB. Where the browser gives no storage (private windows), the same interface over memory.
 */

import { deleteDB, openDB, type DBSchema, type IDBPDatabase } from "idb";
import { folded, type Fold } from "./folds";
import type { Range } from "./ranges";
import type {
  AccountId,
  Card,
  Contacts,
  Conversation,
  ConversationId,
  Me,
  Mention,
  Message,
  Millis,
  Person,
  Preferences,
  Seq,
  Server,
  WireError,
} from "./wire";

/** A conversation and what this device knows of its log. */
export interface Known {
  id: ConversationId;
  conversation: Conversation;
  ranges: readonly Range[];
  /** Unread mentions of me: `count` of them up to `upto`, as the server counted, and those seen here since. */
  mentioned: { upto: Seq; count: number; seqs: readonly Seq[] };
  /** Cursors of mine that the server has not confirmed yet; 0 when it has. */
  owed: { delivered: Seq; read: Seq };
}

/** Something a person sent, until the log shows it. The nonce is its name, made once. */
export interface Intent {
  nonce: string;
  conversation: ConversationId;
  card: Card;
  reply: Seq | null;
  /** It changes that message instead of being one: a reaction, other words. */
  about?: Seq;
  at: Millis;
  /** `held`: its files are not all on the server yet. `unconfirmed`: it was sent and the answer did not come. `failed`: it was refused. */
  state: "held" | "waiting" | "unconfirmed" | "failed";
  /** It has files that are brought before it is sent. */
  files?: true;
  tries: number;
  failure: WireError | null;
}

/** A file that an intent waits for. */
export interface KeptFile {
  data: Blob;
  name: string;
  purpose: "photo" | "video" | "voice" | "file";
  original: boolean;
  /** the upload that was begun for it */
  upload: string | null;
}

export interface Draft {
  conversation: ConversationId;
  text: string;
  reply: Seq | null;
  mentions: Mention[];
  /** The other devices have not been told yet. */
  untold?: boolean;
}

export interface Meta {
  since: Millis;
  me: Me;
  server: Server;
  contacts: Contacts;
  preferences: Preferences;
  /** conversations with accounts of the kind that shares one row of the list */
  folded: ConversationId[];
}

/** Everything a page needs to open; messages are read when a conversation is looked at. */
export interface Kept {
  known: Known[];
  people: Person[];
  intents: Intent[];
  drafts: Draft[];
  meta: Partial<Meta>;
}

/** Changes that belong together: all are stored or none. */
export interface Batch {
  known: Map<ConversationId, Known>;
  /** By conversation and seq. */
  messages: Map<ConversationId, Map<Seq, Message>>;
  /** What later entries made of messages that may be stored. */
  folds: Map<ConversationId, Map<Seq, Fold>>;
  /** Conversations that are gone, with their messages. */
  gone: Set<ConversationId>;
  /** Messages before these seqs go. */
  cut: Map<ConversationId, Seq>;
  people: Map<AccountId, Person>;
  meta: Partial<Meta>;
}

export function emptyBatch(): Batch {
  return { known: new Map(), messages: new Map(), folds: new Map(), gone: new Set(), cut: new Map(), people: new Map(), meta: {} };
}

export interface Db {
  load(): Promise<Kept>;
  write(batch: Batch): Promise<void>;
  /** The stored messages from `from` to `to`, ascending. */
  messages(conversation: ConversationId, from: Seq, to: Seq): Promise<Message[]>;
  intents(): Promise<Intent[]>;
  intent(nonce: string): Promise<Intent | undefined>;
  /** Change an intent, or remove it by answering null, without anyone in between. Returns what is stored then; absent ones stay absent. */
  changeIntent(nonce: string, change: (intent: Intent) => Intent | null): Promise<Intent | null>;
  addIntent(intent: Intent): Promise<void>;
  /** The files that an intent waits for; they go with it, and when there are none any more. */
  files(nonce: string): Promise<KeptFile[]>;
  keepFiles(nonce: string, files: readonly KeptFile[]): Promise<void>;
  /** Keep the draft; an empty one is forgotten. */
  keepDraft(draft: Draft): Promise<void>;
  /** Let go. What is asked for afterwards fails, so that nothing is written behind the back of a sign-out. */
  close(): void;
}

interface Schema extends DBSchema {
  conversations: { key: ConversationId; value: Known };
  messages: { key: [ConversationId, Seq]; value: Message };
  people: { key: AccountId; value: Person };
  outbox: { key: string; value: Intent };
  files: { key: string; value: readonly KeptFile[] };
  drafts: { key: ConversationId; value: Draft };
  meta: { key: string; value: unknown };
}

const VERSION = 2;
const OPEN_MS = 4_000;

const nameOf = (account: AccountId): string => `warung-${account}`;
const all = (conversation: ConversationId, from: Seq = 0, to: Seq = Infinity): IDBKeyRange =>
  IDBKeyRange.bound([conversation, from], [conversation, to]);

/** Open what this device keeps of an account, and read it; memory when there is no storage, or it does not answer. */
export async function openDb(account: AccountId): Promise<{ db: Db; kept: Kept }> {
  try {
    const slow = new Promise<never>((_, reject) => setTimeout(reject, OPEN_MS, new Error("storage does not answer")));
    const open = async (db: Db): Promise<{ db: Db; kept: Kept }> => ({ db, kept: await db.load() });
    return await Promise.race([StoredDb.open(account).then(open), slow]);
  } catch {
    const db = new MemoryDb();
    return { db, kept: await db.load() };
  }
}

/** Forget everything about an account whose database is closed here. Other tabs let go when they are asked to. */
export async function wipeDb(account: AccountId): Promise<void> {
  await deleteDB(nameOf(account)).catch(() => undefined);
}

function connect(account: AccountId, onWiped: () => void): Promise<IDBPDatabase<Schema>> {
  return openDB<Schema>(nameOf(account), VERSION, {
    upgrade(db, old) {
      if (old < 2) db.createObjectStore("files");
      if (old > 0) return;
      db.createObjectStore("conversations", { keyPath: "id" });
      db.createObjectStore("messages", { keyPath: ["conversation", "seq"] });
      db.createObjectStore("people", { keyPath: "id" });
      db.createObjectStore("outbox", { keyPath: "nonce" });
      db.createObjectStore("drafts", { keyPath: "conversation" });
      db.createObjectStore("meta");
    },
    // Another tab wipes the account (there is no next version then) or brings a newer schema: let it.
    blocking: (_current, next, event) => {
      (event.target as IDBDatabase).close();
      if (next === null) onWiped();
    },
  });
}

class StoredDb implements Db {
  #account: AccountId;
  #db!: IDBPDatabase<Schema>;
  #closed = false;

  private constructor(account: AccountId) {
    this.#account = account;
  }

  static async open(account: AccountId): Promise<StoredDb> {
    const stored = new StoredDb(account);
    await stored.#connect();
    return stored;
  }

  async #connect(): Promise<void> {
    this.#db = await connect(this.#account, () => (this.#closed = true));
  }

  /** Phones cut the connection to the database while a page sleeps: open it again, once. What was wiped is not made again. */
  async #run<T>(work: (db: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    try {
      return await work(this.#db);
    } catch (failure) {
      const cut = failure instanceof DOMException && ["InvalidStateError", "UnknownError"].includes(failure.name);
      if (!cut || this.#closed) throw failure;
      await this.#connect();
      return work(this.#db);
    }
  }

  load(): Promise<Kept> {
    return this.#run(async (db) => {
      const tx = db.transaction(["conversations", "people", "outbox", "drafts", "meta"]);
      const [known, people, intents, drafts, keys, values] = await Promise.all([
        tx.objectStore("conversations").getAll(),
        tx.objectStore("people").getAll(),
        tx.objectStore("outbox").getAll(),
        tx.objectStore("drafts").getAll(),
        tx.objectStore("meta").getAllKeys(),
        tx.objectStore("meta").getAll(),
      ]);
      const meta = Object.fromEntries(keys.map((key, i) => [key, values[i]])) as Partial<Meta>;
      return { known, people, intents, drafts, meta };
    });
  }

  write(batch: Batch): Promise<void> {
    return this.#run(async (db) => {
      const tx = db.transaction(["conversations", "messages", "people", "drafts", "meta"], "readwrite");
      const messages = tx.objectStore("messages");
      const done: Promise<unknown>[] = [tx.done];
      for (const id of batch.gone) {
        done.push(tx.objectStore("conversations").delete(id), messages.delete(all(id)), tx.objectStore("drafts").delete(id));
      }
      for (const [id, first] of batch.cut) done.push(messages.delete(all(id, 0, first - 1)));
      for (const known of batch.known.values()) done.push(tx.objectStore("conversations").put(known));
      for (const log of batch.messages.values()) for (const message of log.values()) done.push(messages.put(message));
      for (const [id, log] of batch.folds) {
        for (const [seq, fold] of log) {
          const stored = await messages.get([id, seq]);
          const next = stored && folded(stored, fold);
          if (next && next !== stored) done.push(messages.put(next));
        }
      }
      for (const person of batch.people.values()) done.push(tx.objectStore("people").put(person));
      for (const [key, value] of Object.entries(batch.meta)) done.push(tx.objectStore("meta").put(value, key));
      await Promise.all(done);
    });
  }

  messages(conversation: ConversationId, from: Seq, to: Seq): Promise<Message[]> {
    return this.#run((db) => db.getAll("messages", all(conversation, from, to)));
  }

  intents(): Promise<Intent[]> {
    return this.#run((db) => db.getAll("outbox"));
  }

  intent(nonce: string): Promise<Intent | undefined> {
    return this.#run((db) => db.get("outbox", nonce));
  }

  changeIntent(nonce: string, change: (intent: Intent) => Intent | null): Promise<Intent | null> {
    return this.#run(async (db) => {
      const tx = db.transaction(["outbox", "files"], "readwrite");
      const outbox = tx.objectStore("outbox");
      const stored = await outbox.get(nonce);
      const changed = stored ? change(stored) : null;
      if (changed) await outbox.put(changed);
      else if (stored) await outbox.delete(nonce);
      if (!changed?.files) await tx.objectStore("files").delete(nonce);
      await tx.done;
      return changed;
    });
  }

  async addIntent(intent: Intent): Promise<void> {
    await this.#run((db) => db.put("outbox", intent));
  }

  files(nonce: string): Promise<KeptFile[]> {
    return this.#run(async (db) => [...((await db.get("files", nonce)) ?? [])]);
  }

  async keepFiles(nonce: string, files: readonly KeptFile[]): Promise<void> {
    await this.#run((db) => db.put("files", files, nonce));
  }

  async keepDraft(draft: Draft): Promise<void> {
    await this.#run((db): Promise<unknown> => (isEmpty(draft) ? db.delete("drafts", draft.conversation) : db.put("drafts", draft)));
  }

  close(): void {
    this.#closed = true;
    this.#db.close();
  }
}

const isEmpty = (draft: Draft): boolean => !draft.text && draft.reply === null && !draft.untold;

/** The same over memory: for private windows, and for what no longer fits on the device. */
export class MemoryDb implements Db {
  #known = new Map<ConversationId, Known>();
  #messages = new Map<ConversationId, Map<Seq, Message>>();
  #people = new Map<AccountId, Person>();
  #outbox = new Map<string, Intent>();
  #files = new Map<string, readonly KeptFile[]>();
  #drafts = new Map<ConversationId, Draft>();
  #meta: Partial<Meta> = {};

  async load(): Promise<Kept> {
    const lists = { known: [...this.#known.values()], people: [...this.#people.values()], drafts: [...this.#drafts.values()] };
    return { ...lists, intents: await this.intents(), meta: { ...this.#meta } };
  }

  async write(batch: Batch): Promise<void> {
    for (const id of batch.gone) for (const store of [this.#known, this.#messages, this.#drafts]) store.delete(id);
    for (const [id, first] of batch.cut) {
      const log = this.#messages.get(id);
      for (const seq of [...(log?.keys() ?? [])]) if (seq < first) log?.delete(seq);
    }
    for (const [id, known] of batch.known) this.#known.set(id, known);
    for (const [id, messages] of batch.messages) {
      const log = this.#messages.get(id) ?? new Map<Seq, Message>();
      for (const [seq, message] of messages) log.set(seq, message);
      this.#messages.set(id, log);
    }
    for (const [id, folds] of batch.folds) {
      const log = this.#messages.get(id);
      for (const [seq, fold] of folds) if (log?.has(seq)) log.set(seq, folded(log.get(seq)!, fold));
    }
    for (const [id, person] of batch.people) this.#people.set(id, person);
    Object.assign(this.#meta, batch.meta);
  }

  async messages(conversation: ConversationId, from: Seq, to: Seq): Promise<Message[]> {
    const log = [...(this.#messages.get(conversation)?.values() ?? [])];
    return log.filter((message) => from <= message.seq && message.seq <= to).sort((a, b) => a.seq - b.seq);
  }

  async intents(): Promise<Intent[]> {
    return [...this.#outbox.values()].sort((a, b) => (a.nonce < b.nonce ? -1 : 1));
  }

  async intent(nonce: string): Promise<Intent | undefined> {
    return this.#outbox.get(nonce);
  }

  async changeIntent(nonce: string, change: (intent: Intent) => Intent | null): Promise<Intent | null> {
    const stored = this.#outbox.get(nonce);
    const changed = stored ? change(stored) : null;
    if (changed) this.#outbox.set(nonce, changed);
    else this.#outbox.delete(nonce);
    if (!changed?.files) this.#files.delete(nonce);
    return changed;
  }

  async addIntent(intent: Intent): Promise<void> {
    this.#outbox.set(intent.nonce, intent);
  }

  async files(nonce: string): Promise<KeptFile[]> {
    return [...(this.#files.get(nonce) ?? [])];
  }

  async keepFiles(nonce: string, files: readonly KeptFile[]): Promise<void> {
    this.#files.set(nonce, files);
  }

  async keepDraft(draft: Draft): Promise<void> {
    if (isEmpty(draft)) this.#drafts.delete(draft.conversation);
    else this.#drafts.set(draft.conversation, draft);
  }

  close(): void {
    // Nothing to let go.
  }
}
