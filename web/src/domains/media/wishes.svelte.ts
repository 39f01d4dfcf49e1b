/** What I take up on this server and want of it; asked for once. */

import { request } from "../../kit/api";

export interface Usage {
  used: number;
  quota: number;
  keep_days: number;
  previews: boolean;
  previews_offered: boolean;
}

class Wishes {
  usage = $state.raw<Usage | null>(null);
  #asked: Promise<void> | null = null;

  /** Ask, unless it is known. */
  know(): Promise<void> {
    return (this.#asked ??= this.load().catch(() => void (this.#asked = null)));
  }

  async load(): Promise<void> {
    this.usage = await request<Usage>("GET", "/media/mine");
  }

  /** Throws `ApiError`. */
  async change(body: { keep_days?: number; previews?: boolean }): Promise<void> {
    this.usage = await request<Usage>("PATCH", "/media/mine", { body });
  }
}

export const wishes = new Wishes();
