/** Amounts as people read and type them. Inside they are whole numbers of the currency's smallest unit. */

import { language } from "../../kit/i18n.svelte";

/** ISO 4217's digits where they are not two, and the digits people write where those are fewer. */
const DIGITS: Record<string, number> = { BHD: 3, IQD: 3, JOD: 3, KWD: 3, LYD: 3, OMR: 3, TND: 3, CLF: 4, UYW: 4, PTS: 0 };
const WHOLE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
const SHOWN_WHOLE = "AFN ALL IDR IRR IQD KPW LAK LBP MGA MMK RSD SOS SYP YER";
export const CREDITS = "PTS";

export const digitsOf = (currency: string): number => DIGITS[currency] ?? (WHOLE.includes(currency) ? 0 : 2);
export const shownOf = (currency: string): number => (SHOWN_WHOLE.includes(currency) ? 0 : digitsOf(currency));
/** The smallest sum that is paid. */
export const stepOf = (currency: string): number => 10 ** (digitsOf(currency) - shownOf(currency));

const CALLED = "warung.credits";

class Names {
  credits = $state(globalThis.localStorage?.getItem(CALLED) ?? "");
}
const names = new Names();

/** What credits are called here; the wallet says it, and this device remembers. */
export function callCredits(name: string): void {
  if (name === names.credits) return;
  names.credits = name;
  globalThis.localStorage?.setItem(CALLED, name);
}

const decimal = (amount: number, currency: string): number => amount / 10 ** digitsOf(currency);
const options = (currency: string): Intl.NumberFormatOptions => ({
  minimumFractionDigits: shownOf(currency),
  maximumFractionDigits: shownOf(currency),
});

/** The number alone, in the reader's digits: 25.000 */
export const figures = (amount: number, currency: string, tag: string = language()): string =>
  decimal(amount, currency).toLocaleString(tag, options(currency));

/** What stands beside the number: Rp, $, or what credits are called here. */
export function unit(currency: string, tag: string = language()): string {
  if (currency === CREDITS) return names.credits;
  const parts = new Intl.NumberFormat(tag, { style: "currency", currency, currencyDisplay: "narrowSymbol" }).formatToParts(1);
  return parts.find((part) => part.type === "currency")?.value ?? currency;
}

/** An amount in one line: Rp 25.000, or 25.000 poin. */
export function written(amount: number, currency: string, tag: string = language()): string {
  if (currency === CREDITS) return `${figures(amount, currency, tag)}\u00a0${names.credits}`.trim();
  return decimal(amount, currency).toLocaleString(tag, { ...options(currency), style: "currency", currency, currencyDisplay: "narrowSymbol" });
}

/** With its sign, for a history; the mark keeps the sign before the number where lines run from right to left. */
export const signed = (amount: number, currency: string): string =>
  `${language() === "ar" ? "\u200e" : ""}${amount < 0 ? "−" : "+"}${written(Math.abs(amount), currency)}`;

interface Marks {
  group: string;
  decimal: string;
}

function marks(tag: string): Marks {
  const parts = new Intl.NumberFormat(tag, { useGrouping: true }).formatToParts(1234567.5);
  const of = (type: string, otherwise: string): string => parts.find((part) => part.type === type)?.value ?? otherwise;
  return { group: of("group", ","), decimal: of("decimal", ".") };
}

/** Write the digits of one script as 0-9; null where several are mixed. */
export function latin(text: string): string | null {
  let zero = -1;
  let out = "";
  for (const letter of text) {
    if (!/\p{Nd}/u.test(letter)) {
      out += letter;
      continue;
    }
    // the ten digits of a script stand in a row
    let first = letter.codePointAt(0) ?? 0;
    for (let back = 0; back < 9 && /\p{Nd}/u.test(String.fromCodePoint(first - 1)); back++) first--;
    const found = letter.codePointAt(0) ?? 0;
    const start = zero >= 0 && found >= zero && found < zero + 10 ? zero : first;
    if (zero >= 0 && start !== zero) return null;
    zero = start;
    out += String(found - start);
  }
  return out;
}

/**
 * Read an amount as a person typed it, in any script's digits, the way their language writes numbers. Null for what would have to be
 * guessed: `50.000` is fifty thousand in Indonesian and nothing that can be paid in English.
 */
export function read(text: string, currency: string, tag: string = language()): number | null {
  const { group, decimal: point } = marks(tag);
  const bare = text.replace(/[\s\u200e\u200f\u061c\u2066-\u2069]/g, "").replace(/^(Rp\.?|\p{Sc})|\p{Sc}$/giu, "");
  const typed = latin(bare.replaceAll("٬", group === "٬" ? "٬" : group).replaceAll("٫", point));
  if (typed === null || typed === "") return null;
  const [whole = "", part, ...rest] = typed.split(point);
  if (rest.length || (part !== undefined && !/^[0-9]{1,4}$/.test(part))) return null;
  const groups = whole.split(group);
  const even = groups.length === 1 || (/^[0-9]{1,3}$/.test(groups[0] ?? "") && groups.slice(1).every((one) => one.length === 3));
  const indian = tag.startsWith("hi") && groups.length > 1 && groups.slice(1, -1).every((one) => one.length === 2) && groups.at(-1)?.length === 3;
  const digits = groups.join("");
  if (!(even || indian) || !/^[0-9]{1,13}$/.test(digits)) return null;
  const fraction = part ?? "";
  if (fraction.length > Math.max(digitsOf(currency), 2)) return null;
  const kept = fraction.replace(/0+$/, "");
  if (kept.length > digitsOf(currency)) return null;
  const amount = Number(digits + kept.padEnd(digitsOf(currency), "0"));
  return Number.isSafeInteger(amount) && amount > 0 && amount % stepOf(currency) === 0 ? amount : null;
}
