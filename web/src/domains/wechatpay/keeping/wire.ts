/** A shop's WeChat Pay as its keeper sees it. Amounts in minor units, times in milliseconds. */

import type { Millis } from "../../../kit/wire";

export type Mode = "certificate" | "public_key";

export interface MerchantNumber {
  mchid: string;
  shop: string;
  name: string;
  currency: string;
  mode: Mode;
  test: boolean;
  closed: boolean;
  appids: string[];
  providers: string[];
  keys: { serial: string; certificate: boolean; created_at: Millis }[];
  /** only where they are new */
  key_v3: string | null;
  key_v2: string | null;
}

/** PEM; the private half only where this place made it, and only this once */
export interface KeyPair {
  serial: string;
  public_key: string;
  certificate: string | null;
  private_key: string | null;
}

export interface PlatformKeys {
  public_key_id: string;
  public_key: string;
  certificates: { serial: string; certificate: string }[];
}

export interface Notice {
  id: string;
  event: string;
  url: string;
  tries: number;
  /** of the last answer; 0 where there was none */
  status: number;
  state: "waiting" | "taken" | "given_up";
  at: Millis;
  next_at: Millis;
}

export interface ShopOrder {
  id: string;
  out_trade_no: string;
  transaction_id: string | null;
  trade_type: string;
  description: string;
  amount: number;
  refunded: number;
  currency: string;
  state: "NOTPAY" | "SUCCESS" | "REFUND" | "CLOSED" | "REVOKED" | "USERPAYING" | "PAYERROR";
  created_at: Millis;
  paid_at: Millis | null;
}

export interface ShopOrders {
  orders: ShopOrder[];
  cursor: string | null;
  /** the last day that has a bill, where the place is */
  billed: string;
}

/** An official account or a mini-app of mine: what can take money for a shop. */
export interface Taker {
  appid: string;
  name: string;
}
