// Stickers: their card, the panel beside the emoji, suggestions while one types, keeping one that was received, and the pages of packs.
import type { Component } from "svelte";
import { media, put } from "../../kit/api";
import { withWords } from "../../kit/i18n.svelte";
import { type SignKind, signs } from "../../kit/signs";
import type { Loader } from "../../kit/route";
import { type ClientDomain, lazy } from "../chat/plugs";

// two parts, each loaded whole: every import that is written here is paid for by the first screen
const inside = () => import("./inside");
const page =
  (name: "NewPack" | "PackPage" | "StorePage"): Loader =>
  async () =>
    (await withWords(() => import("./pages"), "stickers"))[name] as Component;

const react: SignKind["react"] = (conversation, seq, sign) => put("/stickers/reactions", { conversation, seq, sign });
signs.set("blob", { source: (blob) => media(blob, "thumb"), react });
signs.set("drawn", { source: (name) => `/api/stickers/drawn/${encodeURIComponent(name)}`, react });

export const DOMAIN: ClientDomain = {
  name: "stickers",
  cards: { "stickers.sticker": { load: lazy("stickers", async () => ({ default: (await inside()).Card })), bare: true } },
  panels: [{ label: "stickers.title", icon: "sticker", load: lazy("stickers", async () => ({ default: (await inside()).Panel })) }],
  signs: [lazy("stickers", async () => ({ default: (await inside()).Strip }))],
  hints: [{ load: lazy("stickers", async () => ({ default: (await inside()).Hint })) }],
  actions: [
    {
      label: "stickers.keep",
      icon: "star",
      when: (item) => item.seq !== null && item.message.card.type === "stickers.sticker",
      load: lazy("stickers", async () => ({ default: (await inside()).Keep })),
    },
  ],
  routes: [
    { pattern: "/stickers", load: page("StorePage"), side: "chats" },
    { pattern: "/stickers/new", load: page("NewPack"), side: "chats" },
    { pattern: "/stickers/:id", load: page("PackPage"), side: "chats" },
  ],
};
