/** An address of the client, and the page that stands there. */

import type { Component } from "svelte";

export type Loader = () => Promise<Component>;
/** Whose list stands beside the page on a wide screen. */
export type Side = "chats" | "contacts" | "me";

export interface Route {
  pattern: string;
  load: Loader;
  side: Side;
  /** the page is a place of the counter: it shows the counter on a phone */
  place?: string;
  /** what the address says, as the component's props; unchanged when absent */
  props?: (found: Record<string, string>) => Record<string, unknown>;
}
