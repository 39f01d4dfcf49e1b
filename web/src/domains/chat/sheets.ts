/** What rises over a conversation when it is wanted: loaded then, with its words. */

import { lazy } from "./plugs";

const nouns = () => import("./nouns");

export const sheets = {
  menu: lazy("nouns", () => import("./MessageMenu.svelte")),
  forward: lazy("nouns", async () => ({ default: (await nouns()).ForwardSheet })),
  versions: lazy("nouns", async () => ({ default: (await nouns()).VersionsSheet })),
  reactions: lazy("nouns", async () => ({ default: (await nouns()).ReactionsSheet })),
  settings: lazy("nouns", async () => ({ default: (await nouns()).TalkSettings })),
  later: lazy("nouns", async () => ({ default: (await nouns()).LaterSheet })),
  place: lazy("nouns", async () => ({ default: (await nouns()).PlaceSheet })),
  contact: lazy("nouns", async () => ({ default: (await nouns()).ContactSheet })),
};

export const small = {
  forwarded: lazy("nouns", async () => ({ default: (await nouns()).Forwarded })),
  history: lazy("nouns", async () => ({ default: (await nouns()).History })),
  location: lazy("nouns", async () => ({ default: (await nouns()).Place })),
  contact: lazy("nouns", async () => ({ default: (await nouns()).Contact })),
};
