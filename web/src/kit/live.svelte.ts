/** What became of things on the screen: fetched by id when one is drawn, and again when the socket says so. */

import { SvelteMap } from "svelte/reactivity";

export class Live<T> {
  readonly #known = new SvelteMap<string, T>();
  readonly #asking = new Map<string, Promise<T>>();
  readonly #fetch: (id: string) => Promise<T>;

  constructor(fetch: (id: string) => Promise<T>) {
    this.#fetch = fetch;
  }

  /** What is known; what is not is asked for. */
  get(id: string): T | undefined {
    const found = this.#known.get(id);
    if (found === undefined && !this.#asking.has(id)) queueMicrotask(() => void this.refresh(id).catch(() => undefined));
    return found;
  }

  /** Take an answer of the server. */
  put(id: string, value: T): T {
    this.#known.set(id, value);
    return value;
  }

  refresh(id: string): Promise<T> {
    const asking = this.#fetch(id)
      .then((value) => this.put(id, value))
      .finally(() => setTimeout(() => this.#asking.delete(id), 2_000)); // a card that cannot be had is not asked for in a circle
    this.#asking.set(id, asking);
    return asking;
  }

  /** Ask again for what the screen has. */
  changed(id: string): void {
    if (this.#known.has(id)) void this.refresh(id).catch(() => undefined);
  }

  all(): void {
    for (const id of this.#known.keys()) this.changed(id);
  }
}
