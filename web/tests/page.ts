/** What the engine needs of a browser's page and Node does not have: events of the window, local storage, locks. */

import type { Environment } from "vitest/runtime";

type Work = (lock: unknown) => Promise<unknown>;

/** Locks by name, as the browser gives them to the tabs of one origin. */
class Locks {
  readonly #held = new Map<string, Promise<unknown>>();

  request(name: string, options: { signal?: AbortSignal; steal?: boolean }, work: Work): Promise<unknown> {
    const before = options.steal ? undefined : this.#held.get(name);
    let late = false;
    const begin = (): Promise<unknown> => (late ? Promise.resolve() : work({ name }));
    const mine = (before ?? Promise.resolve()).then(begin, begin);
    this.#held.set(name, mine);
    const { signal } = options;
    if (!signal) return mine;
    // Aborting ends the waiting, not the work.
    const aborted = new Promise((_, reject) => {
      signal.addEventListener("abort", () => {
        late = true;
        reject(signal.reason as Error);
      });
    });
    return Promise.race([mine, aborted]);
  }
}

class Shelf {
  readonly #items = new Map<string, string>();
  getItem = (key: string): string | null => this.#items.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.#items.set(key, value);
  removeItem = (key: string): void => void this.#items.delete(key);
  clear = (): void => this.#items.clear();
}

const page: Environment = {
  name: "page",
  viteEnvironment: "client",
  setup(global: typeof globalThis) {
    const events = new EventTarget();
    const given = {
      addEventListener: events.addEventListener.bind(events),
      removeEventListener: events.removeEventListener.bind(events),
      dispatchEvent: events.dispatchEvent.bind(events),
      localStorage: new Shelf(),
      location: { protocol: "http:", host: "warung.test" },
      navigator: { onLine: true, locks: new Locks() },
    };
    for (const [name, value] of Object.entries(given)) Object.defineProperty(global, name, { value, configurable: true, writable: true });
    return { teardown: () => undefined };
  },
};

export default page;
