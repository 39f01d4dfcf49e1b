// Moments: a row on one's own page, the feed, one person's, writing one, and what one decides about them.
import type { ClientDomain } from "../chat/plugs";
import { route } from "./route";

export const DOMAIN: ClientDomain = {
  name: "moments",
  rows: [{ label: "moments.title", icon: "image", tint: "turmeric", to: "/moments" }],
  routes: [
    { pattern: "/moments", load: route(() => import("./FeedPage.svelte")), side: "me" },
    { pattern: "/moments/new", load: route(() => import("./NewMoment.svelte")), side: "me" },
    { pattern: "/moments/notices", load: route(() => import("./NoticesPage.svelte")), side: "me" },
    { pattern: "/moments/settings", load: route(() => import("./DecidePage.svelte")), side: "me" },
    { pattern: "/moments/of/:of", load: route(() => import("./FeedPage.svelte")), side: "contacts" },
    { pattern: "/moments/:id", load: route(() => import("./MomentPage.svelte")), side: "me" },
  ],
};
