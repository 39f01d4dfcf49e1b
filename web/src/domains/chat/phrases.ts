// What conversations and messages are called where there is one line for them.
import { type Key, language, t, told } from "../../kit/i18n.svelte";
import { isTomb } from "../../kit/folds";
import { span } from "../../kit/time.svelte";
import type { Card, Conversation, Message, NoticeCard, PictureCard, ReactionCard, TextCard } from "../../kit/wire";
import { plugs } from "./plugs";
import { store } from "./store.svelte";

export const isText = (card: Card): card is TextCard => card.type === "chat.text";
export const isPicture = (card: Card): card is PictureCard => card.type === "chat.picture";
export const isNotice = (card: Card): card is NoticeCard => card.type === "chat.notice";
/** The place of a message that is gone. */
export const isRecalled = isTomb;

/** The name of a conversation in my list. */
export function titleOf(conversation: Conversation): string {
  if (conversation.kind === "self") return t("notes.title");
  if (conversation.kind === "system") return t("system.title");
  return store.title(conversation) || t("person.gone");
}

/** Who wrote it: me, somebody I know by a name, or an imported name. */
export function senderName(message: Message): string {
  if (message.author) return message.author;
  if (!message.sender) return "";
  return message.sender === store.me?.id ? t("you") : store.name(message.sender) || t("person.gone");
}

const who = (id: string | null | undefined): string =>
  id ? (id === store.me?.id ? t("you.within") : store.name(id) || t("person.gone")) : "";

/** A sentence that may begin with a small "you" begins with a capital. */
const opened = (sentence: string): string => sentence.charAt(0).toLocaleUpperCase(language()) + sentence.slice(1);

/** What happened to the conversation, in one sentence. */
export function noticeWords(card: NoticeCard): string {
  const people = (card.people ?? []).map(who).join(", ");
  const actor = who(card.actor);
  const self = card.key === "member_joined" && (card.people ?? []).every((id) => id === card.actor);
  const key = self ? "notice.member_joined_self" : `notice.${card.key}`;
  const text = card.key === "timer_set" ? span(Number(card.text)) : (card.text ?? "");
  return opened(told(key, { actor, people: people || actor, text }, t("preview.other")));
}

/** The line about a message in a list, without its sender. */
export function previewWords(message: Message): string {
  const { card } = message;
  if (isText(card)) return card.text;
  if (isPicture(card)) return card.caption || t("preview.picture");
  if (isNotice(card)) return noticeWords(card);
  if (card.type === "chat.expired" || card.type === "chat.expiry") return t("preview.expired");
  if (isRecalled(card) || card.type === "chat.recall") return recalledWords(message);
  if (card.type === "chat.reaction") return reactionWords(card as ReactionCard);
  if (card.type === "chat.edit") return t("preview.edited");
  return otherWords(message);
}

function reactionWords({ emoji: sent, said, to }: ReactionCard): string {
  const emoji = said || sent;
  if (!emoji) return t("preview.unreacted");
  return to === store.me?.id ? t("preview.reacted_mine", { emoji }) : t("preview.reaction", { emoji });
}

/** The line that came with a card of another domain; until it has come, what that domain says itself. */
export function otherWords(message: Message): string {
  const preview = message.preview ?? plugs.cards.get(message.card.type)?.preview?.(message.card) ?? null;
  return preview ? told(preview.key, preview.args, Object.values(preview.args).join(" ") || t("preview.other")) : t("preview.other");
}

/** The line that a recalled message leaves. */
export function recalledWords(message: Message): string {
  const { card } = message;
  if (card.type === "chat.expired") return t("preview.expired");
  const by = "by" in card ? card.by : message.sender;
  return by === store.me?.id ? t("recalled.mine") : opened(t("recalled.by", { name: who(by) }));
}

const REASONS: Record<string, Key> = {
  not_a_contact: "closed.not_a_contact",
  silenced: "closed.silenced",
  read_only: "closed.read_only",
};

/** Why nothing can be written here. */
export const closedWords = ({ kind, why_not }: Conversation): string =>
  t(plugs.kinds.get(kind)?.closed?.[why_not ?? ""] ?? REASONS[why_not ?? ""] ?? "closed.other");
