/** What I changed about messages and the server has not said yet: shown at once, taken back where it is refused. */

import type { Intent } from "../../kit/db";
import { changed, join, type Fold } from "../../kit/folds";
import type { AccountId, EditCard, ReactionCard, Seq } from "../../kit/wire";

export interface Amendment {
  fold: Fold | null;
  /** the change that was refused */
  refused: Intent | null;
}

/** After every entry of a log; of two changes the later has the higher one. */
const LATER = 2 ** 52;

/** Changes that wait, by the message they are about. */
export function amendments(intents: readonly Intent[], me: AccountId): Map<Seq, Amendment> {
  const found = new Map<Seq, Amendment>();
  intents.forEach((intent, i) => {
    if (intent.about === undefined) return;
    const before = found.get(intent.about) ?? { fold: null, refused: null };
    const next = intent.state === "failed" ? { ...before, refused: intent } : { ...before, fold: join(before.fold ?? undefined, presumed(intent, me, LATER + i)) };
    found.set(intent.about, next);
  });
  return found;
}

function presumed({ card }: Intent, me: AccountId, seq: Seq): Fold {
  if (card.type === "chat.reaction") return { reactions: { [me]: [(card as ReactionCard).emoji, seq] } };
  return changed(card as EditCard, seq) ?? {};
}
