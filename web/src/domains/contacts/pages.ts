// The pages about other people; loaded together.
export { default as AddContact } from "./AddContact.svelte";
export { default as ByCode } from "./ByCode.svelte";
export { default as Contacts } from "./Contacts.svelte";
export { default as MyCode } from "./MyCode.svelte";
export { default as PersonPage } from "./PersonPage.svelte";
export { default as Scan } from "./Scan.svelte";
