/** A conversation of the small server, and how one of its members sees it. */

import type { AccountId, Conversation, ConversationId, Message, Seq, TextCard } from "../src/kit/wire";
import { person } from "./cast";

export interface Membership {
  from_seq: Seq;
  read_seq: Seq;
  delivered_seq: Seq;
  changed_at: number;
  pinned: boolean;
  muted: boolean;
  archived: boolean;
  marked_unread: boolean;
}

export interface Room {
  id: ConversationId;
  kind: "direct" | "group";
  name: string | null;
  members: Map<AccountId, Membership>;
  log: Message[];
  changed_at: number;
}

/** A conversation as an account sees it. */
export function seenBy(account: AccountId, room: Room): Conversation {
  const mine = room.members.get(account)!;
  const peer = room.kind === "direct" ? [...room.members].find(([id]) => id !== account) : undefined;
  const last = room.log.at(-1);
  const counted = last?.counted ?? 0;
  const readAt = room.log[Math.max(mine.read_seq, mine.from_seq) - 1]?.counted ?? 0;
  const visible = last && last.seq > mine.from_seq ? last : null;
  const calls = ({ card, seq, sender }: Message): boolean =>
    seq > mine.read_seq &&
    sender !== account &&
    Boolean((card as TextCard).mentions?.some(({ account }) => account === account));
  return {
    id: room.id,
    kind: room.kind,
    name: room.name,
    avatar: null,
    notice: null,
    peer: peer ? person(peer[0]) : null,
    member_count: room.members.size,
    role: "member",
    last_seq: room.log.length,
    first_seq: mine.from_seq + 1,
    counted,
    unread: visible && (visible.sender !== account || visible.ref !== null) ? counted - readAt : 0,
    mentions: room.log.filter(calls).length,
    read_seq: mine.read_seq,
    delivered_seq: mine.delivered_seq,
    peer_read_seq: peer?.[1].read_seq ?? 0,
    peer_delivered_seq: peer?.[1].delivered_seq ?? 0,
    pinned: mine.pinned,
    muted: mine.muted,
    archived: mine.archived,
    marked_unread: mine.marked_unread,
    can_write: true,
    why_not: null,
    settings: room.kind === "group" ? { approval: false, members_can_invite: true } : null,
    last: visible,
    changed_at: room.changed_at,
    imported: false,
  };
}
