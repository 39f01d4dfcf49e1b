/** The shapes of signing up and in, of sessions and invites, and of joining and importing. Part of `wire.ts`, which gives them on. */

import type { AccountId, BlobId, ConversationId, Millis, Profile, Seq } from "./wire";

export interface Session {
  id: string;
  device: string;
  created_at: Millis;
  seen_at: Millis;
  current: boolean;
}

export interface Passkey {
  id: string;
  name: string;
  created_at: Millis;
}

export interface Invite {
  id: string;
  url: string;
  token: string;
  uses_left: number | null;
  expires_at: Millis | null;
  created_at: Millis;
  revoked: boolean;
}

export interface InviteLook {
  inviter: { handle: string; name: string };
  server: string;
  valid: boolean;
}

// The server, signing up and in

export interface Server {
  name: string;
  version: string;
  url: string;
  https: boolean;
  registration: "open" | "invite" | "closed";
  first_run: boolean;
  founding: boolean;
  demo: { handle: string; name: string }[];
  languages: string[];
  recall_ms: number;
  edit_ms?: number;
  /** Where a map comes from; empty where places are drawn schematically. */
  tiles?: string;
  limits: { message_chars: number; name_chars: number; group_members: number; upload_bytes: number };
}

export type Transport = "cookie" | "bearer";

export interface PasskeyAnswer {
  flow: string;
  credential: unknown;
}

export interface SignUp {
  handle: string;
  name: string;
  password?: string;
  passkey?: PasskeyAnswer;
  invite?: string;
  operator?: string;
  language?: string;
  region?: string;
  device: string;
  transport?: Transport;
}

export interface SignedUp {
  me: Me;
  recovery_codes: string[];
  conversation: ConversationId | null;
  token?: string;
}

export interface SignedIn {
  me: Me;
  token?: string;
}

export interface PasskeyOptions {
  flow: string;
  /** WebAuthn JSON, for PublicKeyCredential.parse…FromJSON. */
  options: unknown;
}

export interface DeviceLink {
  id: string;
  secret: string;
  url: string;
  code: string;
  expires_at: Millis;
  /** the link as a QR code */
  svg: string;
}

export type DeviceClaim = { state: "waiting" | "refused" | "expired" } | { state: "done"; me: Me };

export interface DeviceLinkLook {
  id: string;
  device: string;
  created_at: Millis;
}

export interface MyCode {
  url: string;
  svg: string;
}

export interface GroupLink extends MyCode {
  id: string;
  token: string;
  expires_at: Millis | null;
  uses_left: number | null;
}

export interface JoinLook {
  conversation: { name: string; avatar: BlobId | null; member_count: number };
  approval: boolean;
  joined: boolean;
}

export type Joined = { state: "joined"; conversation: ConversationId } | { state: "asked"; conversation: null };

export interface Report {
  about: "person" | "message" | "group" | "pack" | "moment" | "official";
  account?: AccountId;
  conversation?: ConversationId;
  seq?: Seq;
  /** of what is neither a person nor in a conversation: a sticker pack, a moment */
  subject?: string;
  reason: "spam" | "abuse" | "fraud" | "other";
  text: string;
}

export type DateOrder = "dmy" | "mdy" | "ymd";

/** What an export holds, before anything of it is written. In lists and in events it comes without people and lines. */
export interface ImportReport {
  source: "whatsapp" | "telegram";
  title: string;
  people: { name: string; messages: number }[];
  messages: number;
  notices: number;
  media_present: number;
  media_missing: number;
  first_at: Millis | null;
  last_at: Millis | null;
  unread: { number: number; text: string; reason: string }[];
  unread_total: number;
  /** The dates were read in `date_order` as a guess; somebody has to choose. */
  ambiguous_dates: boolean;
  date_order: DateOrder | null;
}

/** An upload as its owner sees it. `titles` are the conversations in the file, `chat` the number of the one that is reported. */
export interface Import {
  id: string;
  state: "read" | "running" | "done" | "failed";
  titles: string[];
  chat: number;
  report: ImportReport;
  done: number;
  total: number;
  conversation: ConversationId | null;
  failure: string | null;
  created_at: Millis;
}

/** Somebody says that I am the one who wrote under `name`. */
export interface Claim {
  id: string;
  by: Profile;
  name: string;
  conversation_name: string;
  at: Millis;
}

/** A report as the operator reads it; `evidence` is what was seen when it was written. */
export interface ReportRead {
  id: string;
  about: "person" | "message" | "group" | "pack" | "moment" | "official";
  reporter: Profile;
  account: Profile | null;
  conversation: ConversationId | null;
  seq: Seq | null;
  reason: "spam" | "abuse" | "fraud" | "other";
  text: string;
  evidence: unknown;
  at: Millis;
  closed_at: Millis | null;
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
