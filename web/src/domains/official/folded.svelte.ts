/** Which of my conversations are with accounts that share one row of the list: kept on the device, so that the list opens with them. */

import { get } from "../../kit/api";
import { hear, type Opened } from "../../kit/heard";
import type { Sync } from "../../kit/wire";
import type { Followed } from "./wire";

let ids = $state.raw<readonly string[]>([]);
let note: Opened["note"] = () => undefined;
/** asked about since these conversations were opened */
const asked = new Set<string>();

export const isFolded = (id: string): boolean => ids.includes(id);

/** Take what the server says that I follow. */
export function keepFolded(following: readonly Followed[]): void {
  ids = following.filter(({ official }) => official.kind === "subscription").map(({ conversation }) => conversation);
  note({ folded: [...ids] });
}

const ask = (): void => void get<Followed[]>("/officials/following").then(keepFolded, () => undefined);

hear<Opened>("opened", (opened) => {
  ({ note } = opened);
  ids = opened.meta.folded ?? [];
  asked.clear();
});
hear<{ type: "synced"; answer: Sync }>("synced", ({ answer }) => {
  if (answer.conversations.some(({ id, kind }) => kind === "official" && !asked.has(id) && asked.add(id))) ask();
});
hear("official.following", ask);
