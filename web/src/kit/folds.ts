/**
 * What later entries of a log made of a message: it was taken back, it disappeared, its words were changed, somebody reacted.
 *
 * An entry names its message by `ref` and may be heard before it, after it, twice, or never on this device. So folding is made of things
 * that can be repeated and come in any order: a tombstone stays, of two edits and of two reactions of one person the higher seq holds.
 */

import type { AccountId, Card, ConversationId, EditCard, Mark, Message, Preview, ReactionCard, Seq, TextCard } from "./wire";

export interface Fold {
  tomb?: { card: Card; preview: Preview };
  edit?: Omit<EditCard, "type"> & { text: string; edited: Seq };
  reactions?: Reactions;
}

/** Who reacted with what, and the entry that says so; no emoji where it was taken away. */
export type Reactions = Readonly<Record<AccountId, readonly [emoji: string, seq: Seq]>>;

const TOMBS: Record<string, string> = { "chat.recall": "recalled", "chat.expiry": "expired" };

/** Is this the place of a message that is gone? */
export const isTomb = (card: Card): boolean => card.type === "chat.recalled" || card.type === "chat.expired";

/** What an entry says about the message at its `ref`. */
export function said({ card, ref, sender, seq }: Message): Fold | null {
  if (ref === null) return null;
  const tomb = TOMBS[card.type];
  if (tomb) {
    const by = sender ? { by: sender } : {};
    return { tomb: { card: { type: `chat.${tomb}`, ...by } as Card, preview: { key: `preview.${tomb}`, args: {} } } };
  }
  if (card.type === "chat.reaction" && sender) return { reactions: { [sender]: [(card as ReactionCard).emoji, seq] } };
  if (card.type !== "chat.edit") return null;
  return changed(card as EditCard, seq);
}

/** What an edit says. After a recall it says nothing: no words, and no field that had some. */
export function changed({ type: _, text = "", ...rest }: EditCard, edited: Seq): Fold | null {
  return text || rest.in ? { edit: { ...rest, text, edited } } : null;
}

function reworded({ card, preview }: Message, { text, mentions, in: place, edited }: NonNullable<Fold["edit"]>): Pick<Message, "card" | "preview"> {
  if (!place) return { card: { type: "chat.text", text, ...(mentions?.length ? { mentions } : {}), edited }, preview: null };
  return {
    card: { ...card, [place]: text, edited } as Card,
    preview: preview && { ...preview, args: { ...preview.args, [place]: text.slice(0, 120) } },
  };
}

/** What a page says was added to a message. */
export const marked = ({ reactions }: Mark): Fold => ({
  reactions: Object.fromEntries(reactions.map(([account, emoji, seq]) => [account, [emoji, seq] as const])),
});

function later(a: Reactions = {}, b: Reactions = {}): Reactions {
  const all = { ...a };
  for (const [account, reaction] of Object.entries(b)) if (reaction[1] > (all[account]?.[1] ?? 0)) all[account] = reaction;
  return all;
}

/** Two folds of the same message as one. */
export function join(a: Fold | undefined, b: Fold): Fold {
  if (!a) return b;
  const tomb = a.tomb ?? b.tomb;
  if (tomb) return { tomb };
  const edit = (a.edit?.edited ?? 0) >= (b.edit?.edited ?? 0) ? a.edit : b.edit;
  const reactions = a.reactions || b.reactions ? later(a.reactions, b.reactions) : undefined;
  return { ...(edit ? { edit } : {}), ...(reactions ? { reactions } : {}) };
}

/** The message as it is after a fold. The same object where nothing is different. */
export function folded(message: Message, fold: Fold | undefined): Message {
  if (!fold || isTomb(message.card)) return message;
  if (fold.tomb) {
    const { reactions: _, ...rest } = message;
    return { ...rest, ...fold.tomb };
  }
  let next = message;
  if (fold.edit && ((message.card as TextCard).edited ?? 0) < fold.edit.edited) next = { ...next, ...reworded(message, fold.edit) };
  const fresh = Object.entries(fold.reactions ?? {}).some(([account, [, seq]]) => seq > (message.reactions?.[account]?.[1] ?? 0));
  return fresh ? { ...next, reactions: later(message.reactions, fold.reactions) } : next;
}

/** An edit's words live in the message they changed; this device keeps no second copy, which a recall would have to find. */
export const bare = (message: Message): Message =>
  message.card.type === "chat.edit" ? { ...message, card: { type: "chat.edit" }, preview: null } : message;

/** What this page has heard. An answer that was on its way then may still carry a message as it was. */
export class Folds {
  readonly #heard = new Map<ConversationId, Map<Seq, Fold>>();

  /** Take what messages and marks say about others; by the seq of what they are about. */
  take(conversation: ConversationId, messages: readonly Message[], marks: readonly Mark[] = []): Map<Seq, Fold> {
    const fresh = new Map<Seq, Fold>();
    const add = (seq: Seq, fold: Fold | null): unknown => fold && fresh.set(seq, join(fresh.get(seq), fold));
    for (const message of messages) if (message.ref !== null) add(message.ref, said(message));
    for (const mark of marks) add(mark.seq, marked(mark));
    if (!fresh.size) return fresh;
    const heard = this.#heard.get(conversation) ?? new Map<Seq, Fold>();
    for (const [seq, fold] of fresh) heard.set(seq, join(heard.get(seq), fold));
    this.#heard.set(conversation, heard);
    return fresh;
  }

  /** The message as it is now, as far as this page has heard. */
  applied(message: Message): Message {
    return folded(message, this.#heard.get(message.conversation)?.get(message.seq));
  }
}
