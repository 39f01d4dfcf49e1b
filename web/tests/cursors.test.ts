/** What is owed of cursors is told until the server has heard it, or has refused it for good. */

import { expect, test, vi } from "vitest";
import { ApiError } from "../src/kit/api";
import { Cursors } from "../src/kit/cursors";

const OWED = { delivered: 7, read: 7 };

test.each([
  ["overloaded", 4_300, 2, 1],
  ["not_confirmed", 10_000, 1, 0],
  ["not_a_member", 10_000, 1, 1],
])("a cursor that was refused as %s", async (code, after, told, settled) => {
  vi.useFakeTimers();
  try {
    const tell = vi.fn().mockRejectedValueOnce(new ApiError({ code, message: "", details: { retry_after_s: 4 } })).mockResolvedValue(undefined);
    const debtor = { stored: async () => undefined, owed: () => OWED, settled: vi.fn() };
    new Cursors(tell, debtor).due("kopi");
    await vi.advanceTimersByTimeAsync(300);
    expect(tell).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(after);
    expect(tell).toHaveBeenCalledTimes(told);
    expect(debtor.settled).toHaveBeenCalledTimes(settled);
  } finally {
    vi.useRealTimers();
  }
});
