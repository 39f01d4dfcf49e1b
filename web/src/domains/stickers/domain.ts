// Stickers: their card, the panel beside the emoji, suggestions while one types, keeping one that was received, and the pages of packs.
import { type ClientDomain, lazy } from "../chat/plugs";
import { route } from "./route";

export const DOMAIN: ClientDomain = {
  name: "stickers",
  cards: { "stickers.sticker": { load: lazy("stickers", () => import("./StickerCard.svelte")), bare: true } },
  panels: [{ label: "stickers.title", icon: "image", load: lazy("stickers", () => import("./StickerPanel.svelte")) }],
  hints: [{ load: lazy("stickers", () => import("./StickerHint.svelte")) }],
  actions: [
    {
      label: "stickers.keep",
      icon: "star",
      when: (item) => item.seq !== null && item.message.card.type === "stickers.sticker",
      load: lazy("stickers", () => import("./KeepSheet.svelte")),
    },
  ],
  routes: [
    { pattern: "/stickers", load: route(() => import("./StorePage.svelte")), side: "chats" },
    { pattern: "/stickers/new", load: route(() => import("./NewPack.svelte")), side: "chats" },
    { pattern: "/stickers/:id", load: route(() => import("./PackPage.svelte")), side: "chats" },
  ],
};
