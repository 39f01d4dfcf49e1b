/** Where the parts are: each is loaded with its words when it is first wanted. */

import type { Component } from "svelte";
import { withWords } from "../../kit/i18n.svelte";

const PARTS = {
  card: () => withWords(() => import("./TransferCard.svelte"), "pay"),
  shipment: () => withWords(() => import("./ShipmentCard.svelte"), "pay"),
  order: () => withWords(() => import("./OrderPage.svelte"), "pay"),
  keep: () => withWords(() => withWords(() => import("./keeping/Keep.svelte"), "till"), "pay"),
};

export type Part = keyof typeof PARTS;

/** Load a part. The modules themselves are kept by the browser. */
export const part = async (name: Part): Promise<Component> => (await PARTS[name]()).default as Component;
