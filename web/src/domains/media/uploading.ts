/** Brings a file to the server in pieces. A lost connection costs the piece under way: what has arrived is asked for and gone on from. */

import { ApiError, request } from "../../kit/api";
import { upload } from "../../kit/upload";
import type { Made } from "./cards";

export type Purpose = "photo" | "video" | "voice" | "file";

interface Upload {
  id: string;
  bytes: number;
  received: number;
  chunk: number;
  blob: string | null;
}

export interface Bringing {
  purpose: Purpose;
  name: string;
  original: boolean;
  /** an upload that was begun before */
  id: string | null;
}

const part = encodeURIComponent;

/** Upload `file`. `begun` is told the id to go on with later, `progress` how much of it (0 to 1) has arrived. Throws `ApiError`. */
export async function bring(
  file: Blob,
  how: Bringing,
  begun: (id: string) => Promise<void>,
  progress: (share: number) => void,
  signal: AbortSignal,
): Promise<Made> {
  let here = how.id ? await kept(how.id, file.size, signal) : null;
  if (!here) {
    const body = { purpose: how.purpose, bytes: file.size, name: how.name, original: how.original };
    here = await request<Upload>("POST", "/uploads", { body, signal });
    await begun(here.id);
  }
  const { id, chunk } = here;
  let at = here.received;
  while (at < file.size) {
    progress(at / file.size);
    const piece = file.slice(at, at + chunk);
    at = await put(`/uploads/${part(id)}/${at}`, piece, (bytes) => progress((at + bytes) / file.size), signal);
  }
  progress(1);
  return request<Made>("POST", `/uploads/${part(id)}/finish`, { signal });
}

/** Tell the server that it is not wanted any more; if that is lost, it forgets by itself. */
export function drop(id: string): void {
  void request("DELETE", `/uploads/${part(id)}`).catch(() => undefined);
}

async function kept(id: string, size: number, signal: AbortSignal): Promise<Upload | null> {
  try {
    const found = await request<Upload>("GET", `/uploads/${part(id)}`, { signal });
    return found.bytes === size ? found : null;
  } catch (failure) {
    if (failure instanceof ApiError && failure.code === "upload_forgotten") return null;
    throw failure;
  }
}

/** Send one piece; resolves with how much has arrived. */
async function put(path: string, piece: Blob, progress: (bytes: number) => void, signal: AbortSignal): Promise<number> {
  try {
    const { received } = await upload<Upload>(`/api${path}`, "PUT", piece, (share) => progress(share * piece.size), signal);
    return received;
  } catch (failure) {
    // A piece that had arrived unheard: go on where the server is.
    const received = failure instanceof ApiError && failure.code === "piece_misplaced" ? failure.details["received"] : null;
    if (typeof received === "number") return received;
    throw failure;
  }
}
