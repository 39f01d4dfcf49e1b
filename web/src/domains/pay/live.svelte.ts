/** What became of the cards on the screen: fetched by id when one is drawn, and again when the socket says so. */

import { SvelteMap } from "svelte/reactivity";
import { hear } from "../../kit/heard";
import * as api from "./api";
import { callCredits } from "./money.svelte";
import type { Bill, Handover, MoneyChanged, Packet, Wallet } from "./wire";

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

export const handovers = new Live<Handover>(api.handover);
export const packets = new Live<Packet>(api.packet);
export const bills = new Live<Bill>(api.bill);

class Mine {
  wallet = $state.raw<Wallet | null>(null);
  /** a shop asks for money: its charge */
  charge = $state<string | null>(null);
}
export const mine = new Mine();

/** Fetch the wallet. */
export async function loadWallet(): Promise<Wallet> {
  const wallet = await api.wallet();
  callCredits(wallet.credits_name);
  mine.wallet = wallet;
  return wallet;
}

/** Today by the clock of this place, as YYYY-MM-DD, and when any such day begins there. */
export function today(wallet: Wallet): { date: string; begins: (date: string) => number } {
  const ahead = wallet.ahead_min * 60_000;
  return { date: new Date(Date.now() + ahead).toISOString().slice(0, 10), begins: (date) => Date.parse(`${date}T00:00Z`) - ahead };
}

/** What one has in the place's own credits. */
export const creditsOf = (wallet: Wallet): number =>
  wallet.balances.find((one) => one.currency === wallet.credits)?.available ?? 0;

// whoever shows money needs to know what credits are called here
loadWallet().catch(() => undefined);
hear<MoneyChanged>("pay.changed", (event) => {
  if (event.what === "handover") handovers.changed(event.id);
  else if (event.what === "packet") packets.changed(event.id);
  else if (event.what === "bill") bills.changed(event.id);
  else if (event.what === "charge") mine.charge = event.id;
});
hear("pay.wallet", () => {
  if (mine.wallet) void loadWallet().catch(() => undefined);
});
hear("hello", () => {
  for (const those of [handovers, packets, bills]) those.all();
  if (mine.wallet) void loadWallet().catch(() => undefined);
});
