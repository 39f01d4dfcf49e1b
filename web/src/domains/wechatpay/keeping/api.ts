/** What the keeper of a shop does about its programs. */

import { address, drop, get, post, put } from "../../../kit/api";
import type { AccountId, Millis } from "../../../kit/wire";
import type { KeyPair, MerchantNumber, Mode, Notice, PlatformKeys, ShopOrder, ShopOrders, Taker } from "./wire";

const part = encodeURIComponent;
const of = (mchid: string): string => `/wechatpay/merchants/${part(mchid)}`;

interface Owned extends Taker {
  owner: AccountId;
  closed_at?: Millis | null;
}

export const numbers = (): Promise<MerchantNumber[]> => get("/wechatpay/merchants");
export const number = (mchid: string): Promise<MerchantNumber> => get(of(mchid));
export const register = (shop: string, currency: string, test: boolean): Promise<MerchantNumber> =>
  post("/wechatpay/merchants", { shop, currency, test });
export const change = (mchid: string, what: { mode?: Mode; key_v3?: string; key_v2?: string }): Promise<MerchantNumber> => put(of(mchid), what);
export const close = (mchid: string): Promise<void> => drop(of(mchid));
export const addKey = (mchid: string, pem: string | null): Promise<KeyPair> => post(`${of(mchid)}/keys`, { pem });
export const revokeKey = (mchid: string, serial: string): Promise<void> => drop(`${of(mchid)}/keys/${part(serial)}`);
export const bind = (mchid: string, appid: string): Promise<void> => put(`${of(mchid)}/apps/${part(appid)}`);
export const unbind = (mchid: string, appid: string): Promise<void> => drop(`${of(mchid)}/apps/${part(appid)}`);
export const allow = (mchid: string, provider: string): Promise<void> => put(`${of(mchid)}/providers/${part(provider)}`);
export const disallow = (mchid: string, provider: string): Promise<void> => drop(`${of(mchid)}/providers/${part(provider)}`);
export const notices = (mchid: string): Promise<Notice[]> => get(`${of(mchid)}/notices`);
export const sendAgain = (mchid: string, id: string): Promise<void> => post(`${of(mchid)}/notices/${part(id)}/send`);
export const platform = (): Promise<PlatformKeys> => get("/wechatpay/platform");
export const orders = (mchid: string, before?: string): Promise<ShopOrders> =>
  get(`${of(mchid)}/orders`, before ? { before } : {});
export const giveBack = (mchid: string, order: string, id: string, amount: number): Promise<ShopOrder> =>
  post(`${of(mchid)}/orders/${part(order)}/refunds`, { id, amount });
/** the address of a day's bill, for a link */
export const bill = (mchid: string, day: string): string => address(`${of(mchid)}/bills/${part(day)}`);

/** The official accounts and mini-apps that are mine and open. Of accounts the server also tells those that I only work for. */
export async function takers(me: AccountId | undefined): Promise<Taker[]> {
  const found = await Promise.all([get<Owned[]>("/officials"), get<Owned[]>("/apps")]);
  return found.flat().filter(({ owner, closed_at }) => owner === me && !closed_at);
}
