/**
 * The shapes that travel between the server and this client, named as they are on the wire (snake_case kept).
 *
 * Ids are opaque strings that sort by creation, times are integer milliseconds UTC, seq and counts are integers.
 */

import type { Import } from "./wire_accounts";

export type * from "./wire_accounts";

export type AccountId = string;
export type ConversationId = string;
export type BlobId = string;
export type Seq = number;
export type Millis = number;

/** What every refusal carries, over HTTP and over the socket alike. */
export interface WireError {
  code: string;
  /** A sentence in the reader's language. */
  message: string;
  details: Record<string, unknown>;
}

// People

/** What a stranger may see. */
export interface Profile {
  id: AccountId;
  handle: string;
  name: string;
  avatar: BlobId | null;
}

export type Relation = "self" | "contact" | "requested" | "asked_me" | "blocked" | "stranger";

export interface Person extends Profile {
  status: string | null;
  region: string | null;
  remark: string | null;
  tags: string[];
  relation: Relation;
}

export interface Privacy {
  read_receipts: boolean;
  find_by_handle: boolean;
}

export interface Me extends Profile {
  status: string | null;
  region: string | null;
  language: string;
  operator: boolean;
  privacy: Privacy;
  has_password: boolean;
  passkeys: number;
  recovery_codes_left: number;
}

export type RequestVia = "handle" | "code" | "group";

export interface ContactRequest {
  id: string;
  from: Profile;
  to: Profile;
  greeting: string;
  at: Millis;
  via: RequestVia;
}

export interface Contact extends Person {
  since: Millis;
}

export interface Contacts {
  contacts: Contact[];
  incoming: ContactRequest[];
  outgoing: ContactRequest[];
  blocked: Profile[];
}

// Conversations

export type ConversationKind = "direct" | "group" | "self" | "system" | "official";
export type Role = "owner" | "admin" | "member";

/** A conversation as one member sees it. */
export interface Conversation {
  id: ConversationId;
  kind: ConversationKind;
  name: string | null;
  avatar: BlobId | null;
  notice: string | null;
  peer: Person | null;
  member_count: number;
  role: Role;
  last_seq: Seq;
  /** The first seq this member may see: history starts there. */
  first_seq: Seq;
  /** The running number of counting entries at last_seq. */
  counted: number;
  unread: number;
  /** Unread mentions of me. */
  mentions: number;
  read_seq: Seq;
  delivered_seq: Seq;
  /** Direct conversations only; 0 when privacy hides it. */
  peer_read_seq: Seq;
  peer_delivered_seq: Seq;
  pinned: boolean;
  muted: boolean;
  archived: boolean;
  marked_unread: boolean;
  can_write: boolean;
  why_not: string | null;
  /** Groups only. */
  settings: { approval: boolean; members_can_invite: boolean } | null;
  last: Message | null;
  changed_at: Millis;
  imported: boolean;
}

export interface Member {
  account: Person;
  role: Role;
  joined_at: Millis;
  muted_until: Millis | null;
}

export interface JoinRequest {
  id: string;
  from: Person;
  at: Millis;
}

export interface ConversationDetails extends Conversation {
  members: Member[];
  /** For the owner and admins; otherwise empty. */
  join_requests: JoinRequest[];
}

export interface Receipt {
  account: AccountId;
  delivered_seq: Seq;
  read_seq: Seq;
}

/** What a member decides for themselves about a conversation. */
export interface Mine {
  pinned?: boolean;
  muted?: boolean;
  archived?: boolean;
  marked_unread?: boolean;
}

// Messages

export interface Preview {
  key: string;
  args: Record<string, string>;
}

/** Start and length in Unicode code points; the account "all" calls every member. */
export interface Mention {
  account: AccountId | "all";
  start: number;
  length: number;
}

export interface TextCard {
  type: "chat.text";
  text: string;
  mentions?: Mention[];
}

export interface PictureCard {
  type: "chat.picture";
  blob: BlobId;
  width: number;
  height: number;
  caption?: string;
  placeholder?: string | null;
}

export type NoticeKey =
  | "member_joined"
  | "member_left"
  | "member_removed"
  | "group_created"
  | "group_renamed"
  | "notice_changed"
  | "owner_changed"
  | "admin_added"
  | "admin_removed"
  | "contact_made"
  | "member_muted"
  | "member_unmuted"
  | "imported";

export interface NoticeCard {
  type: "chat.notice";
  key: NoticeKey;
  actor?: AccountId | null;
  people?: AccountId[];
  text?: string | null;
}

/** The tombstone that stands where a recalled message stood. */
export interface RecalledCard {
  type: "chat.recalled";
  by: AccountId;
}

/** The log entry that recalls `ref`. It does not count and shows nothing. */
export interface RecallCard {
  type: "chat.recall";
}

/** A card of a domain this client does not know yet: it shows the preview. */
export interface UnknownCard {
  type: `${string}.${string}`;
}

export type KnownCard = TextCard | PictureCard | NoticeCard | RecalledCard | RecallCard;
export type Card = KnownCard | UnknownCard;

export interface Message {
  conversation: ConversationId;
  seq: Seq;
  sender: AccountId | null;
  /** The imported name, when nobody here has claimed it. */
  author: string | null;
  at: Millis;
  card: Card;
  /** For cards this client does not know; none for words. */
  preview: Preview | null;
  reply: Seq | null;
  ref: Seq | null;
  /** The running number of counting entries at this seq. */
  counted: number;
  /** Only to the sender. */
  nonce?: string | null;
}

export interface Page {
  messages: Message[];
  people: Person[];
  first_seq: Seq;
  last_seq: Seq;
}

export interface Sync {
  now: Millis;
  full: boolean;
  conversations: Conversation[];
  gone: ConversationId[];
  people: Person[];
  contacts_changed?: boolean;
}

export interface Hit {
  message: Message;
  snippet: [text: string, hit: boolean][];
  conversation_name: string;
}

export interface SearchPage {
  hits: Hit[];
  cursor: string | null;
  people: Person[];
}

// The socket

export type Command =
  | { type: "chat.send"; conversation: ConversationId; nonce: string; card: Card; reply: Seq | null }
  | { type: "chat.typing"; conversation: ConversationId }
  | { type: "chat.cursor"; conversation: ConversationId; delivered: Seq; read: Seq }
  | { type: "ping" };

export interface Sent {
  seq: Seq;
  at: Millis;
  counted: number;
}

export interface Hello {
  type: "hello";
  account: AccountId;
  session: string;
  now: Millis;
  heartbeat_s: number;
}

export type Event =
  | { type: "chat.message"; message: Message }
  | { type: "chat.cursor"; conversation: ConversationId; account: AccountId; delivered: Seq; read: Seq }
  | { type: "chat.typing"; conversation: ConversationId; account: AccountId }
  | { type: "chat.changed"; conversation: ConversationId }
  | { type: "contacts.changed" }
  | { type: "accounts.changed"; account: AccountId }
  | { type: "imports.progress"; import: Import }
  | { type: "resync" };

export type Frame = Hello | { type: "ok"; id: number; result?: unknown } | { type: "error"; id: number | null; error: WireError } | Event;
