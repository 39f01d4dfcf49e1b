// Chat's small cards, and what rises over a conversation, loaded together when the first of them is wanted.
export { default as Contact } from "./ContactCard.svelte";
export { default as ContactSheet } from "./ContactSheet.svelte";
export { default as ForwardSheet } from "./ForwardSheet.svelte";
export { default as Forwarded } from "./ForwardedCard.svelte";
export { default as History } from "./HistoryCard.svelte";
export { default as LaterSheet } from "./LaterSheet.svelte";
export { default as Place } from "./PlaceCard.svelte";
export { default as PlaceSheet } from "./PlaceSheet.svelte";
export { default as ReactionsSheet } from "./ReactionsSheet.svelte";
export { default as TalkSettings } from "./TalkSettings.svelte";
export { default as VersionsSheet } from "./VersionsSheet.svelte";
