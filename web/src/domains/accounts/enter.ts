import { isRemembered, isLanguage, speak } from "../../kit/i18n.svelte";
import type { Me } from "../../kit/wire";
import { store } from "../chat/store.svelte";

/** Somebody has just come in on this device: unless a language was chosen here, it speaks theirs from now on. */
export async function enter(me: Me): Promise<void> {
  if (!isRemembered() && isLanguage(me.language)) await speak(me.language, true);
  await store.signedIn(me);
}
