// The pages about oneself; loaded together.
export { default as Devices } from "./Devices.svelte";
export { default as Display } from "./Display.svelte";
export { default as FirstRun } from "./FirstRun.svelte";
export { default as InvitedPage } from "./InvitedPage.svelte";
export { default as Invites } from "./Invites.svelte";
export { default as LetInPage } from "./LetInPage.svelte";
export { default as Me } from "./Me.svelte";
export { default as Operator } from "./Operator.svelte";
export { default as PrivacyPage } from "./PrivacyPage.svelte";
export { default as ProfilePage } from "./ProfilePage.svelte";
export { default as Security } from "./Security.svelte";
