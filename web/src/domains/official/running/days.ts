/** Days as the statistics count them, YYYY-MM-DD, by the clock of UTC. */

import type { Day } from "./wire";

const DAY_MS = 86_400_000;
const named = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** The first and the last of the `n` days that end today. */
export const lately = (n: number): [from: string, to: string] => [named(Date.now() - (n - 1) * DAY_MS), named(Date.now())];

/** The same days one by one: a day on which nothing happened is all zeroes, and as many follow as the day before. */
export function days(known: readonly Day[], n: number): Day[] {
  const by = new Map(known.map((day) => [day.day, day]));
  let total = known[0] ? known[0].total - known[0].new + known[0].gone : 0;
  return Array.from({ length: n }, (_, i) => {
    const name = named(Date.now() - (n - 1 - i) * DAY_MS);
    const day = by.get(name) ?? { ...NOTHING, day: name, total };
    total = day.total;
    return day;
  });
}

const NOTHING: Day = {
  day: "", new: 0, gone: 0, total: 0, reads: 0, readers: 0, shares: 0, favourites: 0, menu_clicks: 0, messages: 0, writers: 0, calls: 0, failed: 0,
}; // prettier-ignore
