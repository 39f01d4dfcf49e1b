// What media brings to a conversation: photos, videos, voices, files and links. All of it is loaded when it is first wanted.
import { type ClientDomain, lazy } from "../chat/plugs";
import { hear } from "../../kit/heard";
import type { Intent } from "../../kit/db";
import { fileCard, linkCard, photoCard, videoCard, voiceCard } from "./cards";

// What waits for its files goes on as soon as there is a line, also after the page was closed.
hear<{ type: "outbox.held"; intent: Intent }>("outbox.held", ({ intent }) => {
  if (intent.card.type.startsWith("media.")) void import("./sending.svelte").then(({ sending }) => sending.prepare(intent));
});

export const DOMAIN: ClientDomain = {
  name: "media",
  cards: {
    "media.photo": { load: lazy("media", () => import("./PhotoCard.svelte")), bare: true, preview: photoCard },
    "media.video": { load: lazy("media", () => import("./VideoCard.svelte")), bare: true, preview: videoCard },
    "media.voice": { load: lazy("media", () => import("./VoiceCard.svelte")), preview: voiceCard },
    "media.file": { load: lazy("media", () => import("./FileCard.svelte")), bare: true, preview: fileCard },
    "media.link": { load: lazy("media", () => import("./LinkCard.svelte")), preview: linkCard },
  },
  drawer: [
    { label: "drawer.photo", icon: "image", load: lazy("media", () => import("./PhotoSheet.svelte")) },
    { label: "drawer.file", icon: "file", load: lazy("media", () => import("./FileSheet.svelte")) },
  ],
  talking: [{ load: lazy("media", () => import("./TalkButton.svelte")) }],
  hints: [{ load: lazy("media", () => import("./LinkHint.svelte")) }],
  rows: [{ label: "media.row", icon: "image", tint: "blue", to: "/me/media" }],
  operator: [{ label: "media.storage", icon: "image", to: "/operator/storage" }],
  routes: [
    { pattern: "/operator/storage", load: lazy("media", () => import("./StoragePage.svelte")), side: "me" },
    { pattern: "/me/media", load: lazy("media", () => import("./MediaPage.svelte")), side: "me" },
  ],
};
