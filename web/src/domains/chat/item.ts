/** What the screen shows of one message. */

import type { Message, Seq, WireError } from "../../kit/wire";

/** What stands beside my own message: on its way, unknown, refused, on disk, on a device, read. */
export type Tick = "clock" | "unconfirmed" | "failed" | "sent" | "delivered" | "read";

/** One line of a conversation: a log entry, or an intent of the outbox that has no seq yet. */
export interface Item {
  /** Stable over its whole life, so that a bubble stays the same element when its message gets a seq. */
  key: string;
  /** Null while in the outbox. */
  seq: Seq | null;
  /** While in the outbox: seq 0, at = when it was written. */
  message: Message;
  mine: boolean;
  /** Set while in the outbox. */
  nonce: string | null;
  state: "held" | "waiting" | "unconfirmed" | "failed" | "stored";
  /** Why it was refused. */
  failure: WireError | null;
  /** A change of this message that was refused, by its nonce, and why. */
  unchanged?: { nonce: string; failure: WireError | null };
}

/** The tick of a message of mine, from how far others have received and read. */
export function tickAt(seq: Seq, delivered: Seq, read: Seq): Tick {
  if (read >= seq) return "read";
  return delivered >= seq ? "delivered" : "sent";
}
