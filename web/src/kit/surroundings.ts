/** What the engine needs around it, and who is told of what it does. Tests give their own. */

import type * as api from "./api";
import type { Db, Kept, Known } from "./db";
import type { Fold } from "./folds";
import type { Span } from "./history";
import type { AccountId, Command, Contacts, ConversationDetails, ConversationId, Import, Me, Message, Person, Seq } from "./wire";

export type Remote = Pick<typeof api, "sync" | "messages" | "refs" | "message" | "conversation" | "contacts" | "getMe" | "person">;

/** Who is told of every change. */
export interface View {
  conversations(changed: readonly Known[], gone: readonly ConversationId[]): void;
  /** A stretch of a log, and what it says about messages that may have been known before. */
  log(conversation: ConversationId, span: Span, folds: ReadonlyMap<Seq, Fold>): void;
  /** The whole of a conversation was asked for, with its members. */
  details(details: ConversationDetails): void;
  cursor(conversation: ConversationId, account: AccountId, delivered: Seq, read: Seq): void;
  typing(conversation: ConversationId, account: AccountId): void;
  people(people: readonly Person[]): void;
  contacts(contacts: Contacts): void;
  me(me: Me): void;
  imports(progress: Import): void;
  syncing(busy: boolean): void;
  /** Is this conversation on screen? Such ones are brought up to date first. */
  watches(conversation: ConversationId): boolean;
}

export interface Surroundings {
  me: AccountId;
  db: Db;
  kept: Kept;
  remote: Remote;
  view: View;
  tell(command: Command): Promise<unknown>;
  /** A message of mine stands in the log. */
  stands(message: Message): void;
}
