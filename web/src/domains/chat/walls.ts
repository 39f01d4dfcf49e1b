/** What may stand behind a conversation: a few things drawn with the colours of the house, or one colour of one's own. */

export const WALLS = ["batik", "kopi", "sawah", "hujan"] as const;

const line = (colour: string, share: number): string => `color-mix(in srgb, ${colour} ${share}%, transparent)`;

const DRAWN: Record<string, string> = {
  batik: `background-color:var(--ground);background-image:radial-gradient(circle at 50% 50%,transparent 38%,${line("var(--turmeric)", 13)} 39% 43%,transparent 44%),radial-gradient(circle at 0 0,transparent 38%,${line("var(--chili)", 8)} 39% 43%,transparent 44%);background-size:48px 48px`,
  kopi: `background-color:color-mix(in srgb, var(--teak-2) 12%, var(--ground));background-image:radial-gradient(ellipse 7px 11px at 14px 16px,${line("var(--teak-2)", 26)} 98%,transparent),radial-gradient(ellipse 7px 11px at 46px 44px,${line("var(--teak-2)", 18)} 98%,transparent);background-size:64px 60px`,
  sawah: `background-color:color-mix(in srgb, var(--leaf) 8%, var(--ground));background-image:repeating-radial-gradient(ellipse at 50% 120%,transparent 0 26px,${line("var(--leaf)", 20)} 27px 29px)`,
  hujan: `background-color:color-mix(in srgb, var(--blue) 8%, var(--ground));background-image:repeating-linear-gradient(105deg,transparent 0 22px,${line("var(--blue)", 16)} 23px 24px)`,
};

/** The style of a wallpaper: by its name, or a colour like #f4ead8. Anything else is none. */
export function wallOf(wallpaper: string | null | undefined): string {
  if (!wallpaper) return "";
  // a colour of one's own goes into the night with the rest
  if (/^#[0-9a-f]{6}$/.test(wallpaper)) return `background-color:color-mix(in srgb, ${wallpaper} 70%, var(--ground))`;
  return DRAWN[wallpaper] ?? "";
}
