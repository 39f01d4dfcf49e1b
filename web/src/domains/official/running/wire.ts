/** Official accounts as they travel to those who run one. Times are milliseconds, days are YYYY-MM-DD. */

import type { AccountId, BlobId, Card, Millis, Profile, Seq } from "../../../kit/wire";
import type { Button, Face, Source, StaffRole } from "../wire";

/** An account as those see it who run it. */
export interface Official extends Face {
  owner: AccountId;
  gh: string;
  appid: string;
  mode: "editor" | "developer";
}

export interface Staff {
  account: Profile;
  role: StaffRole;
  /** the account is offered to them; its owner and they are told */
  offered: boolean;
}

export interface Registered {
  official: Official;
  /** shown once */
  secret: string;
}

export interface MatchRule {
  tag_id?: number | null;
  language?: string;
}

/** One of the account's menus; that for everybody has no rule. */
export interface KnownMenu {
  id: number;
  menu: { buttons: Button[] };
  rule?: MatchRule | null;
}

/** Words, or something of the account's materials, or an article of it. */
export interface AutoAnswer {
  text?: string;
  media_id?: string;
  article?: string;
}

export interface Rule {
  name: string;
  keywords: { text: string; match: "contain" | "equal" }[];
  answers: AutoAnswer[];
  every?: boolean;
  created_at?: Millis;
}

export interface Replies {
  on_follow: AutoAnswer | null;
  default: AutoAnswer | null;
  rules: Rule[];
}

/** A follower as the account knows them: nothing says who it is. */
export interface Follower {
  openid: string;
  followed_at: Millis | null;
  source: Source;
  scene: string;
  remark: string;
  tags: number[];
  blocked: boolean;
  answer_until: Millis;
  answers_left: number;
}

export interface Followers {
  followers: Follower[];
  total: number;
}

export interface Tag {
  id: number;
  name: string;
  count: number;
}

/** A follower at the desk: waiting without `kf`, else served by the one of that name. */
export interface DeskSession {
  id: string;
  openid: string;
  kf: string | null;
  opened_at: Millis;
  latest_at: Millis;
}

/** Somebody who answers at the desk, under the name that followers see. */
export interface Seat {
  kf: string;
  nick: string;
  account: AccountId | null;
  online: boolean;
  takes: number;
}

export interface DeskSettings {
  on: boolean;
  offset_min: number;
  /** Monday first; empty for always, null for a day off */
  days: ({ opens_min: number; closes_min: number } | null)[];
  greeting: string;
  closed: string;
}

export interface Desk {
  settings: DeskSettings;
  open: boolean;
  seats: Seat[];
  mine: string | null;
  sessions: DeskSession[];
}

export interface Note {
  id: string;
  written_by: AccountId;
  text: string;
  at: Millis;
}

/** An entry of a follower's conversation; `mine` is the account's. */
export interface DeskMessage {
  seq: Seq;
  at: Millis;
  mine: boolean;
  card: Card;
}

export interface DeskCase {
  follower: Follower;
  session: DeskSession | null;
  notes: Note[];
  messages: DeskMessage[];
}

export interface Sentence {
  title: string;
  text: string;
}

export interface Material {
  media_id: string;
  kind: "image" | "voice" | "video" | "thumb";
  name: string;
  blob: BlobId;
  url: string;
  width: number;
  height: number;
  at: Millis;
}

export interface DraftItem {
  title: string;
  author: string;
  digest: string;
  content: string;
  /** a permanent picture of the account */
  thumb_media_id: string;
  cover?: BlobId | null;
  content_source_url: string;
  comments: "open" | "followers" | "closed";
}

export interface Draft {
  id: string;
  /** what is empty does not travel, nor that nobody may comment */
  items: Partial<DraftItem>[];
  changed_at: Millis;
}

export interface Published {
  article: string;
  items: { idx: number; title: string; cover: BlobId | null; reads: number; shares: number; comments: number }[];
  published_at: Millis;
  open: boolean;
}

export type To = { kind: "all" } | { kind: "tag"; tag: number } | { kind: "list"; openids: string[] };
export type Content =
  | { kind: "article"; article: string }
  | { kind: "text"; text: string }
  | { kind: "picture"; media_id: string }
  | { kind: "coupon"; coupon: string };

export interface Broadcast {
  id: string;
  to: To;
  content: Content;
  /** one line of it */
  title: string;
  state: "waiting" | "sending" | "finished" | "cancelled" | "withdrawn";
  at: Millis | null;
  created_at: Millis;
  total: number;
  sent: number;
  failed: number;
  delivered: number;
  opened: number;
  clicked: number;
}

export interface Broadcasts {
  broadcasts: Broadcast[];
  quota: { most: number; per: "day" | "month"; left: number };
}

export interface Template {
  id: string;
  title: string;
  content: string;
  example: string;
  allowed: number;
}

export interface Code {
  ticket: string;
  url: string;
  scene: string;
  expires_at: Millis | null;
  scans: number;
  follows: number;
}

export interface Day {
  day: string;
  new: number;
  gone: number;
  total: number;
  reads: number;
  readers: number;
  shares: number;
  favourites: number;
  menu_clicks: number;
  messages: number;
  writers: number;
  calls: number;
  failed: number;
}

export interface Statistics {
  days: Day[];
  /** where followers of the time came from */
  sources: { source: Source; new: number; gone: number }[];
  /** from where articles were read: conversation, share, page, other */
  read_from: { from: string; reads: number }[];
  menu: { name: string; clicks: number; people: number }[];
  articles: { article: string; idx: number; title: string; reads: number; readers: number; shares: number }[];
}

export interface Hook {
  id: string;
  url: string;
  /** how far it has been told */
  sent_seq: Seq;
  failing_since: Millis | null;
}

export interface Program {
  id: string;
  name: string;
  created_at: Millis;
}

/** The message callback of the WeChat-compatible face, and the sites that belong to the account. */
export interface Callback {
  url: string;
  token: string;
  aes_key: string;
  mode: "plain" | "both" | "safe";
  verified_at: Millis | null;
  failures: number;
  oauth_domains: string[];
  js_domains: string[];
  addresses: string[];
}
