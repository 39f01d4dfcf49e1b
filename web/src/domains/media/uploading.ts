/** Brings a file to the server in pieces. A lost connection costs the piece under way: what has arrived is asked for and gone on from. */

import { ApiError, localError, request } from "../../kit/api";
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
  let upload = how.id ? await kept(how.id, file.size, signal) : null;
  if (!upload) {
    const body = { purpose: how.purpose, bytes: file.size, name: how.name, original: how.original };
    upload = await request<Upload>("POST", "/uploads", { body, signal });
    await begun(upload.id);
  }
  const { id, chunk } = upload;
  let at = upload.received;
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
    const upload = await request<Upload>("GET", `/uploads/${part(id)}`, { signal });
    return upload.bytes === size ? upload : null;
  } catch (failure) {
    if (failure instanceof ApiError && failure.code === "upload_forgotten") return null;
    throw failure;
  }
}

/** Send one piece; resolves with how much has arrived. Not by fetch, which does not tell how far a piece is. */
function put(path: string, piece: Blob, progress: (bytes: number) => void, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    const stop = (): void => call.abort();
    const settle = (work: () => void): void => {
      signal.removeEventListener("abort", stop);
      work();
    };
    call.open("PUT", `/api${path}`);
    call.setRequestHeader("Content-Type", "application/octet-stream");
    call.timeout = 5 * 60_000;
    call.upload.onprogress = (event) => progress(event.loaded);
    call.onload = () => settle(() => arrived(call, resolve, reject));
    call.onerror = call.ontimeout = () => settle(() => reject(localError("offline")));
    call.onabort = () => settle(() => reject(localError("aborted")));
    if (signal.aborted) return reject(localError("aborted"));
    signal.addEventListener("abort", stop);
    call.send(piece);
  });
}

function arrived(call: XMLHttpRequest, resolve: (received: number) => void, reject: (failure: ApiError) => void): void {
  let said: { received?: number; error?: { code: string; message: string; details: Record<string, unknown> } } = {};
  try {
    said = JSON.parse(call.responseText || "{}");
  } catch {
    // a proxy in between said something of its own
  }
  const received = call.status === 200 ? said.received : said.error?.details["received"];
  // A piece that had arrived unheard: go on where the server is.
  if (typeof received === "number" && (call.status === 200 || said.error?.code === "piece_misplaced")) return resolve(received);
  const error = said.error ?? { code: call.status >= 500 ? "unavailable" : "bad_request", message: "", details: {} };
  reject(new ApiError(error, call.status));
}
