/**
 * How what is known of a conversation changes: pure steps from one `Known` to the next.
 *
 * Two kinds of news arrive in any order: snapshots (a whole conversation, as the server saw it) and log entries. Positions only grow, so
 * both can be merged without asking which came first. Unread is never counted up: `counted - unread` is the running count at the read
 * cursor, and unread is the difference of two running counts of the log.
 */

import type { Known } from "./db";
import { cover, cut } from "./ranges";
import type { AccountId, Conversation, Message, Seq, TextCard } from "./wire";

/** The running count of the log at the read cursor. */
const countedAtRead = (conversation: Conversation): number => conversation.counted - conversation.unread;

const mentions = (mentioned: Known["mentioned"]): number => mentioned.count + mentioned.seqs.length;

/** Does this message call `me` by name, or everybody? */
export function calls(message: Message, me: AccountId): boolean {
  if (message.sender === me || message.card.type !== "chat.text") return false;
  return (message.card as TextCard).mentions?.some(({ account }) => account === me || account === "all") ?? false;
}

/** Return what is known of a conversation seen for the first time. */
export function meet(snapshot: Conversation): Known {
  const { id, last_seq, mentions: count } = snapshot;
  return { id, conversation: snapshot, ranges: [], mentioned: { upto: last_seq, count, seqs: [] }, owed: { delivered: 0, read: 0 } };
}

/**
 * Return `known` after a snapshot of the server.
 *
 * `late` says that log entries or cursors arrived after the snapshot was asked for, so that it may be behind them. My own cursors may
 * be ahead of the server's at any time: it hears of them later.
 */
export function merge(known: Known, snapshot: Conversation, late: boolean): Known {
  const old = known.conversation;
  const next = { ...snapshot };
  if (late || old.last_seq > snapshot.last_seq) {
    next.last_seq = Math.max(old.last_seq, snapshot.last_seq);
    next.counted = Math.max(old.counted, snapshot.counted);
    next.peer_read_seq = Math.max(old.peer_read_seq, snapshot.peer_read_seq);
    next.peer_delivered_seq = Math.max(old.peer_delivered_seq, snapshot.peer_delivered_seq);
    if (old.last && old.last.seq >= (snapshot.last?.seq ?? 0)) next.last = old.last;
  }
  next.first_seq = Math.max(old.first_seq, snapshot.first_seq);
  if (next.last && next.last.seq < next.first_seq) next.last = null;
  next.delivered_seq = Math.max(old.delivered_seq, snapshot.delivered_seq);
  let counted = countedAtRead(snapshot);
  if (old.read_seq > snapshot.read_seq) {
    next.read_seq = old.read_seq;
    counted = Math.max(counted, countedAtRead(old));
  }
  next.unread = Math.max(0, next.counted - counted);
  const mentioned = mergeMentions(known, snapshot, next.read_seq);
  next.mentions = mentions(mentioned);
  const { delivered, read } = known.owed;
  const owed = { delivered: delivered > snapshot.delivered_seq ? delivered : 0, read: read > snapshot.read_seq ? read : 0 };
  return { ...known, conversation: next, ranges: cut(known.ranges, next.first_seq), mentioned, owed };
}

function mergeMentions(known: Known, snapshot: Conversation, read: Seq): Known["mentioned"] {
  const old = known.mentioned;
  if (snapshot.last_seq < old.upto) return { ...old, seqs: old.seqs.filter((seq) => seq > read) };
  // What I have read here and the server has not heard of yet, it still counts.
  const ahead = known.conversation.read_seq > snapshot.read_seq;
  const count = read >= snapshot.last_seq ? 0 : ahead ? Math.min(snapshot.mentions, mentions(old)) : snapshot.mentions;
  return { upto: snapshot.last_seq, count, seqs: old.seqs.filter((seq) => seq > snapshot.last_seq && seq > read) };
}

/** Return `known` after an entry of its log, which may be new, old or seen before. */
export function hear(known: Known, message: Message, me: AccountId): Known {
  const old = known.conversation;
  if (message.seq < old.first_seq) return known;
  const next = { ...old, last_seq: Math.max(old.last_seq, message.seq), counted: Math.max(old.counted, message.counted) };
  next.unread = Math.max(0, next.counted - countedAtRead(old));
  if (message.seq >= (old.last?.seq ?? 0)) next.last = message;
  let { mentioned } = known;
  if (message.seq > Math.max(mentioned.upto, old.read_seq) && calls(message, me) && !mentioned.seqs.includes(message.seq)) {
    mentioned = { ...mentioned, seqs: [...mentioned.seqs, message.seq] };
    next.mentions = mentions(mentioned);
  }
  const heard = { ...known, conversation: next, ranges: cover(known.ranges, message.seq, message.seq), mentioned };
  // Who writes has read what stands above; who says something about another message has not.
  if (message.sender !== me || message.ref !== null) return heard;
  return message.seq > old.read_seq ? owe(readTo(heard, message.seq, message.counted), { delivered: 0, read: message.seq }) : heard;
}

/** Return `known` with the stretch from `from` to `to` seen whole. */
export function seeWhole(known: Known, from: Seq, to: Seq): Known {
  return { ...known, ranges: cover(known.ranges, Math.max(from, known.conversation.first_seq), to) };
}

/** Return `known` with my read cursor at `seq`, where the log's running count is `counted`. Never backwards. */
export function readTo(known: Known, seq: Seq, counted: number): Known {
  const old = known.conversation;
  if (seq <= old.read_seq) return known;
  const count = seq >= known.mentioned.upto ? 0 : known.mentioned.count;
  const mentioned = { ...known.mentioned, count, seqs: known.mentioned.seqs.filter((other) => other > seq) };
  const unread = Math.max(0, old.counted - Math.max(counted, countedAtRead(old)));
  const next = { ...old, read_seq: seq, unread, mentions: mentions(mentioned), marked_unread: false };
  next.delivered_seq = Math.max(next.delivered_seq, seq);
  return { ...known, conversation: next, mentioned };
}

/** Return `known` with cursors of mine that the server has yet to hear of. */
export function owe(known: Known, cursors: Known["owed"]): Known {
  const owed = { delivered: Math.max(known.owed.delivered, cursors.delivered), read: Math.max(known.owed.read, cursors.read) };
  return { ...known, owed };
}

/** Return `known` after the server has heard of my cursors up to there. */
export function settle(known: Known, { delivered, read }: Known["owed"]): Known {
  const { owed } = known;
  return { ...known, owed: { delivered: owed.delivered > delivered ? owed.delivered : 0, read: owed.read > read ? owed.read : 0 } };
}
