// Amounts as people type and read them.
import { expect, test } from "vitest";
import { digitsOf, read, shownOf, signed, stepOf, unit, written } from "../src/domains/pay/money.svelte";

test.each([
  ["50.000", "IDR", "id", 50_000_00],
  ["Rp 50.000", "IDR", "id", 50_000_00],
  ["50.000,00", "IDR", "id", 50_000_00],
  ["50000", "IDR", "id", 50_000_00],
  ["50,000", "IDR", "en", 50_000_00],
  ["٥٠٬٠٠٠", "IDR", "ar", 50_000_00],
  ["५०,०००", "IDR", "hi", 50_000_00],
  ["1,00,000", "INR", "hi", 100_000_00],
  ["12.5", "USD", "en", 12_50],
  ["12,5", "USD", "id", 12_50],
  ["$12.50", "USD", "en", 12_50],
  ["500", "JPY", "zh", 500],
  ["1.234", "BHD", "en", 1_234],
  ["250", "PTS", "id", 250],
  ["1.250", "PTS", "id", 1_250],
])("%s of %s in %s is read as %i", (text, currency, tag, amount) => {
  expect(read(text, currency, tag)).toBe(amount);
});

test.each([
  ["50.000", "IDR", "en"],
  ["50,000", "IDR", "id"],
  ["5.00.000", "IDR", "id"],
  ["1٢", "IDR", "id"],
  ["1e5", "IDR", "id"],
  ["½", "USD", "en"],
  ["-5", "USD", "en"],
  ["0", "IDR", "id"],
  ["", "IDR", "id"],
  ["50.000,50", "IDR", "id"],
  ["1.5", "JPY", "en"],
  ["9".repeat(20), "IDR", "id"],
  ["lima", "IDR", "id"],
])("%s of %s in %s is not guessed", (text, currency, tag) => {
  expect(read(text, currency, tag)).toBeNull();
});

test("currencies have their digits, and people pay in steps", () => {
  expect(["JPY", "USD", "IDR", "BHD", "PTS"].map((code) => [digitsOf(code), shownOf(code), stepOf(code)])).toEqual([
    [0, 0, 1],
    [2, 2, 1],
    [2, 0, 100],
    [3, 3, 1],
    [0, 0, 1],
  ]);
});

test("amounts are written as the reader's language does", () => {
  expect(written(56_000_00, "IDR", "id").replace(/\s/g, " ")).toBe("Rp 56.000");
  expect(written(12_50, "USD", "en")).toBe("$12.50");
  expect(written(1_250, "PTS", "id")).toBe("1.250");
  expect(signed(-5, "PTS")).toMatch(/^−5/);
  expect(unit("IDR", "id")).toBe("Rp");
});
