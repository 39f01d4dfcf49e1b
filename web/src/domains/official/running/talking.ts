// Talking with followers: the accounts one works for, the desk, who follows, what is answered by itself, who and what works with an account.
export { default as DeskHours } from "./DeskHours.svelte";
export { default as DeskPage } from "./DeskPage.svelte";
export { default as DeskTalk } from "./DeskTalk.svelte";
export { default as Followers } from "./Followers.svelte";
export { default as MyAccounts } from "./MyAccounts.svelte";
export { default as Programs } from "./Programs.svelte";
export { default as Register } from "./Register.svelte";
export { default as Replies } from "./Replies.svelte";
export { default as Running } from "./Running.svelte";
export { default as Settings } from "./Settings.svelte";
