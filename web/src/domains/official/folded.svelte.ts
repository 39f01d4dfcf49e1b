/** Which of my conversations are with accounts that share one row of the list: kept on the device, so that the list opens with them. */

import { get } from "../../kit/api";
import type { Meta } from "../../kit/db";
import { hear, type Opened } from "../../kit/heard";
import type { Sync } from "../../kit/wire";
import type { Followed } from "./wire";

class Folded {
  #ids = $state.raw<readonly string[]>([]);
  /** asked about since these conversations were opened */
  #asked = new Set<string>();
  #note: (kept: Partial<Meta>) => void = () => undefined;

  constructor() {
    hear<Opened>("opened", ({ meta, note }) => {
      this.#note = note;
      this.#ids = meta.folded ?? [];
      this.#asked = new Set(this.#ids);
    });
    hear<{ type: "synced"; answer: Sync }>("synced", ({ answer }) => {
      const strange = answer.conversations.filter(({ id, kind }) => kind === "official" && !this.#asked.has(id));
      for (const { id } of strange) this.#asked.add(id);
      if (strange.length) this.#ask();
    });
    hear("official.following", () => this.#ask());
  }

  #ask(): void {
    void get<Followed[]>("/officials/following").then(
      (following) => this.take(following),
      () => undefined,
    );
  }

  has(id: string): boolean {
    return this.#ids.includes(id);
  }

  /** What the server says that I follow. */
  take(following: readonly Followed[]): void {
    this.#ids = following.filter(({ official }) => official.kind === "subscription").map(({ conversation }) => conversation);
    this.#note({ folded: [...this.#ids] });
  }
}

export const folded = new Folded();
