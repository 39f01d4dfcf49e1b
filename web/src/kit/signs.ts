/** What one may react with besides emoji. A domain that plugs in says how a sign, `<kind>:<name>`, is drawn, and tells the server of it. */

import type { ConversationId, Message, Seq } from "./wire";

export interface SignKind {
  /** the address of a small picture */
  source(name: string): string;
  react(conversation: ConversationId, seq: Seq, sign: string): Promise<Message>;
}

/** By kind. */
export const signs = new Map<string, SignKind>();

/** How a reaction that is a sign is drawn and told; undefined for an emoji. */
export function signOf(reaction: string): (SignKind & { name: string }) | undefined {
  const at = reaction.indexOf(":");
  const kind = at > 0 ? signs.get(reaction.slice(0, at)) : undefined;
  return kind && { source: kind.source, react: kind.react, name: reaction.slice(at + 1) };
}
