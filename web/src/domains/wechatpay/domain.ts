// What shops' programs bring to the client that speak WeChat Pay: orders to be paid, money to be taken, and the pages of who keeps such a
// shop. A few lines until one is opened.
import { withWords } from "../../kit/i18n.svelte";
import type { Loader } from "../../kit/route";
import { type ClientDomain, lazy } from "../chat/plugs";

const CODE = "weixin://wxpay/bizpayurl?";
const page: Loader = async () => (await withWords(() => import("./OrderPage.svelte"), "pay")).default as Awaited<ReturnType<Loader>>;
const keep: Loader = async () =>
  (await withWords(() => withWords(() => import("./keeping/Keep.svelte"), "till"), "pay")).default as Awaited<ReturnType<Loader>>;
const KEEP = "/wallet/shop/wechat";

export const DOMAIN: ClientDomain = {
  name: "wechatpay",
  cards: { "wechatpay.transfer": { load: lazy("pay", () => import("./TransferCard.svelte")), bare: true, stays: true } },
  scans: [(text) => (text.startsWith(CODE) ? `/pay/wx?code=${encodeURIComponent(text)}` : null)],
  routes: [
    { pattern: "/pay/wx", load: page, side: "chats" },
    { pattern: "/pay/wx/:token", load: page, side: "chats" },
    ...["", "/:mchid", "/:mchid/:work"].map((end) => ({ pattern: KEEP + end, load: keep, side: "me" as const })),
  ],
};
