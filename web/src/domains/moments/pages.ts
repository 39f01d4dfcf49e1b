// The pages of moments, loaded together.
export { default as DecidePage } from "./DecidePage.svelte";
export { default as FeedPage } from "./FeedPage.svelte";
export { default as MomentPage } from "./MomentPage.svelte";
export { default as NewMoment } from "./NewMoment.svelte";
export { default as NoticesPage } from "./NoticesPage.svelte";
