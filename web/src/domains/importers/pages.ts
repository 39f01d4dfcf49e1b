// Bringing a history along.
export { default as ImportPage } from "./ImportPage.svelte";
