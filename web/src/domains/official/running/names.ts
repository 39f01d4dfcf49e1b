/** What a follower is called here: the remark of the staff, or the end of the opaque id. */

import { t } from "../../../kit/i18n.svelte";

export const nameOf = ({ remark, openid }: { remark: string; openid: string }): string =>
  remark || t("running.follower", { id: openid.slice(-4) });
