import { t } from "../../kit/i18n.svelte";
import type { Invite } from "../../kit/wire";

export const WEEK_S = 7 * 24 * 3600;
const DAY_MS = 24 * 3600 * 1000;

/** Does an invitation lead to the machine itself, where nobody else comes in? */
export const isOnlyHere = ({ url }: Invite): boolean => /^(localhost|127\..*|\[::1\])$/.test(new URL(url).hostname);

/** How long and for how many an invitation is good, such as "For 7 days, for 1 person". */
export function inviteTerms(invite: Invite): string {
  const days = invite.expires_at === null ? null : Math.max(1, Math.round((invite.expires_at - Date.now()) / DAY_MS));
  const time = days === null ? t("invite.no_end") : t("invite.days", { n: days });
  return `${time}, ${invite.uses_left === null ? t("invite.any_number") : t("invite.uses", { n: invite.uses_left })}`;
}
