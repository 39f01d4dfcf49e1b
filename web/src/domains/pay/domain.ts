// What pay brings to the client. A few lines until it is wanted.
import { withWords } from "../../kit/i18n.svelte";
import type { Loader } from "../../kit/route";
import { type ClientDomain, lazy } from "../chat/plugs";

const page =
  (name: "Wallet" | "TakingsPage" | "BankPage" | "GivePage" | "PinPage" | "SafetyPage" | "StatementPage" | "PacketPage" | "BillPage" | "PayCodePage" | "PayerCode" | "ShopPage" | "Books"): Loader =>
  async () =>
    (await withWords(() => import("./pages"), "pay"))[name] as Awaited<ReturnType<Loader>>;

export const DOMAIN: ClientDomain = {
  name: "pay",
  cards: {
    "pay.handover": { load: lazy("pay", () => import("./HandoverCard.svelte")), bare: true, stays: true },
    "pay.packet": { load: lazy("pay", () => import("./PacketCard.svelte")), bare: true, stays: true },
    "pay.bill": { load: lazy("pay", () => import("./BillCard.svelte")), bare: true, stays: true },
    "pay.reminder": { load: lazy("pay", () => import("./ReminderCard.svelte")), bare: true, stays: true },
    "pay.receipt": { load: lazy("pay", () => import("./ReceiptCard.svelte")), bare: true, stays: true },
    "pay.safety": { load: lazy("pay", () => import("./SafetyCard.svelte")), bare: true, stays: true },
    "pay.news": { load: lazy("pay", () => import("./News.svelte")), note: true },
  },
  drawer: [
    {
      label: "pay.packet",
      icon: "packet",
      load: lazy("pay", () => import("./PacketSheet.svelte")),
      when: (conversation) => conversation.can_write && ["direct", "group"].includes(conversation.kind),
    },
    {
      label: "pay.transfer",
      icon: "transfer",
      load: lazy("pay", () => import("./GiveSheet.svelte")),
      when: (conversation) => conversation.can_write && conversation.kind === "direct",
    },
    {
      label: "pay.split",
      icon: "split",
      load: lazy("pay", () => import("./BillSheet.svelte")),
      when: (conversation) => conversation.can_write && ["direct", "group"].includes(conversation.kind),
    },
  ],
  // a shop's code begins as EMVCo's do; eighteen digits after 62 are a payer's, for who keeps a shop
  scans: [
    (text) => (text.startsWith("000201") ? `/pay?code=${encodeURIComponent(text)}` : null),
    (text) => (/^62\d{16}$/.test(text) ? `/wallet/shop?charge=${text}` : null),
  ],
  rows: [{ label: "pay.wallet", icon: "wallet", tint: "leaf", to: "/wallet" }],
  operator: [{ label: "pay.books", icon: "receipt", to: "/operator/books" }],
  routes: [
    { pattern: "/wallet", load: page("Wallet"), side: "me" },
    { pattern: "/wallet/give", load: page("GivePage"), side: "me" },
    { pattern: "/wallet/pin", load: page("PinPage"), side: "me" },
    { pattern: "/wallet/safety", load: page("SafetyPage"), side: "me" },
    { pattern: "/wallet/statement", load: page("StatementPage"), side: "me" },
    { pattern: "/wallet/bank", load: page("BankPage"), side: "me" },
    { pattern: "/wallet/code", load: page("PayerCode"), side: "me" },
    { pattern: "/wallet/shop", load: page("ShopPage"), side: "me" },
    { pattern: "/wallet/shop/takings", load: page("TakingsPage"), side: "me" },
    { pattern: "/packet/:id", load: page("PacketPage"), side: "chats" },
    { pattern: "/bill/:id", load: page("BillPage"), side: "chats" },
    { pattern: "/pay", load: page("PayCodePage"), side: "chats" },
    { pattern: "/operator/books", load: page("Books"), side: "me" },
  ],
};
