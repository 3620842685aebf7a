// Keeps a copy of one's own day on the telephone. Without script, or where a browser keeps nothing, pages work as they are.

const link = document.querySelector("link[rel=saved-copy]");

async function keep() {
  const registration = await navigator.serviceWorker.register(link.getAttribute("href"), { scope: link.dataset.scope });
  const ready = registration.active ?? (await navigator.serviceWorker.ready).active;
  ready?.postMessage("save");
}

if (link && "serviceWorker" in navigator) {
  keep().catch(() => {});
  // The answer to a sign-out clears what is kept; this does it for browsers that do not know how.
  document.addEventListener("submit", (event) => {
    if (!event.target.getAttribute("action")?.endsWith("/sign-out")) return;
    navigator.serviceWorker.controller?.postMessage("forget");
  });
}
