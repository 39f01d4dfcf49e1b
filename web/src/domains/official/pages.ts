// The pages of who follows accounts; loaded together.
export { default as CouponPage } from "./CouponPage.svelte";
export { default as Coupons } from "./Coupons.svelte";
export { default as Framed } from "./Framed.svelte";
export { default as OfficialPage } from "./OfficialPage.svelte";
export { default as Officials } from "./Officials.svelte";
export { default as OptIns } from "./OptIns.svelte";
export { default as Read } from "./Read.svelte";
export { default as Scanned } from "./Scanned.svelte";
export { default as Subscriptions } from "./Subscriptions.svelte";
