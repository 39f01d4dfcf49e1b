/** The order of the list of conversations, and the number on the tab. */

import type { Intent } from "../../kit/db";
import type { AccountId, Conversation } from "../../kit/wire";
import { tickAt, type Tick } from "./item";
import type { FoldPlug, KindPlug } from "./plugs";

/** A row of the list: a conversation, or several that are folded into one, with the newest in front. */
export interface ListRow {
  one: Conversation;
  fold?: FoldPlug;
  inside: Conversation[];
}

/** Fold what the kinds of conversations fold. A row stands where the first of it stood; what is pinned keeps a row of its own. */
export function listRows(shown: readonly Conversation[], kinds: ReadonlyMap<string, KindPlug>): ListRow[] {
  const folds = new Map<FoldPlug, ListRow>();
  const rows: ListRow[] = [];
  for (const one of shown) {
    const fold = one.pinned ? undefined : kinds.get(one.kind)?.fold;
    const known = fold && folds.get(fold);
    if (!fold?.holds(one)) rows.push({ one, inside: [] });
    else if (known) known.inside.push(one);
    else {
      const row = { one, fold, inside: [one] };
      folds.set(fold, row);
      rows.push(row);
    }
  }
  return rows;
}

/** Return what the list shows: pinned first, then the newest. */
export function listed(conversations: Iterable<Conversation>, archived: boolean): readonly Conversation[] {
  const at = ({ last, changed_at }: Conversation): number => last?.at ?? changed_at;
  const shown = [...conversations].filter((conversation) => conversation.archived === archived);
  return shown.sort((a, b) => Number(b.pinned) - Number(a.pinned) || at(b) - at(a));
}

/** Return how much asks for me: the sum of the numbers in the list. */
export function unreadIn(conversations: readonly Conversation[]): number {
  const loud = conversations.filter(({ muted }) => !muted);
  return loud.reduce((sum, { unread, marked_unread }) => sum + (unread || Number(marked_unread)), 0);
}

/** The tick beside an account's own last message: where what waits in the outbox stands, else how far others have read. */
export function lastTick(conversation: Conversation, me: AccountId | undefined, intents: readonly Intent[]): Tick | null {
  const waiting = intents.filter((intent) => intent.conversation === conversation.id && intent.about === undefined).at(-1);
  if (waiting) return waiting.state === "waiting" || waiting.state === "held" ? "clock" : waiting.state;
  const { last } = conversation;
  if (!last || last.sender !== me || /^chat\.(notice|recall|expir|reaction|edit)/.test(last.card.type)) return null;
  return conversation.kind === "direct" ? tickAt(last.seq, conversation.peer_delivered_seq, conversation.peer_read_seq) : "sent";
}
