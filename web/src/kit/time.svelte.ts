// Times as the reader says them. Everything comes in as milliseconds UTC.
import { language } from "./i18n.svelte";

const DAY = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

class Now {
  minute = $state(Date.now());
}
const now = new Now();
setInterval(() => (now.minute = Date.now()), 60_000);

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language() + JSON.stringify(options);
  const known = formats.get(key) ?? new Intl.DateTimeFormat(language(), options);
  formats.set(key, known);
  return known;
}

const capital = (text: string): string => text.charAt(0).toLocaleUpperCase(language()) + text.slice(1);

function daysAgo(at: number): number {
  const midnight = new Date(now.minute).setHours(0, 0, 0, 0);
  return Math.round((midnight - new Date(at).setHours(0, 0, 0, 0)) / DAY);
}

const relativeDay = (days: number): string => capital(new Intl.RelativeTimeFormat(language(), { numeric: "auto" }).format(-days, "day"));

/** 09.38 */
export const clock = (at: number): string => format({ hour: "2-digit", minute: "2-digit" }).format(at);

/** The heading over a day of messages: Today, Yesterday, Friday, 12 October, 12 October 2014. */
export function dayName(at: number): string {
  const days = daysAgo(at);
  if (days === 0 || days === 1) return relativeDay(days);
  if (days > 1 && days < 7) return capital(format({ weekday: "long" }).format(at));
  const sameYear = new Date(at).getFullYear() === new Date(now.minute).getFullYear();
  return format(sameYear ? { day: "numeric", month: "long" } : { day: "numeric", month: "long", year: "numeric" }).format(at);
}

/** The short time of a row in a list: 09.38, Yesterday, Mon, 12 Oct, 12/10/14. */
export function stamp(at: number): string {
  const days = daysAgo(at);
  if (days <= 0) return clock(at);
  if (days === 1) return relativeDay(1);
  if (days < 7) return capital(format({ weekday: "short" }).format(at));
  const sameYear = new Date(at).getFullYear() === new Date(now.minute).getFullYear();
  return format(sameYear ? { day: "numeric", month: "short" } : { day: "numeric", month: "numeric", year: "2-digit" }).format(at);
}

/** A date with its year, for what is far away: 12 October 2014. */
export const fullDate = (at: number): string => format({ day: "numeric", month: "long", year: "numeric" }).format(at);

/** How long ago: now, 5 minutes ago, 2 hours ago, yesterday, 12 Oct. */
export function ago(at: number): string {
  const relative = new Intl.RelativeTimeFormat(language(), { numeric: "auto" });
  const minutes = Math.floor((now.minute - at) / 60_000);
  if (minutes < 1) return relative.format(0, "second");
  if (minutes < 60) return relative.format(-minutes, "minute");
  if (minutes < 24 * 60) return relative.format(-Math.floor(minutes / 60), "hour");
  return stamp(at);
}

const SPANS = [
  ["year", 365 * DAY],
  ["month", 30 * DAY],
  ["week", 7 * DAY],
  ["day", DAY],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

/** So long, in the largest unit that fits: 1 week, 5 minutes. */
export function span(milliseconds: number): string {
  const [unit, size] = SPANS.find(([, each]) => milliseconds % each === 0) ?? SPANS.at(-1)!;
  return new Intl.NumberFormat(language(), { style: "unit", unit, unitDisplay: "long" }).format(milliseconds / size);
}

/** A day and a time: Fri, 12 Oct, 09.38. */
export const dayAndTime = (at: number): string =>
  format({ weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }).format(at);

/** Are these two moments on one calendar day here? */
export const sameDay = (a: number, b: number): boolean => new Date(a).toDateString() === new Date(b).toDateString();
