// Drawn on a 24 grid, stroke 1.75, round ends. Here is what the first screen shows: every line is paid for by a phone on 2G. The others
// come with the first page behind it, see icons_more.ts and withWords.
import type { MoreIcon } from "./icons_more";

const FIRST = {
  chat: '<path d="M4 6.5A2.5 2.5 0 0 1 6.5 4h11A2.5 2.5 0 0 1 20 6.5v7a2.5 2.5 0 0 1-2.5 2.5H11l-4.5 4v-4A2.5 2.5 0 0 1 4 13.5z"/>',
  people: '<circle cx="9" cy="8.5" r="3.5"/><path d="M2.5 19.5c.6-3.4 3.2-5 6.5-5s5.9 1.6 6.5 5"/><path d="M16 5.300a3.3 3.3 0 0 1 0 6.400M18 14.900c1.9.7 3.1 2.2 3.5 4.6"/>',
  me: '<circle cx="12" cy="8.5" r="4"/><path d="M4.5 20c.8-3.8 3.6-5.5 7.5-5.500s6.7 1.7 7.5 5.5"/>',
  search: '<circle cx="11" cy="11" r="6.5"/><path d="m16 16 4 4"/>',
  plus: '<path d="M12 5v14M5 12h14"/>',
  back: '<path d="m14.5 5-7 7 7 7"/>',
  dots: '<path d="M5.5 12h.01M12 12h.01M18.5 12h.01" stroke-width="2.6"/>',
  pin: '<path d="M9 4h6l-.7 5.5 3.2 3V14h-11v-1.500l3.2-3zM12 14v6.5"/>',
  file: '<path d="M13.5 3.500H7A1.5 1.5 0 0 0 5.5 5v14A1.5 1.5 0 0 0 7 20.500h10a1.5 1.5 0 0 0 1.5-1.500V8.500zM13.5 3.500v5h5"/>',
  check: '<path d="m5 12.5 4.5 4.500L19 7.5"/>',
  checks: '<path d="m2.5 12.5 4 4L15 8M11.5 16l.5.5L20.5 8"/>',
  clock: '<circle cx="12" cy="12" r="8"/><path d="M12 7.500V12l3 2"/>',
  alert: '<circle cx="12" cy="12" r="8.5"/><path d="M12 7.500v5.500M12 16.400v.01" stroke-width="2.1"/>',
  retry: '<path d="M19.5 12a7.5 7.5 0 1 1-2.2-5.300L19.5 9M19.5 4v5h-5"/>',
  mute: '<path d="M6.5 16.500h12L17 14v-3.500a5 5 0 0 0-7.5-4.300M7 10v4l-1.5 2.500M10.3 19.500c.9 1 2.5 1 3.4 0M4 4l16 16"/>',
  scan: '<path d="M4 8.500V6.500A2.5 2.5 0 0 1 6.5 4h2M15.5 4h2A2.5 2.5 0 0 1 20 6.500v2M20 15.500v2a2.5 2.5 0 0 1-2.5 2.500h-2M8.5 20h-2A2.5 2.5 0 0 1 4 17.500v-2M4 12h16"/>',
  offline: '<path d="M4 4l16 16M8.5 8.300A6 6 0 0 0 6.5 11a4 4 0 0 0 .5 8h9.500M10.5 6.500a6 6 0 0 1 7 5A4 4 0 0 1 20 18"/>',
} as const;

export type IconName = keyof typeof FIRST | MoreIcon;
export const icons: Partial<Record<IconName, string>> = { ...FIRST };
