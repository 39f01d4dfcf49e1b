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
  /** Pinned messages, the latest first. */
  pins?: Seq[];
  /** Messages disappear so long after they were sent; 0 for never. */
  expires_ms?: Millis;
  notify?: Notify;
  wallpaper?: string | null;
}

export type Notify = "all" | "mentions" | "nothing";

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
  notify?: Notify;
  /** A name or a colour; empty for none. */
  wallpaper?: string;
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
  /** The entry that changed these words to what they are. */
  edited?: Seq;
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
  | "imported"
  | "message_pinned"
  | "timer_set"
  | "timer_off";

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

/** The entry that reacts to `ref`; without an emoji, not any more. */
export interface ReactionCard {
  type: "chat.reaction";
  emoji: string; // or a sign, see signs.ts; `said` stands for it in a line
  said?: string;
  to?: AccountId; // who wrote the message at `ref`
}

/** The entry that changes the words of `ref`: those in this field of its card; without one it is a text now. */
export interface EditCard {
  type: "chat.edit";
  text?: string;
  mentions?: Mention[];
  in?: string;
}

/** A card of a domain this client does not know yet: it shows the preview. */
export interface UnknownCard {
  type: `${string}.${string}`;
}

export type KnownCard = TextCard | PictureCard | NoticeCard | RecalledCard | RecallCard | ReactionCard | EditCard;
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
  /** Kept on this device: who reacted with what, and by which entry; see folds.ts. */
  reactions?: Readonly<Record<AccountId, readonly [emoji: string, seq: Seq]>>;
}

/** What was added to a message after it was sent. */
export interface Mark {
  seq: Seq;
  reactions: [account: AccountId, emoji: string, seq: Seq][];
}

export interface Page {
  messages: Message[];
  people: Person[];
  first_seq: Seq;
  last_seq: Seq;
  marks?: Mark[];
}

export interface Sync {
  now: Millis;
  full: boolean;
  conversations: Conversation[];
  gone: ConversationId[];
  people: Person[];
  contacts_changed?: boolean;
  drafts?: KeptDraft[];
  /** Only when they have changed. */
  preferences?: Preferences | null;
}

/** What is being written and not sent, on any device; empty when there is nothing any more. */
export interface KeptDraft {
  conversation: ConversationId;
  at: Millis;
  draft: { text?: string; reply?: Seq | null; mentions?: Mention[] };
}

/** A part of the list. */
export interface Folder {
  id: string;
  name: string;
  conversations: ConversationId[];
  kinds: ConversationKind[];
  unread: boolean;
}

/** Minutes of the day, in the person's own time, which is `offset_min` ahead of UTC. */
export interface Quiet {
  on: boolean;
  starts_min: number;
  ends_min: number;
  offset_min: number;
  mentions: boolean;
}

export interface Preferences {
  folders: Folder[];
  quiet: Quiet;
  at: Millis;
}

/** A page of my favourites, the latest first. */
export interface Shelf {
  favourites: { at: Millis; message: Message }[];
  cursor: string | null;
  people: Person[];
}

/** A message that waits for its time; `failure` is the code of the refusal that its sending got. */
export interface Scheduled {
  id: string;
  conversation: ConversationId;
  card: Card;
  reply: Seq | null;
  send_at: Millis;
  failure: string | null;
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
  | { type: "chat.draft"; draft: KeptDraft }
  | { type: "chat.preferences"; preferences: Preferences }
  | { type: "chat.scheduled" }
  | { type: "resync" };

export type Frame = Hello | { type: "ok"; id: number; result?: unknown } | { type: "error"; id: number | null; error: WireError } | Event;
