/** The order of the list of conversations, and the number on the tab. */

import type { Conversation } from "../../kit/wire";

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
