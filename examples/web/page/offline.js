const PATIENCE = 3000; // milliseconds; a page that was reloaded past its service worker waits in vain

/**
 * Has a service worker keep what the page has loaded and what it will load, for when there is no network.
 * @returns {Promise<boolean>} Whether there is one: a browser allows it on https and on localhost.
 */
export async function keepForOffline() {
  const workers = navigator.serviceWorker;
  if (!workers) return false;
  const isFirst = !workers.controller;
  try {
    await workers.register("service-worker.js");
    if (!(await controlled(workers))) return false;
    // What came before the service worker goes through it once more.
    const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
    if (isFirst) await Promise.all(["./", ...loaded].map((url) => fetch(url)));
    return true;
  } catch (error) {
    console.warn("The page does not work offline:", error);
    return false;
  }
}

function controlled(workers) {
  if (workers.controller) return true;
  return new Promise((resolve) => {
    workers.addEventListener("controllerchange", () => resolve(true), { once: true });
    setTimeout(() => resolve(false), PATIENCE);
  });
}
