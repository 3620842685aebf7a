// Keeps a copy of one's own day on the telephone. Without script, or where a browser keeps nothing, pages work as they are.

const link = document.querySelector("link[rel=saved-copy]");

let worker = null;
let isLeaving = false;

async function keep() {
  const registration = await navigator.serviceWorker.register(link.getAttribute("href"), { scope: link.dataset.scope });
  worker = registration.active ?? (await navigator.serviceWorker.ready).active;
  if (!isLeaving) worker?.postMessage("save");
}

if (link && "serviceWorker" in navigator) {
  keep().catch(() => {});
  // The answer to a sign-out clears what is kept; this does it for browsers that do not know how, and for a copy that is
  // still on its way.
  document.addEventListener("submit", (event) => {
    if (!event.target.getAttribute("action")?.endsWith("/sign-out")) return;
    isLeaving = true;
    (navigator.serviceWorker.controller ?? worker)?.postMessage("forget");
  });
}
