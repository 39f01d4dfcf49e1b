// What failed, in words for the place beside the thing that failed.
import { ApiError } from "./api";
import { type Key, t } from "./i18n.svelte";

const LOCAL: Record<string, Key> = { offline: "error.offline", not_confirmed: "error.not_confirmed" };

/** The sentence of anything that was thrown; a refusal of the server brings its own. */
export function words(error: unknown): string {
  if (!(error instanceof ApiError)) return t("error.server");
  const local = LOCAL[error.code];
  return local ? t(local) : error.message || t("error.server");
}
