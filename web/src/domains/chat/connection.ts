import { t } from "../../kit/i18n.svelte";
import { store } from "./store.svelte";

/** The state of the connection for a title; empty when all is well. */
export function connectionWords(): string {
  if (store.connection === "offline") return t("state.offline");
  if (store.connection === "connecting") return t("state.connecting");
  return store.syncing ? t("state.updating") : "";
}
