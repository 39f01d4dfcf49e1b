// How items stand under each other: who begins and ends a group of bubbles, where a day begins, where the unread begin.
import { sameDay } from "../../kit/time.svelte";
import { isNotice, isRecalled } from "./phrases";
import type { Item } from "./store.svelte";

export interface Row {
  item: Item;
  /** first and last bubble of one writer's group */
  first: boolean;
  last: boolean;
  /** a new day begins above this row */
  day: boolean;
  /** the divider stands above this row */
  unread: boolean;
}

const PAUSE_MS = 10 * 60_000;

const isLine = (item: Item): boolean => isNotice(item.message.card) || isRecalled(item.message.card);
const writer = (item: Item): string => (item.mine ? "me" : (item.message.sender ?? `imported ${item.message.author ?? ""}`));

function together(above: Item | undefined, below: Item | undefined): boolean {
  if (!above || !below || isLine(above) || isLine(below) || writer(above) !== writer(below)) return false;
  return below.message.at - above.message.at < PAUSE_MS && sameDay(above.message.at, below.message.at);
}

/** The rows of a log. `unreadFrom` is the seq under the divider. */
export function rowsOf(items: readonly Item[], unreadFrom: number | null): Row[] {
  return items.map((item, i) => {
    const above = items[i - 1];
    const below = items[i + 1];
    const unread = unreadFrom !== null && item.seq === unreadFrom;
    return {
      item,
      first: unread || !together(above, item),
      last: !together(item, below) || (unreadFrom !== null && below?.seq === unreadFrom),
      day: !above || !sameDay(above.message.at, item.message.at),
      unread,
    };
  });
}
