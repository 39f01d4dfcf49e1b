// What I took back, kept for five minutes so that it can be written anew. Only here: the server has forgotten it.
import { SvelteMap } from "svelte/reactivity";
import type { Message } from "../../kit/wire";

const KEEP_MS = 5 * 60_000;
const texts = new SvelteMap<string, string>();
const keyOf = (message: Message): string => `${message.conversation} ${message.seq}`;

/** Remember the words of a message that is about to be recalled. */
export function keepRecalled(message: Message, text: string): void {
  const key = keyOf(message);
  texts.set(key, text);
  setTimeout(() => texts.delete(key), KEEP_MS);
}

/** The words of a message I recalled a moment ago. */
export const recalledText = (message: Message): string | undefined => texts.get(keyOf(message));
