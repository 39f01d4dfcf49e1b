/** What the operator's books say. */

import type { AccountId, Millis } from "../../kit/wire";

export interface TrialBalance {
  rows: {
    currency: string;
    kind: string;
    number: number;
    accounts: number;
    debits_pending: number;
    debits_posted: number;
    credits_pending: number;
    credits_posted: number;
  }[];
  sums: { currency: string; posted: number; pending: number }[];
}

export interface Issue {
  id: string;
  kind: "issue" | "redeem";
  account: AccountId;
  amount: number;
  currency: string;
  reason: string;
  asked_by: AccountId;
  decided_by: AccountId | null;
  state: "waiting" | "done" | "refused";
  at: Millis;
}

export interface OpenCase {
  id: string;
  kind: string;
  about: string;
  detail: string;
  opened_at: Millis;
}

/** What a search found: a payment with its two accounts, or somebody's accounts with their last lines. */
export interface Found {
  accounts: { id: string; kind: string; owner: string; currency: string; credits_posted: number; debits_posted: number }[];
  entries: { id: string; kind: string; debit: string; credit: string; amount: number; currency: string; code: string; about: string | null; at: Millis }[];
}
