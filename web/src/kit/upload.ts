/** Sends bytes and says how far they are. Not by fetch, which does not tell. */

import { ApiError, localError } from "./api";

const PATIENCE_MS = 30 * 60_000;

interface Refused {
  error?: { code: string; message: string; details: Record<string, unknown> };
}

/** Send `body` to an address. `progress` is told the share (0 to 1) that has left. Throws `ApiError`. */
export function upload<T>(url: string, method: "POST" | "PUT", body: Blob, progress: (share: number) => void, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    const stop = (): void => call.abort();
    const settle = (work: () => void): void => {
      signal?.removeEventListener("abort", stop);
      work();
    };
    call.open(method, url);
    call.setRequestHeader("Content-Type", "application/octet-stream");
    call.timeout = PATIENCE_MS;
    call.upload.onprogress = ({ loaded, total }) => progress(total ? loaded / total : 0);
    call.onload = () => settle(() => answered(call, resolve, reject));
    call.onerror = call.ontimeout = () => settle(() => reject(localError("offline")));
    call.onabort = () => settle(() => reject(localError("aborted")));
    if (signal?.aborted) return reject(localError("aborted"));
    signal?.addEventListener("abort", stop);
    call.send(body);
  });
}

function answered<T>(call: XMLHttpRequest, resolve: (answer: T) => void, reject: (failure: ApiError) => void): void {
  let said: T & Refused = {} as T & Refused;
  try {
    said = JSON.parse(call.responseText || "{}") as T & Refused;
  } catch {
    // a proxy in between said something of its own
  }
  if (call.status >= 200 && call.status < 300) return resolve(said);
  reject(new ApiError(said.error ?? { code: call.status >= 500 ? "unavailable" : "bad_request", message: "", details: {} }, call.status));
}
