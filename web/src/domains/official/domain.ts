// Official accounts: their cards, the menu in the composer's place, one row of the list for those that only publish, the pages of who
// follows, and the pages of who runs an account. What stands here is paid for by the first screen: `parts` knows what is where.
import type { Component } from "svelte";
import type { Loader, Side } from "../../kit/route";
import type { CardPlug, ClientDomain, Lazy } from "../chat/plugs";
import { isFolded } from "./folded.svelte";

const part =
  <P extends object>(name: string): Lazy<P> =>
  async () =>
    (await (await import("./parts")).part(name)) as Component<P>;

/** Cards by the ends of their tags: the first stand in words' bubbles, the others bring their own frame. */
const cards: Record<string, CardPlug> = {};
const IN_BUBBLES = 4;
"text choice voice music broadcast news article picture video menu template coupon app profile offer"
  .split(" ")
  .forEach((tag, i) => (cards[`official.${tag}`] = { load: part(tag), bare: i >= IN_BUBBLES, stays: tag === "offer" }));

const PAGES: Record<Side, string> = {
  contacts: "/officials /officials/allowed /official/:id /o/:ticket",
  chats: "/subscriptions /read/:id /read/:id/:idx /page",
  me: "/coupons /coupons/:id /run /run/:id /run/:id/:work /run/:id/:work/:which /operator/officials",
};

export const DOMAIN: ClientDomain = {
  name: "official",
  cards,
  kinds: {
    official: {
      info: ({ peer }) => `/official/${peer?.id}`,
      line: "official.line",
      closed: { conversation_closed: "official.not_following" },
      bar: part("bar"),
      fold: { label: "official.subscriptions", icon: "article", to: "/subscriptions", holds: ({ id }) => isFolded(id) },
    },
  },
  actions: [
    {
      label: "official.why",
      icon: "help",
      when: (item, { kind }) => kind === "official" && !item.mine && item.seq !== null,
      load: part("why"),
    },
  ],
  people: [{ label: "official.title", icon: "shop", tint: "blue", to: "/officials" }],
  operator: [{ label: "official.title", icon: "shop", to: "/operator/officials" }],
  routes: (Object.keys(PAGES) as Side[]).flatMap((side) =>
    PAGES[side].split(" ").map((pattern) => ({ pattern, side, load: part(pattern) as Loader })),
  ),
};
