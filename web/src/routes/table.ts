// Which page stands at which address. Every page but the list of conversations is loaded when it is first wanted.
import type { Component } from "svelte";
import ChatList from "../domains/chat/ChatList.svelte";
import { withWords } from "../kit/i18n.svelte";
import type { Loader, Route } from "../kit/route";
import { match } from "../kit/router.svelte";
import { DOMAINS } from "./domains";

export type { Side } from "../kit/route";

const part =
  <M extends Record<string, unknown>>(load: () => Promise<M>, words = "pages") =>
  (name: keyof M): Loader =>
  async () =>
    (await withWords(load, words))[name] as Component;

const chat = part(() => import("../domains/chat/pages"));
const groups = part(() => import("../domains/chat/group_pages"));
const own = part(() => import("../domains/chat/own_pages"));
const contacts = part(() => import("../domains/contacts/pages"));
const accounts = part(() => import("../domains/accounts/pages"), "account");
const importers = part(() => import("../domains/importers/pages"), "account");
const door = part(() => import("../domains/accounts/door"), "account");
const chatList: Loader = () => Promise.resolve(ChatList as Component);

/** For those who are signed in. */
export const INSIDE: readonly Route[] = [
  { pattern: "/", load: chatList, side: "chats", place: "/" },
  { pattern: "/chat/:id", load: chat("TalkPage"), side: "chats" },
  { pattern: "/chat/:id/info", load: groups("GroupPage"), side: "chats" },
  { pattern: "/chat/:id/add", load: groups("AddMembers"), side: "chats" },
  { pattern: "/new/group", load: groups("NewGroup"), side: "chats" },
  { pattern: "/archived", load: own("Archived"), side: "chats" },
  { pattern: "/search", load: own("Search"), side: "chats", place: "/search" },
  { pattern: "/contacts", load: contacts("Contacts"), side: "contacts", place: "/contacts" },
  { pattern: "/contacts/add", load: contacts("AddContact"), side: "contacts" },
  { pattern: "/groups", load: groups("Groups"), side: "contacts" },
  { pattern: "/person/:id", load: contacts("PersonPage"), side: "contacts" },
  { pattern: "/my-code", load: contacts("MyCode"), side: "me" },
  { pattern: "/scan", load: contacts("Scan"), side: "chats" },
  { pattern: "/me", load: accounts("Me"), side: "me", place: "/me" },
  { pattern: "/me/profile", load: accounts("ProfilePage"), side: "me" },
  { pattern: "/me/devices", load: accounts("Devices"), side: "me" },
  { pattern: "/me/privacy", load: accounts("PrivacyPage"), side: "me" },
  { pattern: "/me/security", load: accounts("Security"), side: "me" },
  { pattern: "/me/display", load: accounts("Display"), side: "me" },
  { pattern: "/me/invites", load: accounts("Invites"), side: "me" },
  { pattern: "/import", load: importers("ImportPage"), side: "me" },
  { pattern: "/operator", load: accounts("Operator"), side: "me" },
  { pattern: "/c/:code", load: contacts("ByCode"), side: "contacts" },
  { pattern: "/g/:token", load: groups("JoinPage"), side: "chats" },
  { pattern: "/l/:token", load: accounts("LetInPage"), side: "me" },
  { pattern: "/i/:token", load: accounts("InvitedPage"), side: "contacts" },
  ...DOMAINS.flatMap((domain) => domain.routes ?? []),
];

const signUp = door("SignUp");

/** For everybody else. Every other address shows the door, and is there again once one is in. */
export const OUTSIDE: readonly Route[] = [
  { pattern: "/sign-up", load: signUp, side: "chats" },
  { pattern: "/i/:token", load: signUp, side: "chats" },
  { pattern: "/welcome/:token", load: signUp, side: "chats", props: (found) => ({ operator: found.token }) },
  { pattern: "/recover", load: door("Recover"), side: "chats" },
  { pattern: "/link", load: door("LinkThis"), side: "chats" },
];
export const DOOR: Route = { pattern: "/", load: door("SignIn"), side: "chats" };

export interface Found {
  route: Route;
  props: Record<string, unknown>;
}

/** The page of an address, or null. */
export function find(routes: readonly Route[], path: string): Found | null {
  for (const route of routes) {
    const found = match(route.pattern, path);
    if (found) return { route, props: route.props?.(found) ?? found };
  }
  return null;
}
