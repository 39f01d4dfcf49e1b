// What is mine on every device: favourites, folders and hours of quiet.
export { default as Favourites } from "./Favourites.svelte";
export { default as ListsPage } from "./ListsPage.svelte";
