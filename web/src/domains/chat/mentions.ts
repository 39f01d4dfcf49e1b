import type { Mention } from "../../kit/wire";

/** What stands between the last "@" and the caret, when a name is being written there; null otherwise. */
export function wordBefore(text: string, caret: number): string | null {
  const found = /(?:^|\s)@([^\s@]{0,24})$/.exec(text.slice(0, caret));
  return found ? (found[1] ?? "") : null;
}

/** Where the called names stand in the text, in code points, not overlapping, in their order. */
export function mentionsIn(text: string, called: ReadonlyMap<string, string>): Mention[] {
  const found: Mention[] = [];
  const taken = (start: number, end: number): boolean => found.some((one) => start < one.start + one.length && end > one.start);
  // longer names first: "@Siti Aminah" is not "@Siti" and a word
  for (const [account, name] of [...called].sort((a, b) => b[1].length - a[1].length)) {
    const words = "@" + name;
    for (let at = text.indexOf(words); at >= 0; at = text.indexOf(words, at + words.length)) {
      const start = Array.from(text.slice(0, at)).length;
      const length = Array.from(words).length;
      if (!taken(start, start + length)) found.push({ account, start, length });
    }
  }
  return found.sort((a, b) => a.start - b.start).slice(0, 50);
}
