// Keeps what the page loads, and gives it when there is no network. With a network the page is always the newest.

const CACHE = "recurrent-toolkit";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "GET" && new URL(url).origin === self.location.origin) event.respondWith(freshOrKept(event.request));
});

async function freshOrKept(request) {
  const key = request.mode === "navigate" ? "./" : request; // there is one page
  const cache = await caches.open(CACHE);
  let response;
  try {
    response = await fetch(request.url, { cache: "no-cache" }); // the browser's own cache may be of another build
  } catch (error) {
    const kept = await cache.match(key);
    if (kept) return kept;
    throw error;
  }
  if (response.ok) await cache.put(key, response.clone()).catch((error) => console.warn("Not kept:", error));
  return response;
}
