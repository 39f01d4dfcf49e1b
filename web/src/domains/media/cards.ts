/** The cards of media as they travel, and the line that stands for one in a list before the server has said it. */

import type { BlobId, Card, Preview } from "../../kit/wire";

export interface Shot {
  blob: BlobId;
  width: number;
  height: number;
  placeholder?: string | null;
  original?: boolean;
}

export interface PhotoCard {
  type: "media.photo";
  photos: Shot[];
  caption?: string;
}

export interface VideoCard {
  type: "media.video";
  blob: BlobId;
  width: number;
  height: number;
  duration_ms: number;
  size: number;
  placeholder?: string | null;
  caption?: string;
}

export interface VoiceCard {
  type: "media.voice";
  blob: BlobId;
  duration_ms: number;
  /** base64 of 64 bytes */
  waveform: string;
}

export interface FileCard {
  type: "media.file";
  blob: BlobId;
  name: string;
  mime: string;
  size: number;
  caption?: string;
}

export interface LinkCard {
  type: "media.link";
  text: string;
  url: string;
  title: string;
  seal: string;
  description?: string;
  site?: string;
  blob?: BlobId | null;
}

/** What a finished upload became. */
export interface Made {
  id: BlobId;
  kind: "picture" | "video" | "voice" | "file";
  mime: string;
  name: string;
  size: number;
  width: number;
  height: number;
  placeholder: string | null;
  duration_ms: number;
  waveform: string | null;
}

/** Minutes and seconds. */
export function length(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const captioned = (caption?: string): Record<string, string> => ({ caption: caption ?? "" });

export function photoCard(card: Card): Preview {
  const { photos, caption } = card as PhotoCard;
  return { key: "preview.photo", args: { n: String(photos.length), ...captioned(caption) } };
}
export const videoCard = (card: Card): Preview => ({ key: "preview.video", args: captioned((card as VideoCard).caption) });
export const voiceCard = (card: Card): Preview => ({ key: "preview.voice", args: { length: length((card as VoiceCard).duration_ms) } });
export const fileCard = (card: Card): Preview => ({ key: "preview.file", args: { name: (card as FileCard).name } });
export const linkCard = (card: Card): Preview => ({ key: "preview.text", args: { text: (card as LinkCard).text } });
