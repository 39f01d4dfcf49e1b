// Official accounts: their cards, the menu in the composer's place, one row of the list for those that only publish, the pages of who
// follows, and the pages of who runs an account. What stands here is paid for by the first screen: what is wanted is found in `parts`.
import type { Component } from "svelte";
import type { Loader, Route, Side } from "../../kit/route";
import type { CardPlug, ClientDomain, Lazy } from "../chat/plugs";
import { folded } from "./folded.svelte";
import type { PartName } from "./parts";

const part =
  <P extends object>(name: PartName): Lazy<P> =>
  async () =>
    (await (await import("./parts")).part(name)) as Component<P>;
const page = (pattern: string, name: PartName, side: Side = "me"): Route => ({ pattern, side, load: part(name) as Loader });

/** Cards that are words or stand in words; the others bring their own frame. */
const WORDS: Record<string, PartName> = { text: "TextCard", choice: "TextCard", voice: "SoundCard", music: "SoundCard" };
const PLATES: Record<string, PartName> = {
  broadcast: "BroadcastCard",
  news: "NewsCard",
  article: "NewsCard",
  picture: "PictureCard",
  video: "VideoCard",
  menu: "MenuCard",
  template: "TemplateCard",
  coupon: "CouponCard",
  app: "AppCard",
  profile: "ProfileCard",
};
const cards: Record<string, CardPlug> = {};
for (const [tag, name] of Object.entries(WORDS)) cards[`official.${tag}`] = { load: part(name) };
for (const [tag, name] of Object.entries(PLATES)) cards[`official.${tag}`] = { load: part(name), bare: true };

export const DOMAIN: ClientDomain = {
  name: "official",
  cards,
  kinds: {
    official: {
      info: ({ peer }) => `/official/${peer?.id}`,
      line: "official.line",
      closed: { conversation_closed: "official.not_following" },
      bar: part("Bar"),
      fold: { label: "official.subscriptions", icon: "article", to: "/subscriptions", holds: ({ id }) => folded.has(id) },
    },
  },
  actions: [
    {
      label: "official.why",
      icon: "help",
      when: (item, { kind }) => kind === "official" && !item.mine && item.seq !== null,
      load: part("Why"),
    },
  ],
  people: [{ label: "official.title", icon: "shop", tint: "blue", to: "/officials" }],
  operator: [{ label: "official.title", icon: "shop", to: "/operator/officials" }],
  routes: [
    page("/officials", "Officials", "contacts"),
    page("/officials/allowed", "OptIns", "contacts"),
    page("/official/:id", "OfficialPage", "contacts"),
    page("/o/:ticket", "Scanned", "contacts"),
    page("/subscriptions", "Subscriptions", "chats"),
    page("/coupons", "Coupons"),
    page("/coupons/:id", "CouponPage"),
    page("/read/:id", "Read", "chats"),
    page("/read/:id/:idx", "Read", "chats"),
    page("/page", "Framed", "chats"),
    page("/run", "Run"),
    page("/run/:id", "Run"),
    page("/run/:id/:work", "Run"),
    page("/run/:id/:work/:which", "Run"),
    page("/operator/officials", "Verify"),
  ],
};
