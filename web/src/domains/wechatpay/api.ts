/**
 * Orders of shops' programs, and their money for people. The id of a payment is made here, once per intent: sending it again is the same
 * payment.
 */

import { post } from "../../kit/api";

/** What a page hands over to have its order paid, signed by the shop; names as WeixinJSBridge has them. */
export interface PageCall {
  appId: string;
  timeStamp: string;
  nonceStr: string;
  package: string;
  signType: string;
  paySign: string;
}

/** How one came to an order: by a scanned code, by the end of an H5 address, or by a page's call. Exactly one. */
export type AskedOrder = { code: string } | { link: string } | { page: PageCall };

export interface Order {
  id: string;
  payee: string;
  name: string;
  description: string;
  amount: number;
  currency: string;
  state: "NOTPAY" | "SUCCESS" | "REFUND" | "CLOSED" | "REVOKED" | "USERPAYING" | "PAYERROR";
  ends_at: number;
  test: boolean;
  parts: { name: string; description: string; amount: number }[];
}

export const look = (order: AskedOrder): Promise<Order> => post("/wechatpay/orders/look", order);
export const pay = (id: string, order: AskedOrder, approval: string | null): Promise<Order> =>
  post("/wechatpay/orders/pay", { id, order, approval });

/** How one came to money that waits: by a page, with the names of requestMerchantTransfer, or by a card. */
export type AskedTransfer = { mchId: string; appId: string; package: string } | { id: string };

export interface Transfer {
  id: string;
  shop: string;
  name: string;
  remark: string;
  amount: number;
  currency: string;
  state: "WAIT_USER_CONFIRM" | "SUCCESS" | "FAIL" | "CANCELLED";
  ends_at: number;
}

export const lookTransfer = (asked: AskedTransfer): Promise<Transfer> => post("/wechatpay/transfers/look", asked);
export const takeTransfer = (asked: AskedTransfer): Promise<Transfer> => post("/wechatpay/transfers/take", asked);
