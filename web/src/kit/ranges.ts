/**
 * What is known of a log: ranges of seq, each without holes, ascending, never touching each other.
 *
 * A log has no gaps, so two numbers say everything about a stretch of it, however long. A range is known when the server has shown it
 * whole; between two ranges lies a hole that is asked for when somebody looks there.
 */

import type { Seq } from "./wire";

/** From and to, both inside. */
export type Range = readonly [from: Seq, to: Seq];

/** Return `ranges` with everything from `from` to `to` added. An empty stretch adds nothing. */
export function cover(ranges: readonly Range[], from: Seq, to: Seq): readonly Range[] {
  if (from > to || ranges.some((range) => range[0] <= from && to <= range[1])) return ranges;
  const apart: Range[] = [];
  for (const range of ranges) {
    if (range[1] < from - 1 || range[0] > to + 1) apart.push(range);
    else {
      from = Math.min(from, range[0]);
      to = Math.max(to, range[1]);
    }
  }
  return [...apart, [from, to] as const].sort((a, b) => a[0] - b[0]);
}

/** Return `ranges` without anything before `first`. */
export function cut(ranges: readonly Range[], first: Seq): readonly Range[] {
  if (!ranges.length || ranges[0]![0] >= first) return ranges;
  return ranges.filter((range) => range[1] >= first).map((range) => [Math.max(range[0], first), range[1]] as const);
}

/** Return the range that holds `seq`. */
export function rangeOf(ranges: readonly Range[], seq: Seq): Range | undefined {
  return ranges.find((range) => range[0] <= seq && seq <= range[1]);
}

/** Return the last range that ends before `seq`. */
export function rangeBefore(ranges: readonly Range[], seq: Seq): Range | undefined {
  return ranges.filter((range) => range[1] < seq).at(-1);
}
