// The workbench by keys: arrows along the list (j and k from anywhere) choose, p pins, v vetoes, w tells why.

function watchPairing() {
  const list = document.getElementById("list");
  if (!list) return;
  const links = () => [...list.querySelectorAll("h3 a")];
  let leader = 0;
  let waits = 0;

  function mark(link) {
    for (const one of links()) {
      const is = one === link;
      one.closest("li").classList.toggle("is-now", is);
      if (is) one.setAttribute("aria-current", "true");
      else one.removeAttribute("aria-current");
    }
  }
  function go(step) {
    const all = links();
    const here = all.findIndex((one) => one === document.activeElement || one.getAttribute("aria-current"));
    const focused = all.indexOf(document.activeElement);
    const next = all[Math.min(all.length - 1, Math.max(0, (focused < 0 ? here : focused) + step))];
    if (!next) return;
    next.focus();
    mark(next);
    // Whoever holds the key down asks for the last one alone.
    window.clearTimeout(waits);
    waits = window.setTimeout(() => next.click(), 150);
  }
  function why() {
    const unpaired = document.activeElement?.closest?.("#unpaired li")?.querySelector("[data-why]");
    if (unpaired) {
      unpaired.click();
      return;
    }
    const heading = document.querySelector("#reasons h2");
    if (!heading) return;
    heading.tabIndex = -1;
    heading.focus();
  }

  list.addEventListener("click", (event) => {
    const link = event.target.closest?.("h3 a");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) mark(link);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id !== "side") return;
    // In one column the answer stands below a long list: go there. Beside the list it may stand below the picture, in a
    // column that scrolls by itself: show as much of it as leaves its heading in sight.
    const side = document.getElementById("side");
    const reasons = document.getElementById("reasons");
    if (!reasons) return;
    if (!window.matchMedia("(min-width: 68.75rem)").matches) reasons.scrollIntoView();
    else {
      const below = reasons.getBoundingClientRect().bottom - side.getBoundingClientRect().bottom;
      const above = reasons.getBoundingClientRect().top - side.getBoundingClientRect().top;
      side.scrollTop += Math.max(0, Math.min(below, above));
    }
  });
  if (document.body.dataset.keys === "off") return;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable=true], dialog")) return;
    if (event.key === "g") {
      leader = Date.now(); // "g p" goes to the people, and pins nothing
      return;
    }
    if (Date.now() - leader < 1200) {
      leader = 0;
      return;
    }
    const isArrow = event.key === "ArrowDown" || event.key === "ArrowUp";
    if (event.key === "j" || event.key === "k" || (isArrow && list.contains(document.activeElement))) {
      event.preventDefault();
      go(event.key === "j" || event.key === "ArrowDown" ? 1 : -1);
      return;
    }
    if (event.key === "w") {
      event.preventDefault();
      why();
      return;
    }
    const form = event.key === "p" || event.key === "v" ? document.querySelector(`[data-press="${event.key}"]`) : null;
    if (!form) return;
    event.preventDefault();
    form.querySelector("button").click();
  });
}

watchPairing();
