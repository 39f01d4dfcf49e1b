/** Official accounts as they travel: what a follower sees, and what those see who run an account. Times are milliseconds, days are YYYY-MM-DD. */

import type { AccountId, BlobId, Card, ConversationId, Millis, Profile, Seq } from "../../kit/wire";

export type OfficialId = AccountId;
export type Kind = "subscription" | "service";
export type StaffRole = "owner" | "editor" | "desk";

/** The words that say where a follower came from. */
export type Source =
  | "ADD_SCENE_SEARCH"
  | "ADD_SCENE_QR_CODE"
  | "ADD_SCENE_PROFILE_CARD"
  | "ADD_SCENE_PROFILE_LINK"
  | "ADD_SCENE_PROFILE_ITEM"
  | "ADD_SCENE_PAID"
  | "ADD_SCENE_OTHERS";

// What anybody who is signed in sees

/** One's own following: the consent with its date and where it came from. */
export interface MyFollow {
  followed_at: Millis;
  source: Source;
  conversation: ConversationId;
}

export interface ArticleLine {
  id: string;
  idx: number;
  title: string;
  digest: string;
  cover: BlobId | null;
  published_at: Millis;
  reads: number;
}

/** What everybody may see of an account. */
export interface Face {
  id: OfficialId;
  kind: Kind;
  handle: string;
  name: string;
  avatar: BlobId | null;
  intro: string;
  /** the name that the operator has verified */
  verified_name: string | null;
  is_test: boolean;
}

/** Its page as the server tells it. */
export interface PageTold {
  official: Face;
  following: boolean;
  followed_at: Millis | null;
  source: Source | null;
  conversation: ConversationId | null;
  role: StaffRole | null;
}

/** The same, with what is between it and me in one place. */
export interface OfficialPage extends Face {
  follow: MyFollow | null;
  /** what I am to it, when I work for it */
  role: StaffRole | null;
}

export interface Followed {
  official: Face;
  followed_at: Millis;
  source: Source;
  scene: string;
  conversation: ConversationId;
}

export interface Button {
  name: string;
  type: string;
  key?: string;
  url?: string;
  media_id?: string;
  appid?: string;
  pagepath?: string;
  article_id?: string;
  sub?: Button[];
}

/** The menu that this person sees; `id` says which it is. */
export interface MyMenu {
  id: number;
  menu: { buttons: Button[] } | null;
}

/** What goes with a press of some buttons. */
export interface Given {
  scanned?: { result: string; type: string };
  place?: { latitude: number; longitude: number };
}

/** A kind of notification one may allow, and whether one has. */
export interface OptIn {
  official: OfficialId;
  name: string;
  avatar: BlobId | null;
  template: string;
  title: string;
  example: string;
  on: boolean;
  at: Millis | null;
}

export interface Comment {
  id: string;
  name: string;
  avatar: BlobId | null;
  account: AccountId | null;
  mine: boolean;
  text: string;
  at: Millis;
  likes: number;
  liked: boolean;
  chosen: boolean;
  answer: string | null;
}

export interface Article {
  id: string;
  idx: number;
  items: number;
  official: OfficialPage;
  title: string;
  author: string;
  digest: string;
  /** sanitised by the server; the client looks at it once more */
  content: string;
  cover: BlobId | null;
  source_url: string | null;
  published_at: Millis;
  reads: number;
  shares: number;
  favourite: boolean;
  /** of an article that is pictures only */
  pictures: { blob: BlobId; width: number; height: number }[];
  comments: "open" | "followers" | "closed";
}

export interface MyCoupon {
  /** this one, as it was given to me */
  id: string;
  code: string;
  coupon: Coupon;
  official: OfficialPage;
  state: "unused" | "used" | "expired";
  given_at: Millis;
  used_at: Millis | null;
}

export interface Coupon {
  id: string;
  kind: string;
  title: string;
  text: string;
  terms: string;
  begins_at: Millis | null;
  ends_at: Millis | null;
  stock: number;
  given: number;
  used: number;
}

// The cards of a conversation

interface Told {
  /** why this came: broadcast:<id>, template:<id>, desk:<name>, reply, or nothing */
  why?: string;
  ref?: string;
}
export type TextSaid = Told & { type: "official.text"; text: string };
/** `article` is an id and a number from 0, with a stroke between. */
export type NewsSaid = Told & { type: "official.news"; items: { title: string; digest?: string; cover?: BlobId | null; url?: string; article?: string }[] };
/** An item as a reader passed it on. */
export type ArticleSaid = Told & {
  type: "official.article";
  article: string;
  item: number;
  official: OfficialId;
  name: string;
  title: string;
  digest?: string;
  cover?: BlobId | null;
};
export type ProfileSaid = Told & {
  type: "official.profile";
  official: OfficialId;
  handle: string;
  name: string;
  avatar?: BlobId | null;
  intro?: string;
  verified_name?: string | null;
};
export type PictureSaid = Told & { type: "official.picture"; photos: { blob: BlobId; width: number; height: number }[]; caption?: string };
export type VoiceSaid = Told & { type: "official.voice"; blob: BlobId; duration_ms: number; waveform?: string };
export type VideoSaid = Told & {
  type: "official.video";
  blob: BlobId;
  width: number;
  height: number;
  duration_ms: number;
  size: number;
  title?: string;
  description?: string;
};
export type MusicSaid = Told & { type: "official.music"; title: string; description?: string; url?: string; cover?: BlobId | null };
export type MenuSaid = Told & { type: "official.menu"; head?: string; items: { id: string; text: string }[]; tail?: string };
export type TemplateSaid = Told & {
  type: "official.template";
  title: string;
  fields: { name: string; value: string; color?: string }[];
  url?: string;
  template: string;
};
export type CouponSaid = Told & { type: "official.coupon"; coupon: string; title: string; words?: string; ends_at?: Millis };
export type AppSaid = Told & { type: "official.app"; appid: string; path: string; title: string; cover?: BlobId | null };
/** What a broadcast leaves in each conversation: which one it is, and its words for the list. */
export type BroadcastSaid = { type: "official.broadcast"; ref: string; what: string; words?: string; why?: string };
// For those who run an account

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
  items: DraftItem[];
  changed_at: Millis;
}

export interface Published {
  article: string;
  items: { idx: number; title: string; cover: BlobId | null; reads: number; shares: number; comments: number }[];
  published_at: Millis;
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

// Pages of an account inside the client

/** What the page's own words say about who it is, checked by the server. */
export interface PageVerified {
  official: OfficialPage;
  /** what it may call */
  apis: string[];
}
