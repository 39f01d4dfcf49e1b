// What stands inside a conversation, loaded together.
export { default as File } from "./FileCard.svelte";
export { default as Link } from "./LinkCard.svelte";
export { default as Hint } from "./LinkHint.svelte";
export { default as Photo } from "./PhotoCard.svelte";
export { default as Talk } from "./TalkButton.svelte";
export { default as Video } from "./VideoCard.svelte";
export { default as Voice } from "./VoiceCard.svelte";
