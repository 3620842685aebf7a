// The meetings desk by keyboard: arrows go from cell to cell, Space takes a meeting or a wish, the server says which cells
// are allowed, and Space or Enter puts it down by the same form that the page has without script.

const keysAreOn = document.body.dataset.keys !== "off";
const frame = () => document.getElementById("desk");
const grid = () => document.getElementById("grid");
/** Rows of cells, without the heads and the counts. */
const rows = () => [...grid().tBodies[0].rows].slice(1).map((row) => [...row.cells].slice(1, -1));
const doer = (cell) => cell.querySelector("a, button") ?? cell;
const isHeld = () => Boolean(frame().dataset.hold);

function says(key, values = {}) {
  const words = frame().dataset[key] ?? "";
  return Object.entries(values).reduce((said, [name, value]) => said.replace(`{${name}}`, value), words);
}
function announce(words) {
  document.dispatchEvent(new CustomEvent("announce", { detail: { words } }));
}
function named(cell) {
  const head = grid().tHead.rows[0].cells[cell.cellIndex];
  return { time: head.textContent.trim(), table: cell.parentElement.cells[0].textContent.trim() };
}

/** One cell is in the order of Tab: this one, else the first with something in it. */
function rove(to = null) {
  const all = rows().flat();
  const wanted = to ?? all.find((cell) => cell.querySelector("a, button")) ?? all[0];
  for (const cell of all) doer(cell).tabIndex = cell === wanted ? 0 : -1;
}
function focusOn(cell) {
  if (!cell) return;
  rove(cell);
  doer(cell).focus();
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}
function neighbour(cell, across, down) {
  const all = rows();
  const row = all.findIndex((one) => one.includes(cell));
  const side = document.documentElement.dir === "rtl" ? -across : across;
  return all[row + down]?.[all[row].indexOf(cell) + side] ?? null;
}

/** Put the grid of another answer in the place of this one, and its address into the bar. */
function swap(text, address) {
  const page = new DOMParser().parseFromString(text, "text/html");
  for (const id of ["desk", "unheld", "misfits"]) {
    const fresh = page.getElementById(id);
    if (fresh) document.getElementById(id)?.replaceWith(document.adoptNode(fresh));
  }
  const bar = page.querySelector(".board-bar");
  if (bar) document.querySelector(".board-bar")?.replaceWith(document.adoptNode(bar));
  history.replaceState(null, "", address);
  rove();
}
async function look(changes) {
  const address = new URL(location.href);
  address.hash = "";
  for (const [name, value] of Object.entries(changes)) {
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  const answer = await fetch(address);
  if (!answer.ok) return location.reload();
  swap(await answer.text(), address);
}

/** Where the focus returns to when what is in hand is put back. */
let origin = null;

async function take(key) {
  const from = document.activeElement.closest("td")?.id ?? null;
  origin = { key, cell: from };
  await look({ hold: key, view: "grid" });
  if (!isHeld()) return announce(says("sayGone"));
  const allowed = frame().querySelectorAll("button.spot");
  focusOn((from && document.getElementById(from)) || allowed[0]?.closest("td") || rows()[0]?.[0]);
  announce(says("sayTaken", { name: frame().dataset.name, n: allowed.length }));
}
async function giveBack() {
  await look({ hold: "" });
  const said = origin?.cell ? document.getElementById(origin.cell) : null;
  if (said) focusOn(said);
  else document.querySelector(`#unheld [data-take="${origin?.key}"]`)?.focus();
  announce(says("sayGivenBack"));
}
async function putDown(cell) {
  const button = cell.querySelector("button.spot");
  if (!button) return announce(says("sayBarred", named(cell)));
  const values = named(cell);
  const form = document.getElementById("put");
  const body = new URLSearchParams(new FormData(form));
  body.set("place", button.value);
  const answer = await fetch(form.action, { method: "POST", body });
  if (!answer.ok) {
    await look({ hold: frame().dataset.hold });
    if (isHeld()) focusOn(document.getElementById(cell.id));
    return announce(says("sayGone"));
  }
  const address = new URL(answer.url);
  address.hash = "";
  swap(await answer.text(), address);
  focusOn(document.getElementById(cell.id));
  announce(says("sayPlaced", values));
}
async function otherDay(step) {
  const days = [...document.querySelectorAll('.board-bar a[href^="?day="]')].filter((one) => !one.href.includes("zone="));
  const now = days.findIndex((one) => one.getAttribute("aria-current"));
  const next = now < 0 ? null : days[now + step];
  if (!next) return;
  const at = document.activeElement.closest?.("td");
  const place = at ? [at.parentElement.rowIndex, at.cellIndex] : [2, 1];
  await look({ day: new URL(next.href).searchParams.get("day") });
  const cell = grid().rows[place[0]]?.cells[place[1]];
  focusOn(rows().flat().includes(cell) ? cell : rows()[0]?.[0]);
}

const steps = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

function onKey(event, cell) {
  const step = steps[event.key];
  if (step) {
    const next = neighbour(cell, ...step);
    focusOn(next);
    if (next && isHeld()) announce(says(next.querySelector("button.spot") ? "sayAllowed" : "sayBarred", named(next)));
    return true;
  }
  if (isHeld()) {
    if (event.key === "Enter" || event.key === " ") putDown(cell);
    else return false;
    return true;
  }
  const link = cell.querySelector("a");
  if (event.key !== " " || !link) return false;
  take(`m${link.pathname.split("/").at(-1)}`);
  return true;
}
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (!grid() || event.target.closest?.("input, textarea, select")) return;
  const cell = event.target.closest?.("#grid td");
  const isCell = cell && rows().some((row) => row.includes(cell));
  let done = isCell && onKey(event, cell);
  if (!done && event.key === "Escape" && isHeld()) done = giveBack();
  if (!done && event.key === " " && event.target.matches?.("#unheld [data-take]")) done = take(event.target.dataset.take);
  if (!done && keysAreOn && (event.key === "[" || event.key === "]")) done = otherDay(event.key === "]" ? 1 : -1);
  if (done) event.preventDefault();
  else if (keysAreOn && event.key === "w") document.querySelector('main a[href$="/manage/meetings/why"]').click();
});

if (grid()) {
  rove();
  const aimed = location.hash.startsWith("#at-") && document.getElementById(location.hash.slice(1));
  if (aimed) focusOn(aimed);
}
