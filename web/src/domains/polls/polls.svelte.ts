/** How polls stand: asked for when a card comes into sight, then kept in step by what the socket tells. */

import { SvelteMap } from "svelte/reactivity";
import { call } from "../../kit/api";
import { hear } from "../../kit/heard";
import type { AccountId, ConversationId, Message, Millis, Person, Seq } from "../../kit/wire";

export interface Entry {
  account: Person;
  choice: number;
  plus: number;
  note: string;
}

export interface Poll {
  id: string;
  kind: "poll" | "list";
  conversation: ConversationId;
  seq: Seq;
  made_by: AccountId;
  title: string;
  choices: string[];
  multiple: boolean;
  anonymous: boolean;
  places: number | null;
  closes_at: Millis | null;
  closed: boolean;
  may_close: boolean;
  version: number;
  counts: number[];
  voters: number;
  mine: number[];
  plus: number;
  note: string;
  entries: Entry[];
}

interface Tally {
  type: "polls.tally";
  poll: string;
  version: number;
  counts: number[];
  voters: number;
  closed: boolean;
}

const part = encodeURIComponent;

class Polls {
  readonly #known = new SvelteMap<string, Poll | "gone">();
  readonly #asked = new Set<string>();
  /** told of before the poll itself was here */
  readonly #tallies = new Map<string, Tally>();

  constructor() {
    hear<Tally>("polls.tally", (tally) => this.#tally(tally));
    // What was told while the line was down is not known: ask again for what this page has shown.
    hear<{ type: "hello" }>("hello", () => {
      const shown = [...this.#asked];
      this.#asked.clear();
      for (const id of shown) this.ask(id);
    });
  }

  /** How a poll stands; undefined while it is asked for, "gone" when it is not there any more. */
  get(id: string): Poll | "gone" | undefined {
    return this.#known.get(id);
  }

  /** Ask how a poll stands, once. */
  ask(id: string): void {
    if (this.#asked.has(id)) return;
    this.#asked.add(id);
    call<Poll>("GET", `/polls/${part(id)}`)
      .then((poll) => this.#take(poll))
      .catch((failure: { status?: number }) => {
        if (failure.status === 404) this.#known.set(id, "gone");
        else this.#asked.delete(id);
      });
  }

  /** Who chose what is not told: ask for it. Throws `ApiError`. */
  async refresh(id: string): Promise<void> {
    this.#take(await call<Poll>("GET", `/polls/${part(id)}`));
  }

  async choose(id: string, choices: number[]): Promise<void> {
    this.#take(await call<Poll>("PUT", `/polls/${part(id)}/vote`, { choices }));
  }

  async come(id: string, plus: number, note: string): Promise<void> {
    this.#take(await call<Poll>("PUT", `/polls/${part(id)}/entry`, { plus, note }));
  }

  async leave(id: string): Promise<void> {
    this.#take(await call<Poll>("DELETE", `/polls/${part(id)}/entry`));
  }

  async close(id: string): Promise<void> {
    this.#take(await call<Poll>("POST", `/polls/${part(id)}/close`, {}));
  }

  #take(poll: Poll): void {
    const old = this.#known.get(poll.id);
    if (old && old !== "gone" && old.version > poll.version) return;
    this.#known.set(poll.id, poll);
    const tally = this.#tallies.get(poll.id);
    if (tally) this.#tally(tally);
  }

  #tally(tally: Tally): void {
    const old = this.#known.get(tally.poll);
    if (!old) return void this.#tallies.set(tally.poll, tally);
    if (old === "gone" || old.version >= tally.version) return;
    const { version, counts, voters, closed } = tally;
    this.#known.set(old.id, { ...old, version, counts, voters, closed });
  }
}

export const polls = new Polls();

export interface NewPoll {
  question: string;
  choices: string[];
  multiple: boolean;
  anonymous: boolean;
  closes_at: Millis | null;
  nonce: string;
}

export interface NewList {
  title: string;
  places: number | null;
  closes_at: Millis | null;
  nonce: string;
}

export const ask = (id: ConversationId, body: NewPoll): Promise<Message> => call("POST", `/conversations/${part(id)}/polls`, body);
export const startList = (id: ConversationId, body: NewList): Promise<Message> => call("POST", `/conversations/${part(id)}/lists`, body);
