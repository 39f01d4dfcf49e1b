/** What became of money on the screen, and what the wallet holds. */

import { hear } from "../../kit/heard";
import { Live } from "../../kit/live.svelte";
import * as api from "./api";
import { callCredits } from "./money.svelte";
import type { Bill, Handover, MoneyChanged, Packet, Wallet } from "./wire";

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
