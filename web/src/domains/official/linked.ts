/** The text of an account: plain, with addresses and with links that have words of their own. Nothing else in it is markup. */

import { spans } from "../../kit/text";

export interface Piece {
  text: string;
  /** an address, when it leads somewhere */
  to?: string;
}

const LINK = /<a\s[^>]*?href\s*=\s*(?:"([^"]*)"|'([^']*)')[^>]*>([\s\S]*?)<\/a>/gi;

/** Split into plain pieces and links. */
export function linked(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const found of text.matchAll(LINK)) {
    pieces.push(...plain(text.slice(from, found.index)), { text: found[3] ?? "", to: found[1] ?? found[2] ?? "" });
    from = found.index + found[0].length;
  }
  return [...pieces, ...plain(text.slice(from))];
}

const plain = (text: string): Piece[] => spans(text).map((one) => (one.kind === "link" ? { text: one.text, to: one.to } : { text: one.text }));
