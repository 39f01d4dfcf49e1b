/**
 * Keeps the client itself on the phone, so that it opens without a network, and the pictures and voices
 * that were looked at and listened to last.
 * Data is not kept here: that is the work of IndexedDB. The build puts the version and the list of files in.
 */
const VERSION = "__VERSION__";
const FILES = ['__FILES__'];
const PICTURES = "pictures";
const MOST_PICTURES = 600;
const PICTURE = /^\/api\/media\/[^/]+\/(avatar|thumb|full)$/;
const VOICE = /^\/api\/media\/[^/]+\/voice(_aac)?$/;
const SERVER_ONLY = /^\/(api|ws|apps|media|healthz|readyz|metrics|docs|open|cgi-bin|sns|connect|mp|pay|v3)(\/|$)/;

/** Pictures looked at since this worker started: they need not be moved to the end again. */
const seen = new Set();

addEventListener("install", (event) => event.waitUntil(caches.open(VERSION).then((cache) => cache.addAll(FILES))));

addEventListener("activate", (event) => event.waitUntil(takeOver()));

// A new version waits until the page asks for it: nothing changes under somebody's hands.
addEventListener("message", (event) => {
  if (event.data === "update") skipWaiting();
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (VOICE.test(url.pathname)) event.respondWith(voice(event));
  else if (PICTURE.test(url.pathname)) event.respondWith(picture(event));
  else if (!SERVER_ONLY.test(url.pathname)) event.respondWith(shell(request));
});

addEventListener("push", (event) => event.waitUntil(pushed(event.data.json())));
addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openAt(event.notification.data));
});

/** Show what the server tells a sleeping device; one notification per conversation. A page that is looked at shows it by itself. */
async function pushed(told) {
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  if (told.type === "test") for (const page of pages) page.postMessage({ push: "test" });
  else void navigator.setAppBadge?.(told.unread);
  if (told.type === "read") {
    for (const shown of await registration.getNotifications({ tag: told.conversation })) shown.close();
  } else if (told.type === "test" || !pages.some((page) => page.visibilityState === "visible")) {
    await show(told, await words());
  }
}

async function show(told, said) {
  if (told.type === "test") return registration.showNotification("warung", { body: said["push.test"], tag: "test", icon: "/icon.svg", data: "/me/push" });
  const { preview, title, sender } = told;
  const text = told.text ?? (preview ? filled(said[preview.key] ?? said["push.new"], preview.args) : said["push.new"]);
  return registration.showNotification(title ?? "warung", {
    body: sender && sender !== title ? `${sender}: ${text}` : text,
    tag: told.conversation,
    renotify: true,
    icon: "/icon.svg",
    data: `/chat/${told.conversation}`,
  });
}

/** What the page left here in the person's language. */
async function words() {
  const kept = await (await caches.open("words")).match("/words");
  return kept ? kept.json() : { "push.new": "warung" };
}

const filled = (message, args = {}) => message.replace(/\{(\w+)[^}]*\}/g, (_, name) => args[name] ?? "");

async function openAt(path) {
  const [page] = await clients.matchAll({ type: "window" });
  if (!page) return clients.openWindow(path);
  await page.focus();
  page.postMessage({ open: path });
}

async function takeOver() {
  for (const name of await caches.keys()) if (name.startsWith("shell-") && name !== VERSION) await caches.delete(name);
  await clients.claim();
}

/** Every address is the same page; what it needs is kept. */
async function shell(request) {
  const cache = await caches.open(VERSION);
  return (await cache.match(request.mode === "navigate" ? "/" : request)) ?? fetch(request);
}

/** A picture has a stable address and never changes: what is kept is shown, what was not looked at for longest makes room. */
async function picture(event) {
  const { request } = event;
  const cache = await caches.open(PICTURES);
  const kept = await cache.match(request.url);
  const answer = kept ?? (await fetch(request));
  if (answer.ok && !(kept && seen.has(request.url))) event.waitUntil(keep(cache, request.url, answer.clone()));
  return answer;
}

/** A voice is kept whole, and given in the pieces that a player asks for. */
async function voice(event) {
  const { request } = event;
  const cache = await caches.open(PICTURES);
  const kept = await cache.match(request.url);
  const answer = kept ?? (await fetch(request.url));
  if (!answer.ok) return answer;
  if (!(kept && seen.has(request.url))) event.waitUntil(keep(cache, request.url, answer.clone()));
  const asked = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("range") ?? "");
  if (!asked) return answer;
  const whole = await answer.blob();
  const [from, to] = [Number(asked[1]), asked[2] ? Math.min(Number(asked[2]) + 1, whole.size) : whole.size];
  if (from >= to) return new Response(null, { status: 416, headers: { "content-range": `bytes */${whole.size}` } });
  const headers = { "content-type": whole.type, "content-range": `bytes ${from}-${to - 1}/${whole.size}`, "content-length": String(to - from) };
  return new Response(whole.slice(from, to, whole.type), { status: 206, headers });
}

/** Put a picture at the end of the cache: it keeps the order of putting. */
async function keep(cache, url, answer) {
  seen.add(url);
  await cache.delete(url);
  await cache.put(url, answer);
  const all = await cache.keys();
  for (const old of all.slice(0, Math.max(0, all.length - MOST_PICTURES))) await cache.delete(old);
}
