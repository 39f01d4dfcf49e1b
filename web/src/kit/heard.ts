/** What the socket tells beyond the log: a domain listens for its own events, and for `hello`, after which it asks again. */

import type { Meta } from "./db";

interface Told {
  type: string;
}
/** Somebody's conversations are open here: what was kept of theirs, and how to keep more. */
export interface Opened extends Told {
  type: "opened";
  meta: Partial<Meta>;
  note: (kept: Partial<Meta>) => void;
}

type Listener = (event: never) => void;
const listeners = new Map<string, Set<Listener>>();

/** Call `listener` for every event of a type, and for `hello` after each new connection. Returns what ends it. */
export function hear<E extends Told>(type: E["type"] | "hello", listener: (event: E) => void): () => void {
  const those = listeners.get(type) ?? new Set();
  listeners.set(type, those.add(listener));
  return () => those.delete(listener);
}

/** Pass an event on to those who listen for it. */
export function tell<E extends Told>(event: E): void {
  for (const listener of listeners.get(event.type) ?? []) (listener as (event: Told) => void)(event);
}
