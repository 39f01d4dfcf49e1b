/** Between the store and a conversation on screen, which is loaded only when the first one is opened. */

import type { Intent } from "../../kit/db";
import type { Fold } from "../../kit/folds";
import type { Span } from "../../kit/history";
import type { Outbox } from "../../kit/outbox";
import type { Engine } from "../../kit/sync";
import type { AccountId, Conversation, ConversationDetails, ConversationId, Millis, Seq } from "../../kit/wire";

/** What a conversation on screen needs of the store. */
export interface Desk {
  me: AccountId;
  engine: Engine;
  outbox: Outbox;
  conversation(id: ConversationId): Conversation | undefined;
  intents(id: ConversationId): readonly Intent[];
  typists(conversation: ConversationId): readonly AccountId[];
  type(conversation: ConversationId): void;
  recallMs(): Millis;
  editMs(): Millis;
  now(): Millis;
  closed(talk: Shown): void;
}

/** What the store tells a conversation on screen. */
export interface Shown {
  readonly id: ConversationId;
  heard(span: Span, folds: ReadonlyMap<Seq, Fold>): void;
  detailed(details: ConversationDetails): void;
  moved(account: AccountId, delivered: Seq, read: Seq): void;
  reconnected(): void;
  close(): void;
}
