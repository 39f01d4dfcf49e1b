import { hear } from "../../kit/heard";
import { withWords } from "../../kit/i18n.svelte";
import { type ClientDomain, lazy } from "../chat/plugs";

export const DOMAIN: ClientDomain = {
  name: "push",
  routes: [{ pattern: "/me/push", load: lazy("push", () => import("./PushPage.svelte")), side: "me" }],
  rows: [{ label: "push.title", icon: "bell", to: "/me/push" }],
};

// A browser may drop its subscription at any time, and another language may be spoken now: looked after at every new connection.
if (typeof Notification !== "undefined" && Notification.permission === "granted")
  hear("hello", () => void withWords(() => import("./device"), "push").then((device) => device.repair().catch(() => undefined)));
