// Writing to followers: articles, broadcasts, the menu, codes, coupons, notifications, and what became of it all.
export { default as Articles } from "./Articles.svelte";
export { default as Broadcasts } from "./Broadcasts.svelte";
export { default as Codes } from "./Codes.svelte";
export { default as CouponsRun } from "./CouponsRun.svelte";
export { default as Editor } from "./Editor.svelte";
export { default as MenuEditor } from "./MenuEditor.svelte";
export { default as NewBroadcast } from "./NewBroadcast.svelte";
export { default as Statistics } from "./Statistics.svelte";
export { default as Templates } from "./Templates.svelte";
