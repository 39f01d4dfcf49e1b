// The pages of packs, loaded together.
export { default as NewPack } from "./NewPack.svelte";
export { default as PackPage } from "./PackPage.svelte";
export { default as StorePage } from "./StorePage.svelte";
