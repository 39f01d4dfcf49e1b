/** Why a message of an account came. */

import { t } from "../../kit/i18n.svelte";

/** In a word or two, under the message; empty for a plain answer to what one wrote. */
export function sayWhy(why: string | undefined): string {
  const [kind, name = ""] = split(why);
  if (kind === "broadcast") return t("official.why_broadcast");
  if (kind === "template") return t("official.why_template");
  if (kind === "preview") return t("official.why_preview");
  if (kind === "order") return t("official.why_order");
  if (kind === "desk") return name ? t("official.why_desk", { name }) : t("official.why_desk_all");
  return "";
}

/** In a sentence, on the sheet that says it. */
export function explainWhy(why: string | undefined, account: string, since: string): string {
  const [kind, name = ""] = split(why);
  if (kind === "broadcast") return t("official.because_broadcast", { account, since });
  if (kind === "template") return t("official.because_template", { account });
  if (kind === "preview") return t("official.because_preview", { account });
  if (kind === "order") return t("official.because_order", { account });
  if (kind === "desk" && name) return t("official.because_desk", { account, name });
  return t("official.because_reply", { account });
}

function split(why: string | undefined): [kind: string, rest?: string] {
  const at = why?.indexOf(":") ?? -1;
  return at < 0 ? [why ?? ""] : [why!.slice(0, at), why!.slice(at + 1)];
}
