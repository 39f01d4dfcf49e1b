/** Moments on the wire, and how they are asked for. */

import { type ApiError, request } from "../../kit/api";
import type { Person } from "../../kit/wire";
import { bring } from "../media/uploading";

export interface Shot {
  blob: string;
  width: number;
  height: number;
  placeholder: string | null;
  duration_ms: number;
}

export interface Circle {
  kind: "all" | "only" | "but";
  people: string[];
  tags: string[];
}

export interface Comment {
  id: string;
  account: string;
  to: string | null;
  text: string;
  at: number;
}

export interface Moment {
  id: string;
  author: string;
  text: string;
  pictures: Shot[];
  video: Shot | null;
  link: { url: string; title: string } | null;
  place: { name: string; lat: number | null; lon: number | null } | null;
  circle: Circle | null;
  at: number;
  likes: string[];
  liked: boolean;
  comments: Comment[];
}

export interface Feed {
  moments: Moment[];
  people: Person[];
  next: string | null;
  cover: string | null;
}

export interface One {
  moment: Moment;
  people: Person[];
}

export interface Draft {
  nonce: string;
  text: string;
  pictures: string[];
  video?: string;
  link?: { url: string; title: string };
  place?: { name: string };
  circle: Circle;
}

export interface Notice {
  id: string;
  moment: string;
  actor: string;
  text: string;
  comment: string;
  picture: string | null;
  words: string;
  at: number;
}

export interface Hidden {
  account: string;
  mine: boolean;
  theirs: boolean;
}

export interface Mine {
  window_days: number;
  cover: string | null;
  hidden: Hidden[];
}

const part = encodeURIComponent;
export const feed = (before?: string, of?: string): Promise<Feed> => request("GET", "/moments", { query: { before, of } });
export const one = (id: string): Promise<One> => request("GET", `/moments/${part(id)}`);
export const post = (draft: Draft): Promise<One> => request("POST", "/moments", { body: draft });
export const remove = (id: string): Promise<void> => request("DELETE", `/moments/${part(id)}`);
export const like = (id: string, on: boolean): Promise<void> => request(on ? "PUT" : "DELETE", `/moments/${part(id)}/like`);
export const comment = (id: string, nonce: string, text: string, to: string | null): Promise<One> =>
  request("POST", `/moments/${part(id)}/comments`, { body: { nonce, text, to } });
export const takeBack = (id: string, said: string): Promise<void> => request("DELETE", `/moments/${part(id)}/comments/${part(said)}`);
export const notices = (): Promise<{ notices: Notice[]; unseen: number; people: Person[] }> => request("GET", "/moments/notices");
export const noteSeen = (upto: string): Promise<void> => request("POST", "/moments/notices/seen", { body: { upto } });
export const mine = (): Promise<Mine> => request("GET", "/moments/settings");
export const decide = (body: { window_days?: number; cover?: string | null }): Promise<Mine> =>
  request("PATCH", "/moments/settings", { body });
export const hide = (account: string, mine: boolean, theirs: boolean): Promise<void> =>
  request("PUT", `/moments/people/${part(account)}`, { body: { mine, theirs } });

export const thank = (id: string, payment: string, amount: number, approval: string): Promise<void> =>
  request("POST", `/moments/${part(id)}/thanks`, { body: { id: payment, amount, approval } });
export const looked = (upto: string): Promise<void> => request("POST", "/moments/looked", { body: { upto } });

/** Bring a photo or a film; `progress` is told how much of it has arrived. Returns the blob. */
export async function upload(file: File, purpose: "photo" | "video", progress: (share: number) => void, signal: AbortSignal): Promise<string> {
  const how = { purpose, name: file.name, original: false };
  let begun: string | null = null;
  for (;;) {
    try {
      return (await bring(file, { ...how, id: begun }, async (id) => void (begun = id), progress, signal)).id;
    } catch (failure) {
      // A film that is encoded anew may take longer than one waits for an answer: ask for it again.
      if (!begun || (failure as ApiError).code !== "not_confirmed") throw failure;
    }
  }
}
