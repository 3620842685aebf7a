// Rows that are ticked to be answered at once: j and k move, x ticks, Shift and x (or Shift and a press) all between.

function watchTicks() {
  const all = document.querySelector("[data-tick-all]");
  const boxes = () => [...document.querySelectorAll("[data-ticks] input[type=checkbox]")];
  if (!all || boxes().length === 0) return;
  const count = document.querySelector("[data-tick-count]");
  let last = null;

  function tell() {
    const ticked = boxes().filter((box) => box.checked).length;
    all.querySelector("input").checked = ticked > 0 && ticked === boxes().length;
    all.querySelector("input").indeterminate = ticked > 0 && ticked < boxes().length;
    count.textContent = ticked ? count.dataset.some.replace("{n}", ticked) : count.dataset.none;
    return count.textContent;
  }
  function tick(box, isRange) {
    const list = boxes();
    const from = isRange && last ? list.indexOf(last) : list.indexOf(box);
    const to = list.indexOf(box);
    for (const one of list.slice(Math.min(from, to), Math.max(from, to) + 1)) one.checked = box.checked;
    last = box;
    document.dispatchEvent(new CustomEvent("announce", { detail: { words: tell() } }));
  }
  function focused() {
    const row = document.activeElement?.closest?.("[data-ticks] tr");
    return row?.querySelector("input[type=checkbox]");
  }

  all.hidden = false;
  all.addEventListener("change", (event) => {
    for (const box of boxes()) box.checked = event.target.checked;
    document.dispatchEvent(new CustomEvent("announce", { detail: { words: tell() } }));
  });
  document.addEventListener("click", (event) => {
    const box = event.target.closest?.("[data-ticks] input[type=checkbox]");
    if (box) tick(box, event.shiftKey);
  });
  tell();
  if (document.body.dataset.keys === "off") return;
  document.querySelectorAll("[data-needs-keys]").forEach((words) => (words.hidden = false));
  document.addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase();
    const isTick = event.target instanceof Element && event.target.matches("[data-ticks] input[type=checkbox]");
    if (!["j", "k", "x"].includes(key) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!isTick && event.target.closest?.("input, textarea, select, [contenteditable=true]")) return;
    const list = boxes();
    const at = list.indexOf(focused());
    event.preventDefault();
    if (key === "x") {
      const box = list[Math.max(at, 0)];
      box.checked = event.shiftKey ? true : !box.checked;
      tick(box, event.shiftKey);
      box.focus();
      return;
    }
    list[key === "j" ? Math.min(at + 1, list.length - 1) : Math.max(at - 1, 0)].focus();
  });
}

watchTicks();
