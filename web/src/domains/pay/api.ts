/** The wallet's routes. Every id of a payment is made here, once per intent: sending it again is the same payment. */

import { address, drop, get, post, put } from "../../kit/api";
import type { ConversationId, PasskeyOptions } from "../../kit/wire";
import type { Bill, Charge, Handover, History, Intent, Packet, Payment, Scanned, Shop, ShopCode, ShownCode, Wallet, Withdrawal, Withdrawals } from "./wire";

const part = encodeURIComponent;

export const wallet = (): Promise<Wallet> => get("/wallet");
export type HistoryQuery = { currency: string; before?: string; code?: string; q?: string };
export const history = (query: HistoryQuery): Promise<History> => get("/wallet/history", query);
export const statementUrl = (query: { currency: string; since: number; until: number; kind: "pdf" | "csv" | "camt" }): string =>
  address("/wallet/statement", query);

export type Proof = { pin?: string; password?: string; flow?: string; credential?: unknown };
export const setPin = (pin: string, proof: Proof): Promise<void> => put("/wallet/pin", { pin, proof });
export const beginPinByPasskey = (): Promise<PasskeyOptions> => post("/wallet/pin/passkey");
export const approveByPin = (intent: Intent, pin: string): Promise<{ approval: string }> => post("/wallet/approvals", { intent, pin });
export const beginApproval = (intent: Intent): Promise<PasskeyOptions> => post("/wallet/approvals/passkey", intent);
export const approveByPasskey = (intent: Intent, flow: string, credential: unknown): Promise<{ approval: string }> =>
  post("/wallet/approvals", { intent, flow, credential });
export const freeze = (): Promise<void> => post("/wallet/freeze");
export const unfreeze = (pin: string): Promise<void> => post("/wallet/unfreeze", { pin });
export const preferences = (): Promise<{ instant: boolean }> => get("/wallet/preferences");
export const setPreferences = (instant: boolean): Promise<{ instant: boolean }> => put("/wallet/preferences", { instant });

export const withdrawals = (): Promise<Withdrawals> => get("/wallet/withdrawals");
export const withdraw = (body: { id: string; amount: number; currency: string; approval: string }): Promise<Withdrawal> =>
  post("/wallet/withdrawals", body);

export type Give = { id: string; to: string; amount: number; currency: string; note: string; approval: string };
export const give = (body: Give): Promise<Handover> => post("/handovers", body);
export const handover = (id: string): Promise<Handover> => get(`/handovers/${part(id)}`);
export const accept = (id: string): Promise<Handover> => post(`/handovers/${part(id)}/accept`);
export const decline = (id: string): Promise<Handover> => post(`/handovers/${part(id)}/decline`);

export interface GivePacket {
  id: string;
  conversation: ConversationId;
  kind: "equal" | "lucky";
  total: number;
  shares: number;
  currency: string;
  message: string;
  approval: string;
}
export const givePacket = (body: GivePacket): Promise<Packet> => post("/packets", body);
export const packet = (id: string): Promise<Packet> => get(`/packets/${part(id)}`);
export const openPacket = (id: string): Promise<{ amount: number }> => post(`/packets/${part(id)}/open`);

export interface Ask {
  id: string;
  conversation: ConversationId;
  title: string;
  currency: string;
  owed: { account: string; amount?: number }[];
  total?: number;
}
export const ask = (body: Ask): Promise<Bill> => post("/bills", body);
export const bills = (): Promise<Bill[]> => get("/bills");
export const bill = (id: string): Promise<Bill> => get(`/bills/${part(id)}`);
export const payShare = (bill: string, id: string, approval: string): Promise<Bill> => post(`/bills/${part(bill)}/pay`, { id, approval });
export const declineShare = (bill: string): Promise<Bill> => post(`/bills/${part(bill)}/decline`);
export const remind = (bill: string): Promise<Bill> => post(`/bills/${part(bill)}/remind`);
export const closeBill = (bill: string): Promise<Bill> => post(`/bills/${part(bill)}/close`);

export const scan = (text: string): Promise<Scanned> => post("/codes/scan", { text });
export const payCode = (body: { id: string; text: string; amount: number; currency: string; approval: string }): Promise<unknown> =>
  post("/codes/pay", body);
export const myCodes = (): Promise<ShownCode[]> => post("/wallet/codes");
export const charge = (id: string): Promise<Charge> => get(`/charges/${part(id)}`);
export const payCharge = (charge: string, id: string, approval: string): Promise<Charge> => post(`/charges/${part(charge)}/pay`, { id, approval });
export const declineCharge = (charge: string): Promise<Charge> => post(`/charges/${part(charge)}/decline`);

export const shops = (): Promise<Shop[]> => get("/merchants");
export const openShop = (name: string, city: string): Promise<Shop> => post("/merchants", { name, city });
export const closeShop = (id: string): Promise<void> => drop(`/merchants/${part(id)}`);
export const takings = (shop: string, before?: string): Promise<{ payments: Payment[]; cursor: string | null }> =>
  get(`/merchants/${part(shop)}/payments`, before ? { before } : {});
export const giveBack = (payment: string, id: string, amount: number): Promise<unknown> =>
  post(`/payments/${part(payment)}/refunds`, { id, amount });
export const printedCode = (shop: string, currency: string): Promise<ShopCode> => get(`/merchants/${part(shop)}/code`, { currency });
export const makeCode = (shop: string, amount: number, currency: string): Promise<ShopCode> =>
  post(`/merchants/${part(shop)}/codes`, { amount, currency });
export const chargeCode = (shop: string, body: { id: string; code: string; amount: number; currency: string }): Promise<Charge> =>
  post(`/merchants/${part(shop)}/charges`, body);
