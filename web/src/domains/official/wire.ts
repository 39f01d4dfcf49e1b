/** Official accounts as they travel: what a follower sees. Times are milliseconds. */

import type { AccountId, BlobId, ConversationId, Millis } from "../../kit/wire";

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
  /** what the account says by itself to a click; told to its staff only */
  answer?: { text?: string; media_id?: string; article?: string } | null;
  sub?: Button[];
}

/** The menu that this person sees; `id` says which it is. */
export interface MyMenu {
  id: number;
  menu: { buttons: Button[] } | null;
}

/** What some buttons ask for before they are pressed. */
export type Wished = "scan" | "place" | "pictures";

/** What goes with a press of some buttons; of pictures, those that one has brought. */
export interface Given {
  pictures?: BlobId[];
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
  /** a draft, shown before it is published */
  preview: boolean;
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
/** `article` is an id and a number from 0, with a stroke between; `preview` the same of a draft. */
export type NewsSaid = Told & {
  type: "official.news";
  items: { title: string; digest?: string; cover?: BlobId | null; url?: string; article?: string; preview?: string }[];
};
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
export type OfferState = "waiting" | "taken" | "declined" | "withdrawn";
/** An account was offered to me, or `other` took or declined what I offered. */
export type OfferSaid = { type: "official.offer"; id: string; official: string; name: string; other: string; what?: "taken" | "declined" };

// Pages of an account inside the client

/** What the page's own words say about who it is, checked by the server. */
export interface PageVerified {
  official: OfficialPage;
  /** what it may call */
  apis: string[];
}
