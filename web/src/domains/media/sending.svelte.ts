/**
 * What a person sends that has to be brought first. Its bubble is there at once, an intent that the outbox holds; its files are kept on
 * the device until the server has them all. Then the card is complete, and the outbox sends it like any other.
 */

import { SvelteMap } from "svelte/reactivity";
import { ApiError } from "../../kit/api";
import type { Intent, KeptFile } from "../../kit/db";
import type { BlobId, Card, ConversationId, Message, WireError } from "../../kit/wire";
import { store } from "../chat/store.svelte";
import type { Talk } from "../chat/talk";
import type { FileCard, Made, PhotoCard, Shot, VideoCard, VoiceCard } from "./cards";
import { bring, drop } from "./uploading";

const LOCAL = "local:";
const AGAIN_MS = 5_000;
const PASSING = new Set([
  ...["offline", "not_confirmed", "unavailable", "pictures_unavailable", "players_unavailable", "blobs_unavailable"],
  ...["too_many", "uploads_waiting", "disk_full", "stopped", "blob_being_removed"],
]);

class Sending {
  /** By nonce: what share has arrived, from 0 to 1. */
  readonly progress = new SvelteMap<string, number>();
  /** What this device has of blobs, so that nothing is loaded that was just sent. */
  readonly #urls = new SvelteMap<BlobId, string>();
  readonly #running = new Map<string, AbortController>();
  #queue: Promise<unknown> = Promise.resolve();

  /** Where a blob is on this device, if it is. */
  url(blob: BlobId): string | undefined {
    return this.#urls.get(blob);
  }

  /** Put a card with its files into a conversation. `shape` is what is known of it already. */
  add(conversation: ConversationId, card: (local: (i: number) => BlobId) => Card, files: readonly Omit<KeptFile, "upload">[]): void {
    const whole = files.map((file): KeptFile => ({ ...file, upload: null }));
    const made = store.outbox.add(conversation, card((i) => `${LOCAL}${i}`), null, whole);
    whole.forEach((file, i) => this.#urls.set(`${LOCAL}${i}:${made.nonce}`, URL.createObjectURL(file.data)));
  }

  /** The address of a picture that is not on the server yet. */
  waiting(nonce: string | null | undefined, blob: BlobId): string | undefined {
    return this.#urls.get(blob.startsWith(LOCAL) ? `${blob}:${nonce}` : blob);
  }

  /** Is this on its way here? What was refused is not: it says so itself. */
  underway(message: Message, talk: Talk): boolean {
    return message.seq === 0 && talk.items.find(({ nonce }) => nonce === message.nonce)?.state === "held";
  }

  /** Bring the files of an intent that is held. Asked for again while it is under way, it does nothing. */
  prepare(intent: Intent): void {
    if (this.#running.has(intent.nonce)) return;
    const stop = new AbortController();
    this.#running.set(intent.nonce, stop);
    // one after the other: a slow line is not shared
    this.#queue = this.#queue
      .then(() => this.#bring(intent, stop.signal))
      .catch(() => undefined)
      .finally(() => this.#running.delete(intent.nonce));
  }

  /** Give up what has not been brought yet. */
  async cancel(nonce: string): Promise<void> {
    this.#running.get(nonce)?.abort();
    const files = await store.outbox.files(nonce);
    if (await store.outbox.discard(nonce)) for (const { upload } of files) if (upload) drop(upload);
    this.progress.delete(nonce);
  }

  async #bring(intent: Intent, signal: AbortSignal): Promise<void> {
    const { nonce } = intent;
    const files = await store.outbox.files(nonce);
    if (!store.outbox.intents.has(nonce)) return;
    if (!files.length) return store.outbox.refuse(nonce, { code: "files_gone", message: "", details: {} });
    files.forEach((file, i) => {
      const key = `${LOCAL}${i}:${nonce}`;
      if (!this.#urls.has(key)) this.#urls.set(key, URL.createObjectURL(file.data));
    });
    const total = files.reduce((sum, { data }) => sum + data.size, 0);
    let before = 0;
    const made: Made[] = [];
    try {
      for (const file of files) {
        const begun = async (id: string): Promise<void> => {
          file.upload = id;
          await store.outbox.keepFiles(nonce, files);
        };
        const share = (part: number): void => void this.progress.set(nonce, (before + part * file.data.size) / total);
        made.push(await bring(file.data, { ...file, id: file.upload }, begun, share, signal));
        before += file.data.size;
      }
    } catch (failure) {
      return this.#failed(nonce, failure as ApiError);
    }
    made.forEach(({ id }, i) => this.#urls.set(id, this.#urls.get(`${LOCAL}${i}:${nonce}`) ?? ""));
    this.progress.delete(nonce);
    await store.outbox.release(nonce, complete(intent.card, made, files));
  }

  async #failed(nonce: string, failure: ApiError): Promise<void> {
    this.progress.delete(nonce);
    if (failure.code === "aborted") return;
    if (PASSING.has(failure.code) || failure.retryAfterS !== null) {
      setTimeout(() => store.outbox.tellHeld(), (failure.retryAfterS ?? 0) * 1000 || AGAIN_MS);
      return;
    }
    const { code, message, details } = failure;
    await store.outbox.refuse(nonce, { code, message, details } satisfies WireError);
  }
}

/** The card that says what the server said of the files. */
function complete(card: Card, made: readonly Made[], files: readonly KeptFile[]): Card {
  const [one] = made;
  if (!one) return card;
  if (card.type === "media.photo") {
    const photos = made.map(({ id, width, height, placeholder }, i): Shot => {
      return { blob: id, width, height, ...(placeholder ? { placeholder } : {}), ...(files[i]?.original ? { original: true } : {}) };
    });
    const { caption } = card as PhotoCard;
    return { type: "media.photo", photos, ...(caption ? { caption } : {}) } as PhotoCard as Card;
  }
  if (card.type === "media.video") {
    const { id, width, height, duration_ms, size, placeholder } = one;
    const { caption } = card as VideoCard;
    return {
      ...({ type: "media.video", blob: id, width, height, duration_ms, size } as VideoCard),
      ...(placeholder ? { placeholder } : {}),
      ...(caption ? { caption } : {}),
    } as Card;
  }
  if (card.type === "media.voice") {
    return { type: "media.voice", blob: one.id, duration_ms: one.duration_ms, waveform: one.waveform ?? "" } as VoiceCard as Card;
  }
  const { caption } = card as FileCard;
  const { id, name, mime, size } = one;
  return { type: "media.file", blob: id, name, mime, size, ...(caption ? { caption } : {}) } as FileCard as Card;
}

export const sending = new Sending();
