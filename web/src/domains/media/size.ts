/** How large a file is, in the reader's digits. */

import { language } from "../../kit/i18n.svelte";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

export function size(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1];
  const digits = value < 10 ? 1 : 0;
  return new Intl.NumberFormat(language(), { style: "unit", unit: UNITS[unit] ?? "byte", unitDisplay: "short", maximumFractionDigits: digits }).format(value);
}
