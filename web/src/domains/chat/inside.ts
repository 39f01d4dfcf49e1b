// A card inside another one: drawn as the message that it was.
import type { Card, Message, Preview } from "../../kit/wire";

export interface ForwardedMessage {
  type: "chat.forwarded";
  name: string;
  card: Card;
  inner?: Preview | null;
  words?: string;
}

export interface Said {
  name: string;
  at: number;
  card: Card;
  preview?: Preview | null;
}

export interface HistoryMessage {
  type: "chat.history";
  title: string;
  said: Said[];
}

/** The message that a card inside `outer` was: at the same place, so that what it carries is found. */
export function inner(outer: Message, card: Card, preview: Preview | null | undefined): Message {
  return { ...outer, card, preview: preview ?? null, reply: null, ref: null };
}
