// Moments: a row on one's own page, the feed, one person's, writing one, and what one decides about them.
import type { Component } from "svelte";
import { withWords } from "../../kit/i18n.svelte";
import type { Loader } from "../../kit/route";
import type { ClientDomain } from "../chat/plugs";
import { news } from "./news.svelte";

const page =
  (name: "DecidePage" | "FeedPage" | "MomentPage" | "NewMoment" | "NoticesPage"): Loader =>
  async () =>
    (await withWords(() => import("./pages"), "moments"))[name] as Component;

export const DOMAIN: ClientDomain = {
  name: "moments",
  rows: [{ label: "moments.title", icon: "image", tint: "turmeric", to: "/moments", news: () => ({ n: news.unseen, dot: news.fresh }) }],
  routes: [
    { pattern: "/moments", load: page("FeedPage"), side: "me" },
    { pattern: "/moments/new", load: page("NewMoment"), side: "me" },
    { pattern: "/moments/notices", load: page("NoticesPage"), side: "me" },
    { pattern: "/moments/settings", load: page("DecidePage"), side: "me" },
    { pattern: "/moments/of/:of", load: page("FeedPage"), side: "contacts" },
    { pattern: "/moments/:id", load: page("MomentPage"), side: "me" },
  ],
};
