/** What is being written and not sent, per conversation: kept a moment after the last key. */

import { SvelteMap } from "svelte/reactivity";
import type { Db, Draft } from "../../kit/db";
import type { ConversationId } from "../../kit/wire";

const WAIT_MS = 400;

export class Drafts {
  readonly all = new SvelteMap<ConversationId, Draft>();
  readonly #waiting = new Map<ConversationId, ReturnType<typeof setTimeout>>();
  #db: Db | null = null;

  open(db: Db, kept: readonly Draft[]): void {
    this.#db = db;
    for (const draft of kept) this.all.set(draft.conversation, draft);
  }

  close(): void {
    this.#db = null;
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
    this.all.clear();
  }

  /** Keep a draft; null when it was sent or dropped. */
  save(id: ConversationId, draft: Omit<Draft, "conversation"> | null): void {
    const kept: Draft = { text: "", reply: null, mentions: [], ...draft, conversation: id };
    if (kept.text || kept.reply !== null) this.all.set(id, kept);
    else this.all.delete(id);
    clearTimeout(this.#waiting.get(id));
    const plain = $state.snapshot(kept) as Draft;
    this.#waiting.set(
      id,
      setTimeout(() => void this.#store(id, plain), WAIT_MS),
    );
  }

  /** Store what waits: the page may be gone in a moment. */
  flush(): void {
    for (const [id, timer] of this.#waiting) {
      clearTimeout(timer);
      const draft = this.all.get(id) ?? { conversation: id, text: "", reply: null, mentions: [] };
      void this.#store(id, $state.snapshot(draft) as Draft);
    }
  }

  async #store(id: ConversationId, draft: Draft): Promise<void> {
    this.#waiting.delete(id);
    await this.#db?.keepDraft(draft).catch(() => undefined);
  }
}
