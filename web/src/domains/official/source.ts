/** How one came to follow an account, in words. */

import { type Key, t } from "../../kit/i18n.svelte";
import type { Kind, Source } from "./wire";

const WORDS: Partial<Record<Source, Key>> = {
  ADD_SCENE_SEARCH: "official.source_search",
  ADD_SCENE_QR_CODE: "official.source_code",
  ADD_SCENE_PROFILE_CARD: "official.source_card",
  ADD_SCENE_PROFILE_LINK: "official.source_link",
  ADD_SCENE_PROFILE_ITEM: "official.source_article",
  ADD_SCENE_PAID: "official.source_paid",
  ADD_SCENE_OTHERS: "official.source_other",
};

export const sourceWords = (source: Source): string => t(WORDS[source] ?? "official.source_other");

/** What kind of account it is, and how often it may write to all at most: 4 a month, 1 a day. */
export const kindWords = ({ kind }: { kind: Kind }): string => t(kind === "service" ? "official.service" : "official.subscription");
export const quotaWords = ({ most, per }: { most: number; per: "day" | "month" }): string =>
  t(per === "day" ? "running.per_day" : "running.per_month", { n: most });
