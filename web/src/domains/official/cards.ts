// What stands in a conversation with an account: its cards, its menu, and why a message came. Loaded together with the first of them.
export { default as AppCard } from "./AppCard.svelte";
export { default as Bar } from "./Bar.svelte";
export { default as BroadcastCard } from "./BroadcastCard.svelte";
export { default as CouponCard } from "./CouponCard.svelte";
export { default as MenuCard } from "./MenuCard.svelte";
export { default as NewsCard } from "./NewsCard.svelte";
export { default as OfferCard } from "./OfferCard.svelte";
export { default as PictureCard } from "./PictureCard.svelte";
export { default as ProfileCard } from "./ProfileCard.svelte";
export { default as SoundCard } from "./SoundCard.svelte";
export { default as TemplateCard } from "./TemplateCard.svelte";
export { default as TextCard } from "./TextCard.svelte";
export { default as VideoCard } from "./VideoCard.svelte";
export { default as Why } from "./WhySheet.svelte";
