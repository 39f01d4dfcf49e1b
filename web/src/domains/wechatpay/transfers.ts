/** Money of shops on the screen: fetched by id when a card is drawn, and again when the socket says that it waits no more. */

import type { Key } from "../../kit/i18n.svelte";
import { hear } from "../../kit/heard";
import { Live } from "../../kit/live.svelte";
import * as api from "./api";

export const transfers = new Live<api.Transfer>((id) => api.lookTransfer({ id }));

/** The chip of each state: its words and its colour. */
export const CHIPS: Record<api.Transfer["state"], readonly [Key, "sun" | "leafy" | ""]> = {
  WAIT_USER_CONFIRM: ["pay.state_waiting", "sun"],
  SUCCESS: ["pay.state_accepted", "leafy"],
  FAIL: ["pay.state_returned", ""],
  CANCELLED: ["pay.state_returned", ""],
};

hear<{ type: "wechatpay.transfer_changed"; id: string }>("wechatpay.transfer_changed", ({ id }) => transfers.changed(id));
hear("hello", () => transfers.all());
