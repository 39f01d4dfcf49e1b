/** What the server says about money. Amounts are whole numbers of a currency's smallest unit. */

import type { AccountId, ConversationId, Millis, Person, Profile, Seq } from "../../kit/wire";

export interface Balance {
  currency: string;
  balance: number;
  available: number;
  coming: number;
}

export interface Limits {
  payment: number;
  day: number;
  left: number;
  new_device: number;
  new_device_left: number;
  verified: boolean;
}

export interface Wallet {
  balances: Balance[];
  /** the currency of this place's own credits, and what they are called */
  credits: string;
  credits_name: string;
  limits: Limits;
  has_pin: boolean;
  frozen: boolean;
  frozen_by_operator: boolean;
  /** by how many minutes the clock of this place is ahead of UTC: days begin by it */
  ahead_min: number;
}

export interface Line {
  id: string;
  at: Millis;
  code: string;
  amount: number;
  currency: string;
  /** `name` is a shop's */
  other: { kind: string; account: Profile | null; owner: string | null; name: string | null };
  about: string | null;
  state: string;
}

export interface History {
  lines: Line[];
  cursor: string | null;
}

/** What is confirmed by PIN or passkey: the payee, the amount, and the id of this one payment. */
export interface Intent {
  payee: string;
  amount: number;
  currency: string;
  transfer: string;
}

export interface Handover {
  id: string;
  sender: AccountId;
  recipient: AccountId;
  conversation: ConversationId;
  seq: Seq;
  amount: number;
  currency: string;
  note: string;
  state: "waiting" | "accepted" | "declined" | "returned";
  at: Millis;
  ends_at: Millis | null;
  settled_at: Millis | null;
}

export interface Packet {
  id: string;
  sender: Person;
  conversation: ConversationId;
  seq: Seq;
  kind: "equal" | "lucky";
  message: string;
  currency: string;
  shares: number;
  opened: number;
  state: "open" | "finished" | "returned";
  mine: number | null;
  can_open: boolean;
  at: Millis;
  ends_at: Millis;
  ended_at: Millis | null;
  total: number | null;
  openers: { person: Person; amount: number; at: Millis; best: boolean }[] | null;
}

export interface Bill {
  id: string;
  collector: Person;
  conversation: ConversationId;
  seq: Seq;
  title: string;
  currency: string;
  total: number;
  paid: number;
  state: "open" | "settled" | "closed";
  at: Millis;
  ended_at: Millis | null;
  can_remind_at: Millis;
  shares: { person: Person; amount: number; state: "open" | "paid" | "declined"; at: Millis | null }[];
}

export interface Scanned {
  merchant: string | null;
  name: string;
  city: string;
  amount: number | null;
  currency: string | null;
  reference: string;
  network: "warung" | "qris" | "other";
  ends_at: Millis | null;
}

export interface ShownCode {
  code: string;
  svg: string;
  since: Millis;
  until: Millis;
}

export interface Charge {
  id: string;
  merchant: string;
  name: string;
  city: string;
  amount: number;
  currency: string;
  reference: string;
  state: "waiting" | "paid" | "declined";
  at: Millis;
  ends_at: Millis;
}

export interface Shop {
  id: string;
  name: string;
  city: string;
  category: string;
  closed_at: Millis | null;
}

/** What somebody paid to a shop; `reference` is the shop's own word for it. */
export interface Payment {
  id: string;
  amount: number;
  currency: string;
  reference: string;
  refunded: number;
  at: Millis;
}

export interface ShopCode {
  text: string;
  svg: string;
  name: string;
  city: string;
  amount: number | null;
  currency: string;
  reference: string;
  ends_at: Millis | null;
  id: string | null;
}

/** What is in cards. */
export interface HandoverCard {
  type: "pay.handover";
  id: string;
  to: AccountId;
  amount: number;
  currency: string;
  note?: string;
}
export interface PacketCard {
  type: "pay.packet";
  id: string;
  message?: string;
}
export interface BillCard {
  type: "pay.bill";
  id: string;
  title: string;
  total: number;
  currency: string;
  people: AccountId[];
}
export interface ReminderCard {
  type: "pay.reminder";
  id: string;
  title: string;
  people: AccountId[];
}
export interface NewsCard {
  type: "pay.news";
  key: string;
  about: string;
  actor?: AccountId;
  people?: AccountId[];
  amount?: number;
  currency?: string;
}
export interface ReceiptCard {
  type: "pay.receipt";
  transfer: string;
  code: string;
  amount: number;
  currency: string;
  other?: string;
  about?: string;
  shop?: string;
}

export interface SafetyCard {
  type: "pay.safety";
  what: "pin_made" | "pin_changed" | "frozen" | "opened";
}

/** Real money on its way to one's bank. */
export interface Withdrawal {
  id: string;
  account: AccountId;
  amount: number;
  currency: string;
  label: string;
  state: "held" | "sent" | "paid" | "failed" | "returned";
  at: Millis;
}

export interface Withdrawals {
  bank: string | null;
  withdrawals: Withdrawal[];
}

export interface MoneyChanged {
  type: "pay.changed";
  what: "handover" | "packet" | "bill" | "charge" | "sale";
  id: string;
}
