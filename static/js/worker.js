// Answers for one's own pages where there is no network, with the copy of one's own day; see app/office/routes/day.py.
// The copy is deleted when somebody signs out, when the session has ended, and after the event.

const scope = new URL(self.registration.scope).pathname;
const kept = `my-day ${scope}`;
const copy = `${scope}/saved`;

/** How often the copy was forgotten: a copy that was asked for before is not kept after. */
let forgotten = 0;

async function forget() {
  forgotten += 1;
  await caches.delete(kept);
}

async function save() {
  const asked = forgotten;
  const answer = await fetch(copy, { redirect: "manual", credentials: "same-origin" });
  if (!answer.ok || answer.headers.get("X-Saved-Copy") !== "my-day") {
    // Signed out, or another role by now: what is kept is nobody's any more.
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403 || answer.status === 404) await forget();
    return;
  }
  const seconds = Number(answer.headers.get("X-Saved-Seconds"));
  if (!(seconds > 0)) return forget();
  const text = await answer.text();
  const sheets = [...text.matchAll(/(?:href|src)="(\/static\/[^"]+\.(?:css|svg)[^"]*)"/g)].map((found) => found[1].replaceAll("&amp;", "&"));
  const until = Date.now() + 1000 * seconds;
  const headers = { "Content-Type": "text/html; charset=utf-8", "X-Saved-Until": String(until) };
  for (const name of ["Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options"]) {
    if (answer.headers.has(name)) headers[name] = answer.headers.get(name);
  }
  if (asked !== forgotten) return;
  const cache = await caches.open(kept);
  await cache.put(copy, new Response(text, { headers }));
  await Promise.all(sheets.map(async (sheet) => (await cache.match(sheet)) ?? cache.add(sheet)));
  if (asked !== forgotten) await caches.delete(kept);
}

async function valid() {
  const answer = await caches.match(copy, { cacheName: kept });
  if (!answer) return null;
  if (Date.now() < Number(answer.headers.get("X-Saved-Until"))) return answer;
  await forget();
  return null;
}

async function page(request) {
  try {
    const answer = await fetch(request);
    if (answer.type === "opaqueredirect" || answer.redirected || answer.status === 401) await save().catch(() => {});
    return answer;
  } catch (error) {
    const saved = await valid();
    if (saved) return saved;
    throw error;
  }
}

async function file(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const saved = await caches.match(request, { cacheName: kept });
    if (saved) return saved;
    throw error;
  }
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(Promise.all([self.clients.claim(), valid()])));
self.addEventListener("message", (event) => {
  if (event.data === "save") event.waitUntil(save().catch(() => {}));
  if (event.data === "forget") event.waitUntil(forget());
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (new URL(request.url).pathname.startsWith("/static/")) event.respondWith(file(request));
});
