// What is mine on every device: what I look for, put away and keep, folders and hours of quiet.
export { default as Archived } from "./Archived.svelte";
export { default as Favourites } from "./Favourites.svelte";
export { default as ListsPage } from "./ListsPage.svelte";
export { default as Search } from "./Search.svelte";
