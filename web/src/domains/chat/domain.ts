// What chat itself plugs in: its small cards, what the drawer offers of them, and the pages of what is mine on every device.
import { type ClientDomain, lazy } from "./plugs";
import { sheets } from "./sheets";
import { withWords } from "../../kit/i18n.svelte";

const page =
  <M extends Record<K, unknown>, K extends string>(load: () => Promise<M>, name: K) =>
  async () =>
    (await withWords(load, "nouns"))[name] as never;
const writes = (conversation: { can_write: boolean }): boolean => conversation.can_write;

export const DOMAIN: ClientDomain = {
  name: "chat",
  cards: {
    "chat.forwarded": { load: lazy("nouns", () => import("./ForwardedCard.svelte")) },
    "chat.history": { load: lazy("nouns", () => import("./HistoryCard.svelte")), bare: true },
    "chat.location": { load: lazy("nouns", () => import("./PlaceCard.svelte")), bare: true },
    "chat.contact": { load: lazy("nouns", () => import("./ContactCard.svelte")), bare: true },
  },
  drawer: [
    { label: "drawer.place", icon: "place", load: lazy("nouns", () => import("./PlaceSheet.svelte")), when: writes },
    { label: "drawer.contact", icon: "idcard", load: lazy("nouns", () => import("./ContactSheet.svelte")), when: writes },
    { label: "drawer.later", icon: "clock", load: sheets.later, when: writes },
    { label: "talk.settings", icon: "gear", load: sheets.settings },
  ],
  routes: [
    { pattern: "/favourites", load: page(() => import("./own_pages"), "Favourites"), side: "me" },
    { pattern: "/me/lists", load: page(() => import("./own_pages"), "ListsPage"), side: "me" },
  ],
  rows: [
    { label: "me.favourites", icon: "star", tint: "turmeric", to: "/favourites" },
    { label: "me.lists", icon: "filter", tint: "blue", to: "/me/lists" },
  ],
};
