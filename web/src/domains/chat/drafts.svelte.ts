/** What is being written and not sent, per conversation: kept here a moment after the last key, and on my other devices a little later. */

import { SvelteMap } from "svelte/reactivity";
import { keepDraft } from "../../kit/api";
import type { Db, Draft } from "../../kit/db";
import { hear } from "../../kit/heard";
import type { ConversationId, KeptDraft, Sync } from "../../kit/wire";

const WAIT_MS = 400;
/** The other devices are told when the fingers rest. */
const TELL_MS = 1_500;

const isEmpty = (draft: Draft): boolean => !draft.text && draft.reply === null;

export class Drafts {
  readonly all = new SvelteMap<ConversationId, Draft>();
  /** Drafts that were sent or dropped, until the other devices know. */
  readonly #emptied = new Map<ConversationId, Draft>();
  readonly #waiting = new Map<ConversationId, ReturnType<typeof setTimeout>>();
  readonly #telling = new Map<ConversationId, ReturnType<typeof setTimeout>>();
  #db: Db | null = null;
  #deaf: (() => void)[] = [];

  open(db: Db, kept: readonly Draft[]): void {
    this.#db = db;
    for (const draft of kept) (isEmpty(draft) ? this.#emptied : this.all).set(draft.conversation, draft);
    this.#deaf = [
      hear<{ type: "chat.draft"; draft: KeptDraft }>("chat.draft", ({ draft }) => this.#adopt(draft)),
      hear<{ type: "synced"; answer: Sync }>("synced", ({ answer }) => this.#synced(answer.drafts ?? [])),
    ];
  }

  close(): void {
    this.#db = null;
    for (const end of this.#deaf) end();
    for (const timers of [this.#waiting, this.#telling]) {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    }
    this.all.clear();
    this.#emptied.clear();
  }

  /** Keep a draft; null when it was sent or dropped. */
  save(id: ConversationId, draft: Omit<Draft, "conversation"> | null): void {
    const old = this.all.get(id);
    if (!draft && !old) return;
    const kept: Draft = { text: "", reply: null, mentions: [], ...draft, conversation: id, untold: true };
    if (draft && old && !old.untold && old.text === kept.text && old.reply === kept.reply) return;
    this.#set(kept);
    clearTimeout(this.#telling.get(id));
    this.#telling.set(
      id,
      setTimeout(() => void this.#tell(id), TELL_MS),
    );
  }

  /** Store what waits: the page may be gone in a moment. */
  flush(): void {
    for (const [id, timer] of this.#waiting) {
      clearTimeout(timer);
      void this.#store(this.#plain(id));
    }
  }

  #set(draft: Draft): void {
    const id = draft.conversation;
    const [to, from] = isEmpty(draft) ? [this.#emptied, this.all] : [this.all, this.#emptied];
    from.delete(id);
    if (to === this.all || draft.untold) to.set(id, draft);
    else to.delete(id);
    clearTimeout(this.#waiting.get(id));
    this.#waiting.set(
      id,
      setTimeout(() => void this.#store(this.#plain(id)), WAIT_MS),
    );
  }

  #plain(id: ConversationId): Draft {
    return $state.snapshot(this.#of(id) ?? { conversation: id, text: "", reply: null, mentions: [] }) as Draft;
  }

  #of(id: ConversationId): Draft | undefined {
    return this.all.get(id) ?? this.#emptied.get(id);
  }

  async #store(draft: Draft): Promise<void> {
    this.#waiting.delete(draft.conversation);
    await this.#db?.keepDraft(draft).catch(() => undefined);
  }

  /** Another device wrote. What this one has not told yet is newer. */
  #adopt({ conversation, draft }: KeptDraft): void {
    const mine = this.#of(conversation);
    const { text = "", reply = null, mentions = [] } = draft;
    if (mine?.untold || (mine?.text ?? "") === text) return;
    this.#set({ conversation, text, reply, mentions });
  }

  #synced(changed: readonly KeptDraft[]): void {
    for (const each of changed) this.#adopt(each);
    for (const { conversation, untold } of [...this.all.values(), ...this.#emptied.values()]) if (untold) void this.#tell(conversation);
  }

  async #tell(id: ConversationId): Promise<void> {
    clearTimeout(this.#telling.get(id));
    this.#telling.delete(id);
    const draft = this.#of(id);
    if (!draft?.untold) return;
    const { text, reply, mentions } = this.#plain(id);
    // Refused or not reached: it is told after the next connection.
    const told = await keepDraft(id, { text, reply, mentions }).catch(() => null);
    if (told && this.#of(id) === draft) this.#set({ conversation: id, text, reply, mentions });
  }
}
