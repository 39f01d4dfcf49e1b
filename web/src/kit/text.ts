// What is inside a message's text: mentions, by the positions the card names, and links, found here.
export interface Mention {
  account: string;
  start: number;
  length: number;
}
export interface Span {
  kind: "text" | "mention" | "link";
  text: string;
  /** the account of a mention, the address of a link */
  to: string;
}

const LINK = /\b(?:https?:\/\/|www\.)[^\s<>"'“”]+/gi;
const NOT_AT_END = /[.,;:!?…)\]}'"»。、，！？）】]+$/;

function links(text: string): Span[] {
  const spans: Span[] = [];
  let from = 0;
  for (const found of text.matchAll(LINK)) {
    // a closing bracket belongs to the address only when the address opened one: .../wiki/Kopi_(minuman)
    const tail = NOT_AT_END.exec(found[0])?.[0] ?? "";
    const keep = tail.startsWith(")") && found[0].includes("(") ? 1 : 0;
    const shown = found[0].slice(0, found[0].length - tail.length + keep);
    if (found.index > from) spans.push({ kind: "text", text: text.slice(from, found.index), to: "" });
    spans.push({ kind: "link", text: shown, to: shown.startsWith("www.") || shown.startsWith("WWW.") ? "https://" + shown : shown });
    from = found.index + shown.length;
  }
  if (from < text.length) spans.push({ kind: "text", text: text.slice(from), to: "" });
  return spans;
}

/** Split a text into plain pieces, mentions and links. Mentions count in code points and may be wrong; what does not fit is ignored. */
export function spans(text: string, mentions: readonly Mention[] = []): Span[] {
  if (!mentions.length) return links(text);
  const points = Array.from(text);
  const out: Span[] = [];
  let from = 0;
  for (const mention of [...mentions].sort((a, b) => a.start - b.start)) {
    if (mention.start < from || mention.length < 1 || mention.start + mention.length > points.length) continue;
    out.push(...links(points.slice(from, mention.start).join("")));
    from = mention.start + mention.length;
    out.push({ kind: "mention", text: points.slice(mention.start, from).join(""), to: mention.account });
  }
  out.push(...links(points.slice(from).join("")));
  return out;
}

/** One to three emoji and nothing else: drawn large. */
export function isJumbo(text: string): boolean {
  return (
    text.length < 40 && /^(?:\p{Extended_Pictographic}(?:\uFE0F|\u200D\p{Extended_Pictographic}|\p{Emoji_Modifier})*\s?){1,3}$/u.test(text)
  );
}
