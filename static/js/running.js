// Where a run tells how far it is, the focus: what is told is put into the page by morphing, so that "stop" stays under
// the finger, and where it goes the heading of what came in its place has the focus.

/** What had the focus last, and all around it; nothing where it was given up. */
let held = null;

function around(element) {
  const found = [];
  for (let one = element; one; one = one.parentElement) found.push(one);
  return found;
}
document.addEventListener("focusin", (event) => {
  held = around(event.target);
});
// What is taken out of the page loses the focus before it has gone.
document.addEventListener("focusout", ({ target, relatedTarget }) => {
  if (!relatedTarget) queueMicrotask(() => target.isConnected && held?.[0] === target && (held = null));
});

function takeOver(region) {
  if (!held || held[0].isConnected || !held.includes(region) || document.activeElement !== document.body) return;
  const heading = region.querySelector("h1, h2, h3");
  if (!heading) return;
  const link = heading.querySelector("a[href]");
  if (!link) heading.tabIndex = -1;
  (link ?? heading).focus();
}
document.addEventListener("htmx:sseMessage", (event) => takeOver(event.target));
// The answer is fetched when the run has said its last.
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.requestConfig?.triggeringEvent?.type.startsWith("sse:")) takeOver(detail.target);
});
