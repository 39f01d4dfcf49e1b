// What stands behind a row of the list, and what rises over it; loaded together, as soon as the list stands.
export { default as ChatMenu } from "./ChatMenu.svelte";
export { default as NewMenu } from "./NewMenu.svelte";
export { default as TalkPage } from "./TalkPage.svelte";
