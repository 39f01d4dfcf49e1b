/** What rises over a conversation when it is wanted: loaded then, with its words. */

import { lazy } from "./plugs";

export const sheets = {
  forward: lazy("nouns", () => import("./ForwardSheet.svelte")),
  versions: lazy("nouns", () => import("./VersionsSheet.svelte")),
  reactions: lazy("nouns", () => import("./ReactionsSheet.svelte")),
  settings: lazy("nouns", () => import("./TalkSettings.svelte")),
  later: lazy("nouns", () => import("./LaterSheet.svelte")),
};
