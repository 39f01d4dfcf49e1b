/** Writes behind the page's back: what changes in memory reaches the database a moment later, in whole batches and in order. */

import { emptyBatch, type Batch, type Db, type Known, type Meta } from "./db";
import { join, type Fold } from "./folds";
import type { ConversationId, Message, Person, Seq } from "./wire";

const WAIT_MS = 50;

export class Keeper {
  #db: Db;
  #failed: () => void;
  #batch: Batch | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #written: Promise<void> = Promise.resolve();

  /** `failed` is called when a batch could not be stored: what is known of logs may then be less than what is stored of them. */
  constructor(db: Db, failed: () => void) {
    this.#db = db;
    this.#failed = failed;
  }

  know(known: Known): void {
    const batch = this.#open();
    batch.gone.delete(known.id);
    batch.known.set(known.id, known);
  }

  hear(conversation: ConversationId, messages: readonly Message[]): void {
    if (messages.length) for (const message of messages) under(this.#open().messages, conversation).set(message.seq, message);
  }

  fold(conversation: ConversationId, seq: Seq, fold: Fold): void {
    const folds = under(this.#open().folds, conversation);
    folds.set(seq, join(folds.get(seq), fold));
  }

  forget(conversation: ConversationId): void {
    const batch = this.#open();
    for (const part of [batch.known, batch.messages, batch.folds, batch.cut]) part.delete(conversation);
    batch.gone.add(conversation);
  }

  /** Messages before `first` go. */
  cut(conversation: ConversationId, first: Seq): void {
    const batch = this.#open();
    batch.cut.set(conversation, first);
    const log = batch.messages.get(conversation);
    for (const seq of [...(log?.keys() ?? [])]) if (seq < first) log?.delete(seq);
  }

  meet(person: Person): void {
    this.#open().people.set(person.id, person);
  }

  note(meta: Partial<Meta>): void {
    Object.assign(this.#open().meta, meta);
  }

  /** Store what waits. Resolves when everything said until now is stored. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    const batch = this.#batch;
    this.#batch = null;
    if (batch) this.#written = this.#written.then(() => this.#db.write(batch)).catch(() => this.#failed());
    return this.#written;
  }

  #open(): Batch {
    if (!this.#batch) {
      this.#batch = emptyBatch();
      this.#timer = setTimeout(() => void this.flush(), WAIT_MS);
    }
    return this.#batch;
  }
}

function under<T>(maps: Map<ConversationId, Map<Seq, T>>, id: ConversationId): Map<Seq, T> {
  let map = maps.get(id);
  if (!map) maps.set(id, (map = new Map()));
  return map;
}
