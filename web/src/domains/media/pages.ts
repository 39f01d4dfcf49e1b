// The sheets in which one chooses what to send, and the pages of what is kept.
export { default as FileSheet } from "./FileSheet.svelte";
export { default as MediaPage } from "./MediaPage.svelte";
export { default as PhotoSheet } from "./PhotoSheet.svelte";
export { default as StoragePage } from "./StoragePage.svelte";
