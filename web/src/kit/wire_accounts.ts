/** The shapes of signing up and in, of sessions and invites, and of joining and importing. Part of `wire.ts`, which gives them on. */

import type { AccountId, BlobId, ConversationId, Me, Millis, Seq } from "./wire";

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
  demo: { handle: string; name: string }[];
  languages: string[];
  recall_ms: number;
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
  about: "person" | "message" | "group";
  account?: AccountId;
  conversation?: ConversationId;
  seq?: Seq;
  reason: "spam" | "abuse" | "fraud" | "other";
  text: string;
}

export interface Import {
  id: string;
  state: "read" | "running" | "done" | "failed";
  report?: Record<string, unknown>;
  done?: number;
  total?: number;
  conversation?: ConversationId | null;
}
