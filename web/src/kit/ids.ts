/**
 * Ids and nonces: twenty characters that sort by the time of their creation, as the server's own.
 *
 * Nine characters of milliseconds (45 bits) and eleven of chance (55 bits). A nonce names one intent: it is made once, when a person
 * presses send, and stays with that intent through every retry.
 */

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const TIME_CHARS = 9;
const CHANCE_CHARS = 11;

let last = 0;

/** Return a new id. Ids made by one page sort in the order they were made, also within a millisecond and when the clock steps back. */
export function newId(now: number = Date.now()): string {
  last = Math.max(last + 1, Math.floor(now));
  let time = "";
  for (let rest = last, i = 0; i < TIME_CHARS; i++, rest = Math.floor(rest / 32)) time = ALPHABET.charAt(rest % 32) + time;
  const chance = crypto.getRandomValues(new Uint8Array(CHANCE_CHARS));
  return time + Array.from(chance, (byte) => ALPHABET.charAt(byte & 31)).join("");
}
