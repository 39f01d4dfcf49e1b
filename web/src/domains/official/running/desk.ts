/** What the screens of the desk share: who the followers are to the account, and hearing that something changed there. */

import { hear } from "../../../kit/heard";
import * as api from "../api";
import type { Follower } from "./wire";

const people = new Map<string, Follower>();

/** The followers with these ids, each asked for once a visit. One that cannot be had is left out. */
export async function known(id: string, openids: readonly string[]): Promise<ReadonlyMap<string, Follower>> {
  const strange = [...new Set(openids)].filter((openid) => !people.has(openid));
  const found = await Promise.all(strange.map((openid) => api.follower(id, openid).catch(() => null)));
  for (const one of found) if (one) people.set(one.openid, one);
  return people;
}

/** Calls back when something is different at the desk of an account. Returns what ends it. */
export const deskChanged =
  (id: string) =>
  (changed: () => void): (() => void) =>
    hear<{ type: "official.desk"; official: string }>("official.desk", (event) => {
      // after a new connection it is told without an account
      if (!event.official || event.official === id) changed();
    });
