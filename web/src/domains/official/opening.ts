/** Where what an account sends leads: inside the client where it can be, with the account's own pages in a frame. */

import { go } from "../../kit/router.svelte";
import * as api from "./api";

/** The address of an article's page. `from` says where one came from, for the account's figures. */
export const articlePath = (id: string, idx: number, from = ""): string => `/read/${encodeURIComponent(id)}/${idx}${from && `?from=${from}`}`;

/** Where an address leads from a conversation with an account: our own pages as they are, others in the account's frame. */
export function pathOf(url: string, official: string): string | null {
  let to: URL;
  try {
    to = new URL(url, location.origin);
  } catch {
    return null;
  }
  if (to.origin === location.origin && !to.pathname.startsWith("/open/")) return to.pathname + to.search;
  if (to.protocol !== "https:" && to.protocol !== "http:") return null;
  return `/page?of=${encodeURIComponent(official)}&url=${encodeURIComponent(to.href)}`;
}

/** Go where an account's link leads; a link that leads nowhere does nothing. */
export function follow(url: string, official: string): void {
  const to = pathOf(url, official);
  if (to) go(to);
}

/** Tell the account's figures that something in its message was followed; nobody waits for it. */
export function clicked(official: string | null, seq: number, ref: string | undefined): void {
  if (official && ref && seq > 0) void api.opened(official, seq, true).catch(() => undefined);
}
