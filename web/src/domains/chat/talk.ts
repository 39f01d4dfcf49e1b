import { store } from "./store.svelte";

/** One conversation that is open on screen. */
export type Talk = ReturnType<typeof store.open>;
