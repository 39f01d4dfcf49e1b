/** Orders of WeChat Pay that a page asks to have paid: looked at first, then paid with the person's approval. */

import { post } from "../../kit/api";

/** What a page hands over: signed by its merchant. */
export interface PageOrder {
  appId: string;
  timeStamp: string;
  nonceStr: string;
  package: string;
  signType: string;
  paySign: string;
}

export interface OrderView {
  id: string;
  payee: string;
  name: string;
  description: string;
  amount: number;
  currency: string;
  state: string;
  /** money of the test currency: no approval is needed */
  test: boolean;
}

/** Refused when the signature is wrong, and for an order that is somebody else's. */
export const lookAtOrder = (page: PageOrder): Promise<OrderView> => post("/wechatpay/orders/look", { page });
export const payOrder = (id: string, page: PageOrder, approval: string | null): Promise<OrderView> =>
  post("/wechatpay/orders/pay", { id, order: { page }, approval });
