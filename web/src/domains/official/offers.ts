/** Accounts that were offered, on the screen: what became of each is asked for, and again when the socket says that it is another. */

import { hear } from "../../kit/heard";
import { Live } from "../../kit/live.svelte";
import * as api from "./api";
import type { OfferState } from "./wire";

export const offers = new Live<OfferState>(async (id) => (await api.offerState(id)).state);

hear<{ type: "official.offer_changed"; id: string }>("official.offer_changed", ({ id }) => offers.changed(id));
hear("hello", () => offers.all());
