/** The routes of official accounts. */

import { call, drop, get, post, put, qrUrl, request } from "../../kit/api";
import type { BlobId, Card, ConversationId, Message, Millis, Seq } from "../../kit/wire";
import type { Article, ArticleLine, Button, Comment, Coupon, Followed, Given, Kind, MyCoupon, MyMenu, OfferState, OfficialPage, OptIn, PageTold, PageVerified, Source, StaffRole } from "./wire";
import type { Broadcast, Broadcasts, Callback, Code, Content, Desk, DeskCase, DeskSettings, Draft, DraftItem, Follower, Followers, Hook, KnownMenu, MatchRule, Material, Official, Program, Published, Registered, Replies, Sentence, Staff, Statistics, Tag, Template, To } from "./running/wire";

const part = encodeURIComponent;
const of = (id: string, rest = ""): string => `/officials/${part(id)}${rest}`;

function paged({ official, following, followed_at, source, conversation, role }: PageTold): OfficialPage {
  const follow = following && conversation ? { followed_at: followed_at ?? 0, source: source ?? "ADD_SCENE_OTHERS", conversation } : null;
  return { ...official, follow, role };
}
/** With the page of its account in the client's form. */
const withPage = <T extends { official: PageTold }>(told: T): Omit<T, "official"> & { official: OfficialPage } => ({
  ...told,
  official: paged(told.official),
});

// For everybody

export const find = (name: string): Promise<OfficialPage> => get<PageTold>("/officials/find", { name }).then(paged);
export const page = (id: string): Promise<OfficialPage> => get<PageTold>(of(id)).then(paged);
export const following = (): Promise<Followed[]> => get("/officials/following");
/** Follow, with how one came to: a code that was scanned says it by itself. */
export const follow = (id: string, source: Source, ticket = ""): Promise<OfficialPage> =>
  put<PageTold>(of(id, "/follow"), ticket ? { source, ticket } : { source }).then(paged);
export const unfollow = (id: string): Promise<void> => drop(of(id, "/follow"));
/** What a scanned code of an account leads to. The account is told of it by who follows; somebody else sees its page first. */
export const scan = (ticket: string): Promise<OfficialPage> => post<PageTold>("/officials/scan", { ticket }).then(paged);
export const menuOf = (id: string): Promise<MyMenu> => get(of(id, "/menu"));
export const press = (id: string, menu: number, path: readonly number[], given?: Given): Promise<Button> =>
  post(of(id, "/press"), { menu, path: path.join("."), ...(given ? { given } : {}) });
/** Show the account to somebody. */
export const recommend = (id: string, to: ConversationId, nonce: string): Promise<Message> =>
  post(of(id, "/recommendations"), { conversation: to, nonce });
/** Tell that a message was opened, or that something in it was followed: for the account's own figures. */
export const opened = (id: string, seq: Seq, clicked: boolean): Promise<void> => post(of(id, "/opened"), { seq, clicked });
export const broadcastSaid = (id: string): Promise<{ card: Card | null }> => get(`/broadcasts/${part(id)}`);
export const published = (id: string, before?: string): Promise<{ articles: ArticleLine[]; next: string | null }> =>
  get(of(id, "/published"), { before });
export const optIns = (): Promise<{ opt_ins: OptIn[] }> => get("/officials/opt-ins");
export const optIn = (id: string, template: string, on: boolean): Promise<void> => put(of(id, `/opt-ins/${part(template)}`), { on });

const piece = (id: string, idx: number, rest = ""): string => `/articles/${part(id)}/${idx}${rest}`;
export const article = (id: string, idx: number): Promise<Article> =>
  get<Omit<Article, "official"> & { official: PageTold }>(piece(id, idx)).then(withPage);
/** Read one for followers that a message of a conversation of mine passes on. */
export const receive = (id: string, idx: number, conversation: ConversationId, seq: Seq): Promise<void> =>
  post(piece(id, idx, "/receive"), { conversation, seq });
/** A draft that the account showed to me. */
export const previewed = (draft: string, idx: number): Promise<Article> =>
  get<Omit<Article, "official"> & { official: PageTold }>(`/previews/${part(draft)}/${idx}`).then(withPage);
/** Count one's reading of it, once a visit. */
export const read = (id: string, idx: number, from: string): Promise<void> => post(piece(id, idx, "/read"), { from });
/** Send it to a conversation as a card of mine. */
export const share = (id: string, idx: number, to: ConversationId, nonce: string): Promise<Message> => post(piece(id, idx, "/share"), { to, nonce });
export const keep = (id: string, idx: number, on: boolean): Promise<void> => post(piece(id, idx, "/favourite"), { on });
export const comments = (id: string, idx: number): Promise<{ comments: Comment[]; can: boolean }> => get(piece(id, idx, "/comments"));
export const comment = (id: string, idx: number, text: string): Promise<Comment> => post(piece(id, idx, "/comments"), { text });
export const uncomment = (id: string, idx: number, which: string): Promise<void> => drop(piece(id, idx, `/comments/${part(which)}`));
export const likeComment = (id: string, idx: number, which: string, on: boolean): Promise<void> =>
  put(piece(id, idx, `/comments/${part(which)}/like`), { on });
/** For the staff: show it to everybody, or answer it. */
export const chooseComment = (id: string, idx: number, which: string, chosen: boolean): Promise<void> =>
  put(piece(id, idx, `/comments/${part(which)}/chosen`), { on: chosen });
export const answerComment = (id: string, idx: number, which: string, text: string): Promise<void> =>
  put(piece(id, idx, `/comments/${part(which)}/answer`), { text });

type CouponTold = Omit<MyCoupon, "official"> & { official: PageTold };
export const myCoupons = (): Promise<MyCoupon[]> => get<{ coupons: CouponTold[] }>("/coupons").then(({ coupons }) => coupons.map(withPage));
export const myCoupon = (id: string): Promise<MyCoupon> => get<CouponTold>(`/coupons/${part(id)}`).then(withPage);
/** Take one of a coupon that was offered in a message. A second time it is the same. */
export const takeCoupon = (coupon: string): Promise<MyCoupon> => post<CouponTold>(`/coupons/${part(coupon)}/take`).then(withPage);

// For those who run one

export const mine = (): Promise<Official[]> => get("/officials");
export const register = (kind: Kind, handle: string, name: string, intro: string): Promise<Registered> =>
  post("/officials", { kind, handle, name, intro });
export const change = (id: string, changes: { name?: string; intro?: string; mode?: string }): Promise<Official> => call("PATCH", of(id), changes);
export const setPicture = (id: string, image: Blob): Promise<Official> => request("PUT", of(id, "/avatar"), { raw: image });
export const newSecret = (id: string): Promise<{ secret: string }> => post(of(id, "/secret"));
export const close = (id: string): Promise<void> => drop(of(id));
export const staff = (id: string): Promise<Staff[]> => get(of(id, "/staff"));
export const setStaff = (id: string, account: string, role: StaffRole): Promise<void> => put(of(id, `/staff/${part(account)}`), { role });
export const dropStaff = (id: string, account: string): Promise<void> => drop(of(id, `/staff/${part(account)}`));

/** Those whose owners offer them to me. */
export const offeredToMe = (): Promise<Official[]> => get("/officials/offered");
/** What became of an offer that I made or got. */
export const offerState = (id: string): Promise<{ state: OfferState }> => get(`/officials/offers/${part(id)}`);
/** Offer mine to somebody of its staff; `leaves`: I am no editor of it then. */
export const offerTo = (id: string, account: string, leaves: boolean): Promise<void> => put(of(id, "/owner"), { account, leaves });
export const takeOver = (id: string): Promise<Official> => post(of(id, "/owner"));
/** Take my offer back, or decline one. */
export const endOffer = (id: string): Promise<void> => drop(of(id, "/owner"));

export const menus = (id: string): Promise<KnownMenu[]> => get(of(id, "/menus"));
/** Replace the menu for everybody, or make another one for those whom a rule fits. */
export const addMenu = (id: string, buttons: Button[], rule?: MatchRule): Promise<{ id: number }> =>
  post(of(id, "/menus"), { menu: { buttons }, ...(rule ? { rule } : {}) });
export const dropMenus = (id: string): Promise<void> => drop(of(id, "/menus"));
export const dropMenu = (id: string, menu: number): Promise<void> => drop(of(id, `/menus/${menu}`));
export const replies = (id: string): Promise<Replies> => get(of(id, "/replies"));
export const setReplies = (id: string, to: Replies): Promise<Replies> => put(of(id, "/replies"), to);

export const followers = (id: string, tag?: number, after?: string): Promise<Followers> => get(of(id, "/followers"), { tag, after });
export const follower = (id: string, openid: string): Promise<Follower> => get(of(id, `/followers/${part(openid)}`));
export const changeFollower = (id: string, openid: string, changes: { remark?: string; blocked?: boolean }): Promise<Follower> =>
  call("PATCH", of(id, `/followers/${part(openid)}`), changes);
export const tags = (id: string): Promise<Tag[]> => get(of(id, "/tags"));
export const addTag = (id: string, name: string): Promise<Tag> => post(of(id, "/tags"), { name });
export const renameTag = (id: string, tag: number, name: string): Promise<void> => call("PATCH", of(id, `/tags/${tag}`), { name });
export const dropTag = (id: string, tag: number): Promise<void> => drop(of(id, `/tags/${tag}`));
export const setTag = (id: string, openid: string, tag: number, on: boolean): Promise<void> =>
  post(of(id, `/tags/${tag}/${on ? "followers" : "untag"}`), { openids: [openid] });

export const desk = (id: string): Promise<Desk> => get(of(id, "/desk"));
export const setDesk = (id: string, settings: DeskSettings): Promise<DeskSettings> => put(of(id, "/desk"), settings);
/** Sit down at the desk, or leave it; `takes` cases come by themselves. */
export const sit = (id: string, online: boolean, takes: number): Promise<unknown> => put(of(id, "/desk/seat"), { online, takes });
const at = (id: string, openid: string, rest = ""): string => of(id, `/desk/${part(openid)}${rest}`);
export const deskCase = (id: string, openid: string, before?: Seq): Promise<DeskCase> => get(at(id, openid), { before });
export const take = (id: string, openid: string): Promise<unknown> => post(at(id, openid, "/take"));
export const handTo = (id: string, openid: string, kf: string | null): Promise<unknown> => post(at(id, openid, "/hand-over"), { kf });
export const finish = (id: string, openid: string): Promise<void> => post(at(id, openid, "/finish"));
export const answer = (id: string, openid: string, text: string, nonce: string): Promise<unknown> => post(at(id, openid, "/messages"), { text, nonce });
export const noteOn = (id: string, openid: string, text: string): Promise<unknown> => post(at(id, openid, "/notes"), { text });
export const dropNote = (id: string, note: string): Promise<void> => drop(of(id, `/notes/${part(note)}`));
export const sentences = (id: string): Promise<Sentence[]> => get(of(id, "/sentences"));
export const setSentences = (id: string, all: Sentence[]): Promise<Sentence[]> => put(of(id, "/sentences"), { sentences: all });
/** What was sent to the account or by it, for who works at its desk. */
export const deskMedia = (id: string, blob: BlobId): string => `/api${of(id, `/media/${part(blob)}/thumb`)}`;

export const addPicture = (id: string, image: Blob, name: string): Promise<Material> =>
  request("POST", of(id, "/materials"), { raw: image, query: { kind: "image", name } });
export const pictures = (id: string): Promise<{ materials: Material[] }> => get(of(id, "/materials"), { kind: "image" });
export const drafts = (id: string): Promise<{ drafts: Draft[] }> => get(of(id, "/drafts"));
export const draft = (id: string, which: string): Promise<Draft> => get(of(id, `/drafts/${part(which)}`));
export const addDraft = (id: string, items: DraftItem[]): Promise<Draft> => post(of(id, "/drafts"), { items });
export const saveDraft = (id: string, which: string, items: DraftItem[]): Promise<Draft> => put(of(id, `/drafts/${part(which)}`), { items });
export const dropDraft = (id: string, which: string): Promise<void> => drop(of(id, `/drafts/${part(which)}`));
/** Show it to one follower, by handle: oneself, a colleague or a contact. */
export const preview = (id: string, which: string, handle: string): Promise<void> => post(of(id, `/drafts/${part(which)}/preview`), { handle });
export const publish = (id: string, which: string): Promise<{ publish_id: string }> => post(of(id, `/drafts/${part(which)}/publish`));
export const articles = (id: string): Promise<{ articles: Published[] }> => get(of(id, "/articles"));
/** Let everybody here read it who has its link, or followers only and whom they pass it on to. */
export const setOpen = (id: string, which: string, on: boolean): Promise<void> => put(of(id, `/articles/${part(which)}/open`), { on });
export const dropArticle = (id: string, which: string): Promise<void> => drop(of(id, `/articles/${part(which)}`));

export const broadcasts = (id: string): Promise<Broadcasts> => get(of(id, "/broadcasts"));
export const broadcast = (id: string, to: To, content: Content, at: Millis | null, nonce: string): Promise<Broadcast> =>
  post(of(id, "/broadcasts"), { to, content, at, nonce });
export const cancelBroadcast = (id: string, which: string): Promise<Broadcast> => post(of(id, `/broadcasts/${part(which)}/cancel`));
export const withdrawBroadcast = (id: string, which: string): Promise<void> => drop(of(id, `/broadcasts/${part(which)}`));
export const templates = (id: string): Promise<{ templates: Template[] }> => get(of(id, "/templates"));
export const addTemplate = (id: string, title: string, content: string, example: string): Promise<Template> =>
  post(of(id, "/templates"), { title, content, example });
export const dropTemplate = (id: string, which: string): Promise<void> => drop(of(id, `/templates/${part(which)}`));
export const codes = (id: string): Promise<{ codes: Code[] }> => get(of(id, "/codes"));
export const addCode = (id: string, scene: string, expires_s: number | null): Promise<Code> => post(of(id, "/codes"), { scene, expires_s });
export const codePicture = qrUrl;
export const coupons = (id: string): Promise<{ coupons: Coupon[] }> => get(of(id, "/coupons"));
export const addCoupon = (id: string, coupon: Pick<Coupon, "title" | "text" | "ends_at" | "stock">): Promise<Coupon> => post(of(id, "/coupons"), coupon);
/** Send a coupon to one follower. */
export const giveCoupon = (id: string, coupon: string, openid: string): Promise<void> => post(of(id, `/coupons/${part(coupon)}/give`), { openid });
export const redeem = (id: string, code: string): Promise<{ coupon: Coupon; given_at: Millis }> => post(of(id, "/coupons/redeem"), { code });
/** The last days by the clock of the place, every one of them; the phone may be in another zone. */
export const statistics = (id: string, days: number): Promise<Statistics> => get(of(id, "/statistics"), { days });

export const programs = (id: string): Promise<Program[]> => get(of(id, "/programs"));
export const addProgram = (id: string, name: string): Promise<{ program: Program; token: string }> => post(of(id, "/programs"), { name });
export const dropProgram = (id: string, program: string): Promise<void> => drop(of(id, `/programs/${part(program)}`));
export const hooks = (id: string): Promise<Hook[]> => get(of(id, "/hooks"));
export const addHook = (id: string, url: string): Promise<{ hook: Hook; secret: string }> => post(of(id, "/hooks"), { url });
export const dropHook = (id: string, hook: string): Promise<void> => drop(of(id, `/hooks/${part(hook)}`));
export const replay = (id: string, hook: string, after: Seq): Promise<{ messages: number }> =>
  call("POST", of(id, `/hooks/${part(hook)}/replay`), undefined, { after });
/** The number of the latest event there is. */
export const lastEvent = (id: string): Promise<Seq> =>
  get<{ last: Seq }>(of(id, "/events"), { after: Number.MAX_SAFE_INTEGER }).then(({ last }) => last);
/** Of the WeChat-compatible face. Setting it asks the address at once; an address that does not answer rightly is refused. */
export const callback = (id: string): Promise<Callback> => get(of(id, "/callback"));
export const setCallback = (id: string, to: Pick<Callback, "url" | "token" | "aes_key" | "mode">): Promise<Callback> => put(of(id, "/callback"), to);
export const setDomains = (id: string, to: { oauth: string[]; js: string[]; addresses: string[] }): Promise<Callback> => put(of(id, "/domains"), to);

// For operators

export const all = (after = ""): Promise<Official[]> => get("/operator/officials", { after });
export const verify = (id: string, name: string | null): Promise<Official> => put(`/operator/officials/${part(id)}/verification`, { name });

// For pages of an account that are open inside the client

export interface PageClaim {
  appid: string;
  url: string;
  timestamp: string;
  nonce: string;
  signature: string;
  apis: string[];
}
export const verifyPage = (claim: PageClaim): Promise<PageVerified> =>
  post<Omit<PageVerified, "official"> & { official: PageTold }>("/pages/verify", claim).then(withPage);
/** Keep a picture for the page's account for three days; the id is one of its temporary media. */
export const pageUpload = (appid: string, image: Blob): Promise<{ media_id: string }> => request("POST", "/pages/media", { raw: image, query: { appid } });
export const pageDownload = (appid: string, media_id: string): Promise<{ blob: BlobId }> => get("/pages/media", { appid, media_id });
