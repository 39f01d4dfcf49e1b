/** What this person has of stickers, kept in memory and asked for again when the server says that it changed. */

import { address, media, request } from "../../kit/api";
import { hear } from "../../kit/heard";
import { newId } from "../../kit/ids";
import { upload } from "../../kit/upload";
import type { Talk } from "../chat/talk";

export interface Sticker {
  id: string;
  pack: string;
  width: number;
  height: number;
  blob: string | null;
  drawn: string | null;
  moves: boolean;
  emoji: string;
  alt: string;
  words: string[];
}

export interface Pack {
  id: string;
  title: string;
  author: string;
  licence: string;
  count: number;
  stickers: Sticker[];
  mine: boolean;
  on_shelf: boolean;
  published: boolean;
  /** in this place's credits; 0 is nothing */
  price: number;
  /** may I send what is in it? */
  usable: boolean;
}

interface Overview {
  packs: Pack[];
  recent: Sticker[];
  kept: Sticker[];
}

export interface Figures {
  on_shelves: number;
  sent: number;
  stickers: { sticker: string; sent: number; people: number }[];
  sold: number;
  earned: number;
  thanks: number;
}

export interface Imported {
  pack: Pack;
  refused: { name: string; code: string }[];
}

class Shelf {
  packs = $state.raw<Pack[]>([]);
  recent = $state.raw<Sticker[]>([]);
  kept = $state.raw<Sticker[]>([]);
  #loading: Promise<void> | null = null;

  constructor() {
    const again = (): void => {
      if (this.#loading) this.#loading = this.#fetch();
    };
    hear("stickers.changed", again);
    hear("hello", again);
  }

  /** Have it here; asks once. */
  load(): Promise<void> {
    return (this.#loading ??= this.#fetch());
  }

  async #fetch(): Promise<void> {
    try {
      const seen = await request<Overview>("GET", "/stickers");
      this.packs = seen.packs;
      this.recent = seen.recent;
      this.kept = seen.kept;
    } catch (error) {
      this.#loading = null;
      throw error;
    }
  }

  /** Note that one was sent, without asking. */
  used(sticker: Sticker): void {
    this.recent = [sticker, ...this.recent.filter((one) => one.id !== sticker.id)].slice(0, 24);
  }

  /** Up to `most` stickers for the last word of a text: those whose emoji, or one of whose words, it is or begins. */
  suggested(text: string, most = 12): Sticker[] {
    const word = text.trimEnd().split(/\s+/).at(-1)?.toLocaleLowerCase() ?? "";
    const whole = text.trim().toLocaleLowerCase();
    if (!word || text.length > 400) return [];
    const known = new Map<string, Sticker>();
    for (const one of [...this.recent, ...this.kept, ...this.packs.flatMap((pack) => pack.stickers)]) known.set(one.id, one);
    const rank = (one: Sticker): number => {
      if (one.emoji && word.endsWith(one.emoji)) return 0;
      const words = one.words.map((each) => each.toLocaleLowerCase());
      if (words.some((each) => each === word || whole.endsWith(` ${each}`) || whole === each)) return 1;
      // scripts without spaces: the text ends with the word
      if (words.some((each) => /[\u3040-\u9fff]/.test(each) && whole.endsWith(each))) return 1;
      return word.length > 2 && words.some((each) => each.startsWith(word)) ? 2 : 9;
    };
    return [...known.values()]
      .map((one) => [rank(one), one] as const)
      .filter(([found]) => found < 9)
      .sort(([a], [b]) => a - b)
      .slice(0, most)
      .map(([, one]) => one);
  }
}
export const shelf = new Shelf();

/** Where a sticker's picture is: the still one for lists, the whole for conversations. */
export function source(one: Pick<Sticker, "blob" | "drawn">, size: "thumb" | "full"): string {
  return one.blob ? media(one.blob, size) : `/api/stickers/drawn/${encodeURIComponent(one.drawn ?? "")}`;
}

/** Put a sticker into a conversation. */
export function send(talk: Talk, one: Sticker): void {
  const card: Record<string, unknown> = { type: "stickers.sticker", sticker: one.id, pack: one.pack, width: one.width, height: one.height };
  if (one.blob) card.blob = one.blob;
  if (one.drawn) card.drawn = one.drawn;
  if (one.moves) card.moves = true;
  if (one.emoji) card.emoji = one.emoji;
  if (one.blob && one.alt) card.alt = one.alt;
  talk.send(card as never);
  shelf.used(one);
}

const part = encodeURIComponent;
export const store = (before?: string): Promise<{ packs: Pack[]; next: string | null }> =>
  request("GET", "/stickers/store", { query: { before } });
export const pack = (id: string): Promise<Pack> => request("GET", `/stickers/packs/${part(id)}`);
export const figures = (id: string): Promise<Figures> => request("GET", `/stickers/packs/${part(id)}/figures`);
export const take = (id: string): Promise<void> => request("PUT", `/stickers/packs/${part(id)}/shelf`);
export const putBack = (id: string): Promise<void> => request("DELETE", `/stickers/packs/${part(id)}/shelf`);
export const change = (id: string, body: Partial<Pick<Pack, "title" | "author" | "licence" | "published" | "price">>): Promise<Pack> =>
  request("PATCH", `/stickers/packs/${part(id)}`, { body });
export const remove = (id: string): Promise<void> => request("DELETE", `/stickers/packs/${part(id)}`);
export const create = (title: string): Promise<Pack> => request("POST", "/stickers/packs", { body: { title } });
export const buy = (id: string, payment: string, price: number, approval: string): Promise<Pack> =>
  request("POST", `/stickers/packs/${part(id)}/buy`, { body: { id: payment, price, approval } });
export const thank = (id: string, payment: string, amount: number, approval: string): Promise<void> =>
  request("POST", `/stickers/packs/${part(id)}/thanks`, { body: { id: payment, amount, approval } });

/** How far a file is on its way to a pack: the share that was sent, then how many stickers of how many are done. */
export type Bringing = { sent: number } | { done: number; total: number };

/** Make a pack of a file. */
export async function bring(file: File, told: (how: Bringing) => void): Promise<Imported> {
  const watch = newId();
  const stop = hear<{ type: "stickers.bringing"; watch: string; done: number; total: number }>("stickers.bringing", (event) => {
    if (event.watch === watch) told({ done: event.done, total: event.total });
  });
  try {
    return await upload<Imported>(address("/stickers/import", { name: file.name, watch }), "POST", file, (sent) => told({ sent }));
  } finally {
    stop();
  }
}
export const add = (id: string, file: File): Promise<Sticker> => request("POST", `/stickers/packs/${part(id)}/stickers`, { raw: file });
export const label = (id: string, emoji: string, words: string[]): Promise<Sticker> =>
  request("PATCH", `/stickers/${part(id)}`, { body: { emoji, words } });
export const takeOut = (id: string): Promise<void> => request("DELETE", `/stickers/${part(id)}`);
export const keep = (sticker: string): Promise<Sticker> => request("POST", "/stickers/kept", { body: { sticker } });
export const keepReceived = (conversation: string, seq: number): Promise<Sticker> =>
  request("POST", "/stickers/kept", { body: { conversation, seq } });
export const letGo = (id: string): Promise<void> => request("DELETE", `/stickers/kept/${part(id)}`);
