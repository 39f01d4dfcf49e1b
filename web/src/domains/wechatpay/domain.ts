// What shops' programs bring to the client that speak WeChat Pay: orders to be paid, money to be taken, and the pages of who keeps such a
// shop. What stands here is paid for by the first screen: `parts` knows what is where.
import type { Component } from "svelte";
import type { Loader, Side } from "../../kit/route";
import type { ClientDomain, Lazy } from "../chat/plugs";
import type { Part } from "./parts";

const part =
  <P extends object>(name: Part): Lazy<P> =>
  async () =>
    (await (await import("./parts")).part(name)) as Component<P>;
const pages = (name: Part, side: Side, ...patterns: string[]) => patterns.map((pattern) => ({ pattern, side, load: part(name) as Loader }));
const KEEP = "/wallet/shop/wechat";

export const DOMAIN: ClientDomain = {
  name: "wechatpay",
  cards: {
    "wechatpay.transfer": { load: part("card"), bare: true, stays: true },
    "wechatpay.shipment": { load: part("shipment"), bare: true, stays: true },
  },
  scans: [(text) => (text.startsWith("weixin://wxpay/bizpayurl?") ? `/pay/wx?code=${encodeURIComponent(text)}` : null)],
  routes: [...pages("order", "chats", "/pay/wx", "/pay/wx/:token"), ...pages("keep", "me", KEEP, `${KEEP}/:mchid`, `${KEEP}/:mchid/:work`)],
};
