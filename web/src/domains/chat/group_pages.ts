// A group: how it begins, who is in it, and how one comes in.
export { default as AddMembers } from "./AddMembers.svelte";
export { default as GroupPage } from "./GroupPage.svelte";
export { default as Groups } from "./Groups.svelte";
export { default as JoinPage } from "./JoinPage.svelte";
export { default as NewGroup } from "./NewGroup.svelte";
