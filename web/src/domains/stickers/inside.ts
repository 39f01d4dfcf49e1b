// What stands inside a conversation, loaded together.
export { default as Keep } from "./KeepSheet.svelte";
export { default as Card } from "./StickerCard.svelte";
export { default as Hint } from "./StickerHint.svelte";
export { default as Panel } from "./StickerPanel.svelte";
export { default as Strip } from "./SignStrip.svelte";
