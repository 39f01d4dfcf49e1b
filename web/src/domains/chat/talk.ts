/** One conversation that is open on screen. */
export type { OpenConversation as Talk } from "./open.svelte";
