// The app can be installed and opens without a network: the shell comes from the cache then, and nothing else does.
// Replies, chats and everything else of the API are never cached here; the server keeps them.
const SHELL = "earthshine-shell-1";
// Where the app stands on its host, without the slash at its end.
const BASE = new URL(".", self.location.href).pathname.slice(0, -1);
const ROOT = `${BASE}/`;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name !== SHELL).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin || !url.pathname.startsWith(ROOT)) return;
  const path = url.pathname.slice(BASE.length);
  if (path.startsWith("/v1") || path.startsWith("/earthshine/")) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (path.startsWith("/assets/")) event.respondWith(asset(request));
});

async function page(request) {
  const cache = await caches.open(SHELL);
  try {
    const reply = await fetch(request);
    if (reply.ok && (reply.headers.get("content-type") || "").includes("text/html")) await cache.put(ROOT, reply.clone());
    return reply;
  } catch (error) {
    const kept = await cache.match(ROOT);
    if (kept) return kept;
    throw error;
  }
}

async function asset(request) {
  const cache = await caches.open(SHELL);
  const kept = await cache.match(request);
  if (kept) return kept;
  const reply = await fetch(request);
  if (reply.ok) await cache.put(request, reply.clone());
  return reply;
}
