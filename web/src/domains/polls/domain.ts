// Polls and lists of who comes, as they plug into a conversation.
import { type ClientDomain, lazy } from "../chat/plugs";

const writes = (conversation: { can_write: boolean }): boolean => conversation.can_write;

export const DOMAIN: ClientDomain = {
  name: "polls",
  cards: {
    "polls.poll": { load: lazy("polls", () => import("./PollCard.svelte")), bare: true, stays: true },
    "polls.list": { load: lazy("polls", () => import("./ListCard.svelte")), bare: true, stays: true },
  },
  drawer: [
    { label: "drawer.poll", icon: "check", load: lazy("polls", () => import("./NewPoll.svelte")), when: writes },
    { label: "drawer.list", icon: "group", load: lazy("polls", () => import("./NewList.svelte")), when: writes },
  ],
};
