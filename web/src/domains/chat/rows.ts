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
  /** when it disappears, on the server's clock; null where it stays, or nobody here knows */
  ends: number | null;
}

const PAUSE_MS = 10 * 60_000;

const isLine = (item: Item): boolean => isNotice(item.message.card) || isRecalled(item.message.card);
const writer = (item: Item): string => (item.mine ? "me" : (item.message.sender ?? `imported ${item.message.author ?? ""}`));

function together(above: Item | undefined, below: Item | undefined): boolean {
  if (!above || !below || isLine(above) || isLine(below) || writer(above) !== writer(below)) return false;
  return below.message.at - above.message.at < PAUSE_MS && sameDay(above.message.at, below.message.at);
}

/** For how long a message lives, item by item: what was agreed when it was sent. Before the first agreement in sight nobody knows. */
function lives(items: readonly Item[], now: number): number[] {
  const agreed = ({ message: { card } }: Item): number | null =>
    !isNotice(card) || !card.key.startsWith("timer_") ? null : card.key === "timer_set" ? Number(card.text) : 0;
  let ms = items.some((item) => agreed(item) !== null) ? 0 : now;
  return items.map((item) => (ms = agreed(item) ?? ms));
}

/** The rows of a log. `unreadFrom` is the seq under the divider, `expires` the time after which messages disappear now (0: never). */
export function rowsOf(items: readonly Item[], unreadFrom: number | null, expires = 0): Row[] {
  const life = expires || items.some(({ message: { card } }) => isNotice(card)) ? lives(items, expires) : [];
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
      ends: life[i] && item.seq !== null && !isLine(item) ? item.message.at + (life[i] ?? 0) : null,
    };
  });
}
