// What chat itself plugs in: its small cards, what the drawer offers of them, and the pages of what is mine on every device.
import type { ClientDomain } from "./plugs";
import { sheets, small } from "./sheets";
import { withWords } from "../../kit/i18n.svelte";

const page =
  <M extends Record<K, unknown>, K extends string>(load: () => Promise<M>, name: K) =>
  async () =>
    (await withWords(load, "nouns"))[name] as never;
const writes = (conversation: { can_write: boolean }): boolean => conversation.can_write;

export const DOMAIN: ClientDomain = {
  name: "chat",
  cards: {
    "chat.forwarded": { load: small.forwarded },
    "chat.history": { load: small.history, bare: true },
    "chat.location": { load: small.location, bare: true },
    "chat.contact": { load: small.contact, bare: true },
  },
  drawer: [
    { label: "drawer.place", icon: "place", load: sheets.place, when: writes },
    { label: "drawer.contact", icon: "idcard", load: sheets.contact, when: writes },
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
