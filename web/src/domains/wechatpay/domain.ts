// What shops' programs bring to the client that speak WeChat Pay: orders to be paid. A few lines until one is opened.
import { withWords } from "../../kit/i18n.svelte";
import type { Loader } from "../../kit/route";
import type { ClientDomain } from "../chat/plugs";

const CODE = "weixin://wxpay/bizpayurl?";
const page: Loader = async () => (await withWords(() => import("./OrderPage.svelte"), "pay")).default as Awaited<ReturnType<Loader>>;

export const DOMAIN: ClientDomain = {
  name: "wechatpay",
  scans: [(text) => (text.startsWith(CODE) ? `/pay/wx?code=${encodeURIComponent(text)}` : null)],
  routes: [
    { pattern: "/pay/wx", load: page, side: "chats" },
    { pattern: "/pay/wx/:token", load: page, side: "chats" },
  ],
};
