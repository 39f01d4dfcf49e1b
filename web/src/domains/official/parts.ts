/** Where the parts of official accounts are: each comes with its words, and those that are used together are loaded together. */

import type { Component } from "svelte";
import { withWords } from "../../kit/i18n.svelte";

// the words of pictures and voices come along: an account's are drawn as everybody's
const cards = () => withWords(() => withWords(() => import("./cards"), "media"), "official");
const pages = () => withWords(() => withWords(() => import("./pages"), "nouns"), "official");
const running = () => withWords(() => withWords(() => import("./running/Run.svelte"), "official"), "running");
const operator = () => withWords(() => withWords(() => import("./running/OperatorOfficials.svelte"), "official"), "running");

type Of<F extends () => Promise<object>> = keyof Awaited<ReturnType<F>>;

/** Cards by the ends of their tags, and what else stands in a conversation. */
const CARDS: Record<string, Of<typeof cards>> = {
  text: "TextCard",
  choice: "TextCard",
  voice: "SoundCard",
  music: "SoundCard",
  broadcast: "BroadcastCard",
  news: "NewsCard",
  article: "NewsCard",
  picture: "PictureCard",
  video: "VideoCard",
  menu: "MenuCard",
  template: "TemplateCard",
  coupon: "CouponCard",
  app: "AppCard",
  profile: "ProfileCard",
  offer: "OfferCard",
  bar: "Bar",
  why: "Why",
};
/** Pages by their addresses; those under /run know their own. */
const PAGES: Record<string, Of<typeof pages>> = {
  "/officials": "Officials",
  "/officials/allowed": "OptIns",
  "/official/:id": "OfficialPage",
  "/o/:ticket": "Scanned",
  "/subscriptions": "Subscriptions",
  "/read/:id": "Read",
  "/read/:id/:idx": "Read",
  "/page": "Framed",
  "/coupons": "Coupons",
  "/coupons/:id": "CouponPage",
};

const loading = new Map<() => Promise<object>, Promise<Record<string, Component>>>();

/** Load a group once; a failure is tried again. */
function group(load: () => Promise<object>): Promise<Record<string, Component>> {
  let known = loading.get(load);
  if (!known) {
    known = load() as Promise<Record<string, Component>>;
    loading.set(load, known);
    known.catch(() => loading.delete(load));
  }
  return known;
}

/** Load what stands under a name in `domain`. */
export async function part(name: string): Promise<Component> {
  const [load, what] =
    name in CARDS ? [cards, CARDS[name]] : name in PAGES ? [pages, PAGES[name]] : [name.startsWith("/run") ? running : operator, "default"];
  return (await group(load))[what ?? ""] as Component;
}
