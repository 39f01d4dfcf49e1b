// Which page stands at which address. Every page but the list of conversations is loaded when it is first wanted.
import type { Component } from "svelte";
import { match } from "../kit/router.svelte";

type Loader = () => Promise<{ default: Component<never> }>;
/** Whose list stands beside the page on a wide screen. */
export type Side = "chats" | "contacts" | "me";

export interface Route {
  pattern: string;
  load: Loader;
  side: Side;
  /** the page is a place of the counter: it shows the counter on a phone */
  place?: string;
  /** what the address says, as the component's props; unchanged when absent */
  props?: (found: Record<string, string>) => Record<string, unknown>;
}

const chatList: Loader = () => import("../domains/chat/ChatList.svelte");

/** For those who are signed in. */
export const INSIDE: readonly Route[] = [
  { pattern: "/", load: chatList, side: "chats", place: "/" },
  { pattern: "/chat/:id", load: () => import("../domains/chat/TalkPage.svelte"), side: "chats" },
  { pattern: "/chat/:id/info", load: () => import("../domains/chat/GroupPage.svelte"), side: "chats" },
  { pattern: "/chat/:id/add", load: () => import("../domains/chat/AddMembers.svelte"), side: "chats" },
  { pattern: "/new/group", load: () => import("../domains/chat/NewGroup.svelte"), side: "chats" },
  { pattern: "/archived", load: () => import("../domains/chat/Archived.svelte"), side: "chats" },
  { pattern: "/search", load: () => import("../domains/chat/Search.svelte"), side: "chats", place: "/search" },
  { pattern: "/contacts", load: () => import("../domains/contacts/Contacts.svelte"), side: "contacts", place: "/contacts" },
  { pattern: "/contacts/add", load: () => import("../domains/contacts/AddContact.svelte"), side: "contacts" },
  { pattern: "/groups", load: () => import("../domains/chat/Groups.svelte"), side: "contacts" },
  { pattern: "/person/:id", load: () => import("../domains/contacts/PersonPage.svelte"), side: "contacts" },
  { pattern: "/my-code", load: () => import("../domains/contacts/MyCode.svelte"), side: "me" },
  { pattern: "/scan", load: () => import("../domains/contacts/Scan.svelte"), side: "chats" },
  { pattern: "/me", load: () => import("../domains/accounts/Me.svelte"), side: "me", place: "/me" },
  { pattern: "/me/profile", load: () => import("../domains/accounts/ProfilePage.svelte"), side: "me" },
  { pattern: "/me/devices", load: () => import("../domains/accounts/Devices.svelte"), side: "me" },
  { pattern: "/me/privacy", load: () => import("../domains/accounts/PrivacyPage.svelte"), side: "me" },
  { pattern: "/me/security", load: () => import("../domains/accounts/Security.svelte"), side: "me" },
  { pattern: "/me/display", load: () => import("../domains/accounts/Display.svelte"), side: "me" },
  { pattern: "/me/invites", load: () => import("../domains/accounts/Invites.svelte"), side: "me" },
  { pattern: "/import", load: () => import("../domains/importers/ImportPage.svelte"), side: "me" },
  { pattern: "/operator", load: () => import("../domains/accounts/Operator.svelte"), side: "me" },
  { pattern: "/c/:code", load: () => import("../domains/contacts/ByCode.svelte"), side: "contacts" },
  { pattern: "/g/:token", load: () => import("../domains/chat/JoinPage.svelte"), side: "chats" },
  { pattern: "/l/:token", load: () => import("../domains/accounts/LetInPage.svelte"), side: "me" },
  { pattern: "/i/:token", load: () => import("../domains/accounts/InvitedPage.svelte"), side: "contacts" },
];

const signUp: Loader = () => import("../domains/accounts/SignUp.svelte");

/** For everybody else. Every other address shows the door, and is there again once one is in. */
export const OUTSIDE: readonly Route[] = [
  { pattern: "/sign-up", load: signUp, side: "chats" },
  { pattern: "/i/:token", load: signUp, side: "chats" },
  { pattern: "/welcome/:token", load: signUp, side: "chats", props: (found) => ({ operator: found.token }) },
  { pattern: "/recover", load: () => import("../domains/accounts/Recover.svelte"), side: "chats" },
  { pattern: "/link", load: () => import("../domains/accounts/LinkThis.svelte"), side: "chats" },
];
export const DOOR: Route = { pattern: "/", load: () => import("../domains/accounts/SignIn.svelte"), side: "chats" };

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
