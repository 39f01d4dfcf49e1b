// The pages behind the list of conversations, and what rises over it; loaded together, as soon as the list stands.
export { default as AddMembers } from "./AddMembers.svelte";
export { default as Archived } from "./Archived.svelte";
export { default as ChatMenu } from "./ChatMenu.svelte";
export { default as FoldRow } from "./FoldRow.svelte";
export { default as GroupPage } from "./GroupPage.svelte";
export { default as Groups } from "./Groups.svelte";
export { default as JoinPage } from "./JoinPage.svelte";
export { default as NewGroup } from "./NewGroup.svelte";
export { default as NewMenu } from "./NewMenu.svelte";
export { default as Search } from "./Search.svelte";
export { default as TalkPage } from "./TalkPage.svelte";
