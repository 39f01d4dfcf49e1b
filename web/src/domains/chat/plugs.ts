/**
 * Where other domains plug in: chat draws their cards and offers what they can do without knowing them. A domain's `domain.ts` says what
 * it brings, `routes/domains.ts` lists the domains. Everything is loaded when it is first wanted; labels are in <language>.pages.json.
 */

import type { Component } from "svelte";
import { type Key, withWords } from "../../kit/i18n.svelte";
import type { Route } from "../../kit/route";
import type { Card, Conversation, ConversationKind, Message, Preview } from "../../kit/wire";
import type { IconName } from "../../ui/icons";
import type { Item } from "./item";
import type { Talk } from "./talk";

export type Lazy<P extends object> = () => Promise<Component<P>>;

/** What a card's component is given. It is drawn once for every message, so it must be light until it is touched. */
export interface CardProps {
  message: Message;
  mine: boolean;
  talk: Talk;
}

/** How a card is drawn. A `bare` one brings its own frame (a plate, a picture, a sticker) and gets no bubble. */
export interface CardPlug {
  load: Lazy<CardProps>;
  bare?: boolean;
  /** nobody's words: it stands between the messages, as what happened to the conversation does */
  note?: boolean;
  /** it stays where it is: the server forwards none of these */
  stays?: boolean;
  /** the field of its words, which may be changed for a day */
  words?: "caption" | "text";
  /** the line that stands for it in a list until the server has said it */
  preview?: (card: Card) => Preview;
}

/** What rises over a conversation, or stands below it. */
export interface SheetProps {
  talk: Talk;
  conversation: Conversation;
  onclose: () => void;
}

/** An entry of the composer's drawer. */
export interface DrawerPlug {
  label: Key;
  icon: IconName;
  load: Lazy<SheetProps>;
  when?: (conversation: Conversation) => boolean;
}

export interface PanelProps extends SheetProps {
  /** put text where the cursor is */
  oninsert: (text: string) => void;
}

/** A page of the panel under the composer, beside the emoji. */
export interface PanelPlug {
  label: Key;
  icon: IconName;
  load: Lazy<PanelProps>;
}

export interface HintProps {
  text: string;
  talk: Talk;
  /** the hint was taken: what was typed is done with */
  ontaken: () => void;
}

/** Something shown above the composer while a person types. */
export interface HintPlug {
  load: Lazy<HintProps>;
}

/** What stands before the field while it is empty. */
export interface TalkPlug {
  load: Lazy<{ talk: Talk; conversation: Conversation }>;
}

export interface ActionProps {
  item: Item;
  talk: Talk;
  onclose: () => void;
}

/** What one may react with besides emoji, among all of them. */
export interface SignProps {
  onpick: (sign: string) => void;
}

/** An entry of a message's menu. */
export interface ActionPlug {
  label: Key;
  icon: IconName;
  when: (item: Item, conversation: Conversation) => boolean;
  load: Lazy<ActionProps>;
}

export interface BarProps {
  talk: Talk;
  conversation: Conversation;
  /** one would rather write */
  onwrite: () => void;
  /** there is something to show here, or there is not */
  onhas: (something: boolean) => void;
}

/** Several conversations that share one row of the list, which shows the newest of them. */
export interface FoldPlug {
  label: Key;
  icon: IconName;
  /** where they stand one by one */
  to: string;
  holds: (conversation: Conversation) => boolean;
}

/** What a domain brings for the conversations of a kind that is its own. */
export interface KindPlug {
  /** where the name of the conversation leads */
  info: (conversation: Conversation) => string;
  /** the line below its name */
  line?: Key;
  /** stands in the composer's place until one wants to write */
  bar?: Lazy<BarProps>;
  /** why nothing can be written, by the server's word for it */
  closed?: Readonly<Record<string, Key>>;
  fold?: FoldPlug;
}

/** A row of the page about oneself. */
export interface RowPlug {
  label: Key;
  icon: IconName;
  tint?: "leaf" | "chili" | "blue" | "turmeric";
  to: string;
  /** how much of it is new, and whether there is anything new at all */
  news?: () => { n: number; dot: boolean };
}

/** What a domain brings to the client. */
export interface ClientDomain {
  name: string;
  cards?: Readonly<Record<string, CardPlug>>;
  routes?: readonly Route[];
  drawer?: readonly DrawerPlug[];
  panels?: readonly PanelPlug[];
  hints?: readonly HintPlug[];
  talking?: readonly TalkPlug[];
  actions?: readonly ActionPlug[];
  signs?: readonly Lazy<SignProps>[];
  kinds?: Readonly<Partial<Record<ConversationKind, KindPlug>>>;
  rows?: readonly RowPlug[];
  /** rows above one's contacts */
  people?: readonly RowPlug[];
  /** rows of the operator's page */
  operator?: readonly RowPlug[];
  /** where a scanned text that is no address of ours leads inside the client; null for what is another's */
  scans?: readonly ((text: string) => string | null)[];
}

/** Everything that was plugged in. */
export const plugs = {
  cards: new Map<string, CardPlug>(),
  drawer: [] as DrawerPlug[],
  panels: [] as PanelPlug[],
  hints: [] as HintPlug[],
  talking: [] as TalkPlug[],
  actions: [] as ActionPlug[],
  signs: [] as Lazy<SignProps>[],
  kinds: new Map<string, KindPlug>(),
  rows: [] as RowPlug[],
  people: [] as RowPlug[],
  operator: [] as RowPlug[],
  scans: [] as ((text: string) => string | null)[],
};

/** May this go into another conversation? Words, what was forwarded, and every card whose domain does not keep it where it is. */
export function goesOn(card: Card): boolean {
  const plug = plugs.cards.get(card.type);
  return card.type === "chat.text" || (plug !== undefined && !plug.stays);
}

/** The field of a card in which there are words that whoever sent it may change. */
export const wordsIn = ({ type }: Card): "caption" | "text" | undefined => (type === "chat.text" ? "text" : plugs.cards.get(type)?.words);

/** Take in what the domains bring. Once, before anything is drawn. */
export function plugIn(domains: readonly ClientDomain[]): void {
  for (const domain of domains) {
    for (const [tag, card] of Object.entries(domain.cards ?? {})) plugs.cards.set(tag, card);
    for (const [kind, plug] of Object.entries(domain.kinds ?? {})) plugs.kinds.set(kind, plug);
    plugs.drawer.push(...(domain.drawer ?? []));
    plugs.panels.push(...(domain.panels ?? []));
    plugs.hints.push(...(domain.hints ?? []));
    plugs.talking.push(...(domain.talking ?? []));
    plugs.actions.push(...(domain.actions ?? []));
    plugs.signs.push(...(domain.signs ?? []));
    plugs.rows.push(...(domain.rows ?? []));
    plugs.people.push(...(domain.people ?? []));
    plugs.operator.push(...(domain.operator ?? []));
    plugs.scans.push(...(domain.scans ?? []));
  }
}

/** A component that is loaded once, with the words of its domain, when it is first wanted; a failure is tried again. */
export function lazy<P extends object>(part: string, load: () => Promise<{ default: Component<P> }>): Lazy<P> {
  let loading: Promise<Component<P>> | null = null;
  return () =>
    (loading ??= withWords(load, part)
      .then((module) => module.default)
      .catch((error: unknown) => {
        loading = null;
        throw error;
      }));
}
