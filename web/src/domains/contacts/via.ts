import { t } from "../../kit/i18n.svelte";
import type { RequestVia } from "../../kit/wire";

/** How somebody came upon me, in words. */
export const viaWords = (via: RequestVia): string => t(`via.${via}`);
