// What every page gains from script; without it every page works as it stands. One file, since a module that it
// imported would be kept by browsers for ever under an address without a digest.

// Where the focus goes after a swap: pages.md, section 7.4.

const lists = ".needs, .violations, .wishes, .lines, tbody, ol, ul";

/** The address of a list's item, kept before it goes, so that the next one can be found. */
function neighbours(item) {
  const list = item.closest(lists);
  if (!list) return null;
  const next = item.nextElementSibling?.id;
  const previous = item.previousElementSibling?.id;
  const heading = list.closest("section, .card")?.querySelector("h2");
  return { next, previous, heading };
}

function give(element) {
  if (!element) return false;
  if (!element.matches("a, button, input, select, textarea, summary, [tabindex]")) {
    const inside = element.querySelector("a[href], button, input, select, textarea, summary, [tabindex]");
    if (inside) {
      inside.focus();
      return true;
    }
    element.tabIndex = -1;
  }
  element.focus();
  return true;
}

function watchFocus() {
  const wanted = document.querySelector("[data-focus]");
  if (wanted) wanted.focus();

  let asked = null;
  document.addEventListener("htmx:beforeRequest", (event) => {
    const item = event.detail.elt.closest("li[id], tr[id], article[id]");
    asked = { id: document.activeElement?.id, item: item?.id, around: item && neighbours(item), boosted: event.detail.boosted };
    event.detail.target?.setAttribute?.("aria-busy", "true");
  });
  document.addEventListener("htmx:afterRequest", (event) => event.detail.target?.removeAttribute?.("aria-busy"));

  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.elt?.closest?.("#live, #alarm")) return;
    document.querySelectorAll("main [aria-busy]").forEach((region) => region.removeAttribute("aria-busy"));
    const before = asked;
    const dialog = document.querySelector("dialog[open] h2");
    const refused = event.detail.elt?.querySelector?.("[data-focus]") ?? event.detail.target?.querySelector?.("[data-focus]");
    if (refused) {
      refused.focus();
      return;
    }
    if (!before) return;
    if (before.boosted) {
      give(document.querySelector("h1"));
      return;
    }
    if (document.activeElement && document.activeElement !== document.body) return;
    if (before.id && document.getElementById(before.id)) {
      document.getElementById(before.id).focus();
      return;
    }
    if (before.item && document.getElementById(before.item)) {
      give(document.getElementById(before.item));
      return;
    }
    if (before.around) {
      give(document.getElementById(before.around.next)) ||
        give(document.getElementById(before.around.previous)) ||
        give(before.around.heading);
      return;
    }
    give(dialog);
  });
}

// Keys of the organiser's side: "/" searches, g and a letter goes to a section, "?" lists the keys.
// They never work in a field and can be switched off in the profile: <body data-keys="off">.

const pause = 1200;

function inField(target) {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable=true]") !== null;
}

function show(dialog) {
  if (!dialog || dialog.open) return;
  const before = document.activeElement;
  dialog.showModal();
  dialog.querySelector("h2")?.focus();
  dialog.addEventListener("close", () => before?.focus?.(), { once: true });
}

function watchKeys() {
  const dialog = document.getElementById("keys");
  const opener = document.querySelector("[data-keys-open]");
  if (opener && dialog) {
    opener.hidden = false;
    opener.addEventListener("click", () => show(dialog));
  }
  if (document.body.dataset.keys === "off") return;

  let leader = 0;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || inField(event.target)) return;
    if (event.key === "/") {
      const field = document.querySelector('[data-key="/"]');
      if (!field) return;
      event.preventDefault();
      field.focus();
      field.select();
      return;
    }
    if (event.key === "?") {
      show(dialog);
      return;
    }
    if (event.key === "g") {
      leader = Date.now();
      return;
    }
    if (Date.now() - leader < pause) {
      leader = 0;
      const link = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
      if (!link) return;
      event.preventDefault();
      link.click();
    }
  });
}

// Menus made of <details>: Escape closes the topmost and gives the focus back, a press elsewhere closes all.

function watchMenus() {
  const open = () => document.querySelectorAll(".who-menu details[open], details[data-menu][open]");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const [topmost] = [...open()].reverse();
    if (!topmost) return;
    topmost.open = false;
    topmost.querySelector("summary")?.focus();
  });
  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
  });
}

// Say something to whoever listens: document.dispatchEvent(new CustomEvent("announce", { detail: { words, loudly } })).
// What a swap says comes with the answer itself (ui.announce).
// The newest stands: words that still wait are dropped once others come, from here or with an answer.
function watchAnnouncements() {
  const waiting = new Map();
  document.addEventListener("htmx:oobBeforeSwap", (event) => window.clearTimeout(waiting.get(event.detail.target?.id)));
  document.addEventListener("announce", (event) => {
    const region = document.getElementById(event.detail.loudly ? "alarm" : "live");
    if (!region) return;
    window.clearTimeout(waiting.get(region.id));
    region.textContent = "";
    waiting.set(region.id, window.setTimeout(() => {
      region.textContent = event.detail.words;
    }, 50));
  });
}

watchFocus();
watchKeys();
watchMenus();
watchAnnouncements();
