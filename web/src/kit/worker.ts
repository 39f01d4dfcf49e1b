/** Lets the service worker keep the client on this device, where the browser allows it: over HTTPS, or on the machine itself. */

import { go } from "./router.svelte";

/**
 * Register /sw.js. `ready` is called when a newer client has been loaded and waits, with the function that changes over to it; every
 * tab then loads itself again.
 */
export async function registerWorker(ready: (update: () => void) => void): Promise<void> {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  const { serviceWorker } = navigator;
  const changing = serviceWorker.controller !== null;
  // Another tab may have asked for the change: files of the old client are gone then.
  serviceWorker.addEventListener("controllerchange", () => changing && location.reload());
  // A notification was touched while a page was open.
  serviceWorker.addEventListener("message", ({ data }) => typeof data?.open === "string" && go(data.open as string));
  const registration = await serviceWorker.register("/sw.js").catch(() => null);
  if (!registration) return;
  const offer = (): void => {
    const { waiting } = registration;
    if (waiting && serviceWorker.controller) ready(() => waiting.postMessage("update"));
  };
  offer();
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", offer));
  // An installed client may stay open for weeks without loading a page.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void registration.update().catch(() => undefined);
  });
}
