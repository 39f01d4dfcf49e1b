/** Tells the server how far I have received and read: what is owed, a moment after it was owed, until the server has heard it. */

import type { ApiError } from "./api";
import type { Known } from "./db";
import type { Command, ConversationId } from "./wire";

const WAIT_MS = 300;

export interface Debtor {
  /** Everything that is received must be stored before it is told. */
  stored(): Promise<void>;
  owed(conversation: ConversationId): Known["owed"] | undefined;
  settled(conversation: ConversationId, cursors: Known["owed"]): void;
}

export class Cursors {
  #tell: (command: Command) => Promise<unknown>;
  #debtor: Debtor;
  #due = new Set<ConversationId>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(tell: (command: Command) => Promise<unknown>, debtor: Debtor) {
    this.#tell = tell;
    this.#debtor = debtor;
  }

  /** Something is owed here; what is owed within the next moment goes with it. */
  due(conversation: ConversationId, wait = WAIT_MS): void {
    this.#due.add(conversation);
    this.#timer ??= setTimeout(() => void this.#pay(), wait);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#due.clear();
  }

  async #pay(): Promise<void> {
    this.#timer = undefined;
    const due = [...this.#due];
    this.#due.clear();
    await this.#debtor.stored();
    await Promise.all(due.map((conversation) => this.#payOne(conversation)));
  }

  async #payOne(conversation: ConversationId): Promise<void> {
    const owed = this.#debtor.owed(conversation);
    if (!owed || (!owed.delivered && !owed.read)) return;
    try {
      await this.#tell({ type: "chat.cursor", conversation, ...owed });
    } catch (failure) {
      // Without a line, or without an answer, it stays owed until the next hello. Another refusal would be refused again.
      const { code, retryAfterS } = failure as ApiError;
      if (code === "overloaded") this.due(conversation, 1000 * (retryAfterS ?? 4));
      if (["offline", "not_confirmed", "overloaded"].includes(code)) return;
    }
    this.#debtor.settled(conversation, owed);
  }
}
