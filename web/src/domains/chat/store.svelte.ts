/** The state of conversations as the screens see it. */

import type { Message, WireError } from "../../kit/wire";

/** What stands beside my own message: on its way, unknown, refused, on disk, on a device, read. */
export type Tick = "clock" | "unconfirmed" | "failed" | "sent" | "delivered" | "read";

/** One line of a conversation as the screen shows it: a log entry, or an intent of the outbox that has no seq yet. */
export interface Item {
  /** Stable over its whole life, so that a bubble stays the same element when its message gets a seq. */
  key: string;
  seq: number | null;
  message: Message;
  mine: boolean;
  nonce: string | null;
  state: "waiting" | "unconfirmed" | "failed" | "stored";
  failure: WireError | null;
}
