/** A device with the client on it, and time that passes only when a test lets it. */

import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, expect, vi } from "vitest";
import { Store, type Item, type OpenConversation } from "../src/domains/chat/store.svelte";
import { openTalk } from "../src/domains/chat/open.svelte";
import { client } from "../src/kit/api";
import type { TextCard } from "../src/kit/wire";
import { Warung } from "./warung";

const DEADLINE_TICKS = 4_000;
const TICK_MS = 25;

/** The database works between two turns of the loop: give it a few. */
async function breathe(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise<void>((go) => setImmediate(go));
}

/** Let everything that is due now happen, then a moment of time. */
export async function tick(ms = TICK_MS): Promise<void> {
  await breathe();
  await vi.advanceTimersByTimeAsync(ms);
  await breathe();
}

/** Wait, in the test's own time, until something is true. */
export async function until(condition: () => boolean, what = "it"): Promise<void> {
  for (let i = 0; i < DEADLINE_TICKS; i++) {
    if (condition()) return;
    await tick();
  }
  expect.fail(`waited in vain for ${what}`);
}

export class Phone {
  store!: Store;
  readonly tabs: Store[] = [];

  /** Open the page. */
  async open(): Promise<Store> {
    this.store = new Store();
    this.tabs.push(this.store);
    await this.settled(this.store.start());
    return this.store;
  }

  /** The browser is closed, in the middle of whatever goes on. */
  close(): void {
    for (const tab of this.tabs.splice(0)) tab.close();
  }

  async reopen(): Promise<Store> {
    this.close();
    return this.open();
  }

  /** Await something that needs time to pass. */
  async settled<T>(promise: Promise<T>): Promise<T> {
    let done = false;
    const finished = promise.finally(() => (done = true));
    finished.catch(() => undefined);
    await until(() => done, "an answer");
    return finished;
  }

  /** The line is open and everything that was asked for has come. */
  async inStep(): Promise<void> {
    await until(() => this.store.connection === "online" && !this.store.syncing, "the line");
    await tick(1_000);
    for (let i = 0; i < 20; i++) await tick(100);
  }

  talk(id: string): OpenConversation {
    return openTalk(this.store, id);
  }

  /** Put a conversation on screen, with all of its history. */
  async everything(id: string): Promise<OpenConversation> {
    const talk = this.talk(id);
    await until(() => talk.ready && !talk.loading, "the conversation");
    while (talk.hasNewer && !talk.problem) await this.settled(talk.loadNewer());
    while (talk.hasOlder && !talk.problem) await this.settled(talk.loadOlder());
    return talk;
  }
}

export const text = (words: string): TextCard => ({ type: "chat.text", text: words });

/** What stands on screen, a line per message. */
export function lines(items: readonly Item[]): string[] {
  return items.map(({ message, state }) => {
    const words = (message.card as Partial<TextCard>).text ?? message.card.type;
    return state === "stored" ? `${message.seq} ${message.sender}: ${words}` : `${state}: ${words}`;
  });
}

/** What should stand there, by the server's log. */
export function logged(server: Warung, id: string): string[] {
  const room = server.rooms.get(id)!;
  const from = room.members.get("budi")!.from_seq;
  const shown = room.log.filter(({ seq, card }) => seq > from && card.type !== "chat.recall");
  return shown.map(({ seq, sender, card }) => `${seq} ${sender}: ${(card as Partial<TextCard>).text ?? card.type}`);
}

/** A fresh device, server and clock for each test. Call it once per file. */
export function stage(): { phone: () => Phone; server: () => Warung; fresh: () => void } {
  let phone = new Phone();
  let server = new Warung();
  const fresh = (): void => {
    phone.close();
    globalThis.indexedDB = new IDBFactory();
    (localStorage as Storage).clear();
    Object.assign(navigator, { onLine: true });
    phone = new Phone();
    server = new Warung();
    server.serve(client);
  };
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
    fresh();
  });
  afterEach(() => {
    phone.close();
    vi.useRealTimers();
  });
  return { phone: () => phone, server: () => server, fresh };
}
