// What media brings to a conversation: photos, videos, voices, files and links. All of it is loaded when it is first wanted.
import type { Component } from "svelte";
import { type ClientDomain, type Lazy, lazy } from "../chat/plugs";
import { hear } from "../../kit/heard";
import type { Intent } from "../../kit/db";
import { fileCard, linkCard, photoCard, videoCard, voiceCard } from "./cards";

// What waits for its files goes on as soon as there is a line, also after the page was closed.
hear<{ type: "outbox.held"; intent: Intent }>("outbox.held", ({ intent }) => {
  if (intent.card.type.startsWith("media.")) void import("./sending.svelte").then(({ sending }) => sending.prepare(intent));
});

// two parts, each loaded whole: every import that is written here is paid for by the first screen
const inside = <P extends object>(name: "File" | "Link" | "Hint" | "Photo" | "Talk" | "Video" | "Voice"): Lazy<P> =>
  lazy("media", async () => ({ default: (await import("./inside"))[name] as unknown as Component<P> }));
const page = <P extends object>(name: "FileSheet" | "MediaPage" | "PhotoSheet" | "StoragePage"): Lazy<P> =>
  lazy("media", async () => ({ default: (await import("./pages"))[name] as unknown as Component<P> }));

export const DOMAIN: ClientDomain = {
  name: "media",
  cards: {
    "media.photo": { load: inside("Photo"), bare: true, words: "caption", preview: photoCard },
    "media.video": { load: inside("Video"), bare: true, words: "caption", preview: videoCard },
    "media.voice": { load: inside("Voice"), preview: voiceCard },
    "media.file": { load: inside("File"), bare: true, words: "caption", preview: fileCard },
    "media.link": { load: inside("Link"), words: "text", preview: linkCard },
  },
  drawer: [
    { label: "drawer.photo", icon: "image", load: page("PhotoSheet") },
    { label: "drawer.file", icon: "file", load: page("FileSheet") },
  ],
  talking: [{ load: inside("Talk") }],
  hints: [{ load: inside("Hint") }],
  rows: [{ label: "media.row", icon: "image", tint: "blue", to: "/me/media" }],
  operator: [{ label: "media.storage", icon: "image", to: "/operator/storage" }],
  routes: [
    { pattern: "/operator/storage", load: page("StoragePage"), side: "me" },
    { pattern: "/me/media", load: page("MediaPage"), side: "me" },
  ],
};
