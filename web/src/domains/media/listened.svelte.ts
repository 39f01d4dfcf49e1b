/** Which voices I have listened to, on any device of mine: the account knows it, and this device remembers, for when there is no network. */

import { SvelteSet } from "svelte/reactivity";
import { get, post } from "../../kit/api";
import { hear } from "../../kit/heard";
import type { BlobId } from "../../kit/wire";
import { store } from "../chat/store.svelte";

interface Kept {
  since: number;
  heard: BlobId[];
  /** The account has not been told yet. */
  untold: BlobId[];
}

const MOST = 5_000;
const AT_ONCE = 200;
const NOTHING: Kept = { since: 0, heard: [], untold: [] };

class Listened {
  readonly #heard = new SvelteSet<BlobId>();
  #untold = new Set<BlobId>();
  #since = 0;
  #account = "";

  constructor() {
    hear<{ type: "media.heard"; voices: BlobId[] }>("media.heard", ({ voices }) => this.#take(voices));
    hear("hello", () => void this.#ask());
    hear("opened", () => this.#open());
    this.#open();
    void this.#ask();
  }

  has(blob: BlobId): boolean {
    return this.#heard.has(blob);
  }

  add(blob: BlobId): void {
    if (this.#heard.has(blob)) return;
    this.#untold.add(blob);
    this.#take([blob]);
    void this.#tell();
  }

  #open(): void {
    const me = store.me?.id ?? "";
    if (me === this.#account) return;
    this.#account = me;
    let kept = NOTHING;
    try {
      kept = { ...NOTHING, ...(JSON.parse(localStorage.getItem(this.#key) ?? "{}") as Partial<Kept>) };
    } catch {
      // nothing that could be read was kept
    }
    this.#heard.clear();
    for (const blob of kept.heard) this.#heard.add(blob);
    this.#untold = new Set(kept.untold);
    this.#since = kept.since;
  }

  get #key(): string {
    return `warung.voice.heard.${this.#account}`;
  }

  async #ask(): Promise<void> {
    this.#open();
    if (!this.#account) return;
    try {
      const { now, voices } = await get<{ now: number; voices: BlobId[] }>("/media/heard", { since: this.#since });
      this.#since = now;
      this.#take(voices);
    } catch {
      return; // the next hello asks again
    }
    await this.#tell();
  }

  async #tell(): Promise<void> {
    const voices = [...this.#untold].slice(0, AT_ONCE);
    if (!voices.length) return;
    try {
      await post("/media/heard", { voices });
    } catch {
      return;
    }
    for (const blob of voices) this.#untold.delete(blob);
    this.#keep();
  }

  #take(blobs: readonly BlobId[]): void {
    for (const blob of blobs) this.#heard.add(blob);
    this.#keep();
  }

  #keep(): void {
    const kept: Kept = { since: this.#since, heard: [...this.#heard].slice(-MOST), untold: [...this.#untold] };
    try {
      localStorage.setItem(this.#key, JSON.stringify(kept));
    } catch {
      // a private window: it is forgotten with the page
    }
  }
}

export const listened = new Listened();
