/** Who took which message back, as far as this page has heard. An answer that was on its way then may still carry the message. */

import { recalled } from "./db";
import type { AccountId, ConversationId, Message, Seq } from "./wire";

export class Recalls {
  readonly #heard = new Map<ConversationId, Map<Seq, AccountId>>();

  /** Take the recalls among `messages`. Returns those not heard before, by the seq of what was taken back. */
  take(conversation: ConversationId, messages: readonly Message[]): Map<Seq, AccountId> {
    const fresh = new Map<Seq, AccountId>();
    for (const { card, ref, sender } of messages) {
      if (card.type === "chat.recall" && ref !== null && !this.#heard.get(conversation)?.has(ref)) fresh.set(ref, sender ?? "");
    }
    if (fresh.size) this.#heard.set(conversation, new Map([...(this.#heard.get(conversation) ?? []), ...fresh]));
    return fresh;
  }

  /** Return the message, or the tombstone that stands in its place. */
  applied(message: Message): Message {
    const by = this.#heard.get(message.conversation)?.get(message.seq);
    return by === undefined || message.card.type === "chat.recalled" ? message : recalled(message, by);
  }
}
