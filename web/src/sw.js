// Keeps the client itself on the phone, so that it opens without a network. Data is not kept here: that is the work of IndexedDB.
const VERSION = '__VERSION__'
const FILES = ['__FILES__']
const PICTURES = 'pictures-1'
const MOST_PICTURES = 400
const SERVER_ONLY = /^\/(api|apps|ws|healthz|readyz|metrics|cgi-bin|sns|connect|pay|v3)(\/|$)/

addEventListener('install', (event) => event.waitUntil(caches.open(VERSION).then((cache) => cache.addAll(FILES))))

addEventListener('activate', (event) =>
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name.startsWith('shell-') && name !== VERSION) await caches.delete(name)
      await clients.claim()
    })(),
  ),
)

addEventListener('message', (event) => {
  if (event.data === 'update') skipWaiting()
  if (event.data === 'forget') event.waitUntil(caches.delete(PICTURES))
})

/** Pictures have stable addresses and never change: the first answer is kept, the oldest make room. */
async function picture(request) {
  const cache = await caches.open(PICTURES)
  const kept = await cache.match(request)
  if (kept) return kept
  const answer = await fetch(request)
  if (answer.ok) {
    await cache.put(request, answer.clone())
    const keys = await cache.keys()
    for (const old of keys.slice(0, Math.max(0, keys.length - MOST_PICTURES))) await cache.delete(old)
  }
  return answer
}

addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== location.origin) return
  if (/^\/api\/media\/[^/]+\/(thumb|full)$/.test(url.pathname)) return event.respondWith(picture(request))
  if (SERVER_ONLY.test(url.pathname)) return
  event.respondWith(
    caches.open(VERSION).then(async (cache) => (await cache.match(request.mode === 'navigate' ? '/' : request)) ?? fetch(request)),
  )
})
