/** How loud a voice is from beginning to end: 64 bytes, as they travel. */

export const BARS = 64;

/** The bytes of a waveform; flat where it says nothing. */
export function loudness(waveform: string): Uint8Array {
  try {
    const bytes = Uint8Array.from(atob(waveform), (letter) => letter.charCodeAt(0));
    return bytes.length === BARS ? bytes : new Uint8Array(BARS);
  } catch {
    return new Uint8Array(BARS);
  }
}

/** Fewer bars, each as loud as the loudest it stands for, from 0 to 1. */
export function bars(loud: ArrayLike<number>, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const [from, to] = [Math.floor((i * loud.length) / count), Math.max(Math.ceil(((i + 1) * loud.length) / count), 1)];
    let most = 0;
    for (let at = from; at < to; at++) most = Math.max(most, loud[at] ?? 0);
    return most / 255;
  });
}

/** The waveform of what was heard while recording: any number of levels from 0 to 1. */
export function drawn(levels: readonly number[]): string {
  const most = Math.max(0.01, ...levels);
  const loud = bars(levels.map((level) => (level / most) * 255), BARS);
  return btoa(String.fromCharCode(...loud.map((one) => Math.min(255, Math.round(one * 255)))));
}
