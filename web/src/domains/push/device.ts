/** This device and its push service: subscribing, and keeping what the browser has and what the server knows the same. */

import { request } from "../../kit/api";
import { wordsOf } from "../../kit/i18n.svelte";

export type Show = "all" | "sender" | "nothing";
export type Outcome = "arrived" | "unreachable" | "no_device";

/** What the server knows of this device; `show` is null when it is not woken. */
export interface Reach {
  key: string;
  show: Show | null;
  endpoint: string | null;
}

/** Why this device cannot be woken. */
export type Hindrance = "insecure" | "browser" | "ios" | "denied";

const WORDS = "words";
const ARRIVES_MS = 10_000;

export const reach = (): Promise<Reach> => request("GET", "/push");
export const choose = (show: Show): Promise<Reach> => request("PATCH", "/push", { body: { show } });

/** Why this device cannot be woken, or null. */
export function hindrance(): Hindrance | null {
  if (!isSecureContext) return "insecure";
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || typeof Notification === "undefined") {
    return /iPhone|iPad/.test(navigator.userAgent) ? "ios" : "browser";
  }
  return Notification.permission === "denied" ? "denied" : null;
}

const bytes = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

/** Does a subscription belong to the server's present key? */
function isFor(subscription: PushSubscription, key: string): boolean {
  const own = new Uint8Array(subscription.options.applicationServerKey ?? new ArrayBuffer(0));
  const wanted = bytes(key);
  return own.length === wanted.length && own.every((byte, i) => byte === wanted[i]);
}

async function subscribed(key: string): Promise<PushSubscription> {
  const { pushManager } = await navigator.serviceWorker.ready;
  const had = await pushManager.getSubscription();
  if (had && isFor(had, key)) return had;
  await had?.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
}

/** Let this device be woken; asks the person for permission where that is still open. Null when it was not given. */
export async function wake(show: Show): Promise<Reach | null> {
  if ((await Notification.requestPermission()) !== "granted") return null;
  const { key } = await reach();
  const { endpoint, keys } = (await subscribed(key)).toJSON();
  await keepWords();
  return request("PUT", "/push", { body: { endpoint, keys, show } });
}

/** Let this device sleep. */
export async function sleep(): Promise<void> {
  await request("DELETE", "/push");
  const { pushManager } = await navigator.serviceWorker.ready;
  await (await pushManager.getSubscription())?.unsubscribe();
}

/** Subscribe again where the browser or the server has lost the subscription of a device that wanted to be woken. */
export async function repair(): Promise<void> {
  const known = await reach();
  await keepWords();
  if (known.show === null) return;
  const { endpoint, keys } = (await subscribed(known.key)).toJSON();
  if (endpoint !== known.endpoint) await request("PUT", "/push", { body: { endpoint, keys, show: known.show } });
}

/** Send this device a test and wait for it. */
export async function tryIt(): Promise<Outcome> {
  const arrived = new Promise<Outcome>((resolve) => {
    const heard = (event: MessageEvent): void => {
      if ((event.data as { push?: string } | null)?.push === "test") done("arrived");
    };
    const done = (outcome: Outcome): void => {
      navigator.serviceWorker.removeEventListener("message", heard);
      clearTimeout(timer);
      resolve(outcome);
    };
    const timer = setTimeout(() => done("unreachable"), ARRIVES_MS);
    navigator.serviceWorker.addEventListener("message", heard);
  });
  const { outcome } = await request<{ outcome: "sent" | "unreachable" | "no_device" }>("POST", "/push/test");
  return outcome === "sent" ? arrived : outcome;
}

/** Leave the service worker the words it needs while no page is open. */
async function keepWords(): Promise<void> {
  const cache = await caches.open(WORDS);
  await cache.put("/words", Response.json(wordsOf("preview.", "push.")));
}
