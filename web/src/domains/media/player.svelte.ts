/** One voice at a time, wherever it was started. It plays on to the next that was not heard, and remembers how fast one likes it. */

import { media } from "../../kit/api";
import type { BlobId, Message } from "../../kit/wire";
import type { Talk } from "../chat/talk";
import type { VoiceCard } from "./cards";
import { listened } from "./listened.svelte";

export const SPEEDS = [1, 1.5, 2] as const;
const SPEED = "warung.voice.speed";

function kept<T>(key: string, otherwise: T): T {
  try {
    return (JSON.parse(localStorage.getItem(key) ?? "null") as T | null) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function keep(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // a private window: it is forgotten with the page
  }
}

class Player {
  /** What is in hand, playing or paused. */
  blob = $state<BlobId | null>(null);
  playing = $state(false);
  /** Seconds from the beginning. */
  at = $state(0);
  speed = $state<(typeof SPEEDS)[number]>(SPEEDS.find((one) => one === kept(SPEED, 1)) ?? 1);
  failed = $state<BlobId | null>(null);

  readonly #audio = new Audio();
  /** Opus in WebM, where the browser can; else what the server made for old ears. */
  readonly #size = this.#audio.canPlayType('audio/webm; codecs="opus"') ? "voice" : "voice_aac";
  #next: (() => void) | null = null;
  #turns = 0;

  constructor() {
    const audio = this.#audio;
    audio.preload = "auto";
    audio.ontimeupdate = () => (this.at = audio.currentTime);
    audio.onplay = () => (this.playing = true);
    audio.onpause = () => (this.playing = false);
    audio.onended = () => this.#ended();
    audio.onerror = () => this.#broken();
  }

  /** Play or pause a voice; `talk` knows which one comes next. */
  toggle(message: Message, talk: Talk, mine: boolean): void {
    const { blob } = message.card as unknown as VoiceCard;
    if (this.blob === blob && this.playing) return this.#audio.pause();
    if (this.blob !== blob) this.#open(blob);
    if (!mine) listened.add(blob);
    this.#next = () => this.#after(message, talk, mine);
    this.#start();
  }

  /** Go to a place in the voice in hand. */
  seek(seconds: number): void {
    this.#audio.currentTime = seconds;
    this.at = seconds;
  }

  faster(): void {
    this.speed = SPEEDS[(SPEEDS.indexOf(this.speed) + 1) % SPEEDS.length] ?? 1;
    this.#audio.playbackRate = this.speed;
    keep(SPEED, this.speed);
  }

  pause(): void {
    this.#audio.pause();
  }

  #open(blob: BlobId): void {
    this.blob = blob;
    this.at = 0;
    this.failed = null;
    this.#turns = 0;
    this.#audio.src = media(blob, this.#size);
  }

  #start(): void {
    this.#audio.playbackRate = this.speed;
    void this.#audio.play().catch(() => (this.playing = false));
  }

  #ended(): void {
    const next = this.#next;
    this.blob = null;
    this.playing = false;
    this.at = 0;
    next?.();
  }

  /** On to the next voice of the others that was not heard. */
  #after(message: Message, talk: Talk, mine: boolean): void {
    if (mine) return;
    const next = talk.items.find(({ seq, mine: own, message: { card } }) => {
      return seq !== null && seq > message.seq && !own && card.type === "media.voice" && !listened.has((card as unknown as VoiceCard).blob);
    });
    if (next) this.toggle(next.message, talk, false);
  }

  /** The link has grown old, or the line is bad: once more from where it was, then it is said. */
  #broken(): void {
    const { blob, at } = this;
    if (!blob) return;
    if (this.#turns++ > 0) {
      this.failed = blob;
      this.blob = null;
      this.playing = false;
      return;
    }
    this.#audio.src = media(blob, this.#size);
    this.#audio.currentTime = at;
    this.#start();
  }
}

export const player = new Player();

/** Something else is to be listened to. */
export const quiet = (): void => player.pause();
