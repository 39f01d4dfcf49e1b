/** Who is typing: told by events, forgotten by themselves. */

import { SvelteMap } from "svelte/reactivity";
import type { AccountId, ConversationId } from "../../kit/wire";

const SHOWN_MS = 6_000;
const TOLD_EVERY_MS = 4_000;

export class Typing {
  readonly #typists = new SvelteMap<ConversationId, readonly AccountId[]>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #told = new Map<ConversationId, number>();
  readonly #tell: (conversation: ConversationId) => void;

  constructor(tell: (conversation: ConversationId) => void) {
    this.#tell = tell;
  }

  in(conversation: ConversationId): readonly AccountId[] {
    return this.#typists.get(conversation) ?? [];
  }

  started(conversation: ConversationId, account: AccountId): void {
    const key = `${conversation} ${account}`;
    clearTimeout(this.#timers.get(key));
    this.#timers.set(
      key,
      setTimeout(() => this.stopped(conversation, account), SHOWN_MS),
    );
    if (!this.in(conversation).includes(account)) this.#typists.set(conversation, [...this.in(conversation), account]);
  }

  /** The time is over, or what was being typed has arrived. */
  stopped(conversation: ConversationId, account: AccountId): void {
    const key = `${conversation} ${account}`;
    if (!this.#timers.has(key)) return;
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    this.#typists.set(
      conversation,
      this.in(conversation).filter((other) => other !== account),
    );
  }

  /** I am typing: tell the others, not at every key. */
  type(conversation: ConversationId): void {
    const now = Date.now();
    if (now - (this.#told.get(conversation) ?? 0) < TOLD_EVERY_MS) return;
    this.#told.set(conversation, now);
    this.#tell(conversation);
  }

  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#typists.clear();
    this.#told.clear();
  }
}
