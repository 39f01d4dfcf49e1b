/** The photos of a conversation, one after the other over the whole screen. */

import { mount, unmount } from "svelte";
import type { Message } from "../../kit/wire";
import type { Talk } from "../chat/talk";
import type { PhotoCard, Shot } from "./cards";
import Viewer from "./Viewer.svelte";

/** A photo and the message it came with. */
export interface Seen {
  shot: Shot;
  message: Message;
}

/** Show the photo number `index` of a message; all others that are on screen or near it follow by a swipe. */
export function view(talk: Talk, message: Message, index: number): void {
  const all = talk.items
    .map((item) => item.message)
    .filter(({ card, seq }) => card.type === "media.photo" && seq > 0)
    .flatMap((one): Seen[] => (one.card as unknown as PhotoCard).photos.map((shot) => ({ shot, message: one })));
  const first = all.findIndex((seen) => seen.message.seq === message.seq);
  const before = document.activeElement;
  const viewer = mount(Viewer, {
    target: document.body,
    props: {
      all: first < 0 ? (message.card as unknown as PhotoCard).photos.map((shot) => ({ shot, message })) : all,
      start: Math.max(first, 0) + index,
      onclose: () => {
        void unmount(viewer);
        if (before instanceof HTMLElement) before.focus({ preventScroll: true });
      },
    },
  });
}
