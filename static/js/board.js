// The agenda board: a card is taken by a key or by the mouse, the server says where it may go, and it is put down by the
// same request that the dialog sends. Without script the links and forms of the page do the same.

const board = document.getElementById("board");
const dialog = document.getElementById("board-dialog");
const keysAreOn = document.body.dataset.keys !== "off";

const frame = () => board.querySelector(".board");
const grid = () => board.querySelector("#grid");
const lanes = () => [...board.querySelectorAll("[data-lane]")];
const cards = () => [...board.querySelectorAll("a[data-card]")];
const cardOf = (id) => board.querySelector(`#card-${id}`);
const says = (key, values = {}) =>
  Object.entries(values).reduce((words, [name, value]) => words.replace(`{${name}}`, value), board.dataset[key] ?? "");
const announce = (words) => document.dispatchEvent(new CustomEvent("announce", { detail: { words } }));

/** The session in hand: its ID, where it would be put, and where the pointer holds it; null where there is none. */
let held = null;

/** What gets the focus in the dialog once it is there. */
let wanted = "[data-focus]";

// Requests. All of them bring the board anew; a refused one brings the dialog.

function ask(verb, path, values, target = "#board", swap = "morph:innerHTML settle:0ms") {
  return window.htmx.ajax(verb, path, { source: board, target, swap, values });
}
function place() {
  return frame().dataset.place;
}
function show(values) {
  const { on, view, here } = frame().dataset;
  return ask("GET", here, { day: on, view, ...values });
}
async function send(path, values) {
  const { on, view } = frame().dataset;
  await ask("POST", path, { on, view, ...values });
}

// What follows a swap: one card in the tab order, the focus on the card that was moved, the shadow of the one in hand.

function rove(to) {
  const all = cards();
  const wanted = all.includes(to) ? to : (all.find((card) => card.tabIndex === 0 && card.dataset.roved) ?? all[0]);
  for (const card of all) {
    card.tabIndex = card === wanted ? 0 : -1;
    card.dataset.roved = "yes";
  }
}
function focusOn(id) {
  const card = cardOf(id);
  if (!card) return;
  rove(card);
  card.focus({ preventScroll: false });
}
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target === dialog) {
    if (!dialog.open) dialog.showModal();
    const first = dialog.querySelector(wanted) ?? dialog.querySelector("[data-focus]") ?? dialog.querySelector("h2");
    // page.js gives the focus to what is marked: there is one mark, and it stands on the same element.
    dialog.querySelectorAll("[data-focus]").forEach((one) => one !== first && one.removeAttribute("data-focus"));
    first?.setAttribute("data-focus", "");
    first?.focus();
    return;
  }
  if (event.detail.target !== board) return;
  rove(document.activeElement?.closest?.("a[data-card]"));
  if (held) paint();
});

// In hand.

function rowOf(card) {
  return Number(card.dataset.row) || 0;
}
async function take(card, grip = null) {
  const lane = card.closest("[data-lane]");
  held = {
    id: card.dataset.card,
    version: card.dataset.version ?? "",
    grains: Number(card.dataset.grains),
    title: card.querySelector(".title, strong").textContent,
    lane: lane?.dataset.lane ?? null,
    row: rowOf(card) || 1,
    day: frame().dataset.on,
    grip,
  };
  await show({ hold: held.id });
  if (!held) return;
  if (held.lane === null) toFirstFree();
  if (!grip) {
    focusOn(held.id);
    announce(says("sayTaken", { n: board.querySelectorAll(".place").length }));
  }
  paint();
}
function toFirstFree() {
  const first = board.querySelector(".place");
  held.lane = first?.closest("[data-lane]").dataset.lane ?? lanes()[0]?.dataset.lane ?? null;
  held.row = Number(first?.dataset.from ?? 1);
}
async function giveBack() {
  const { id, day } = held;
  held = null;
  await show({ day, hold: "" });
  focusOn(id);
  announce(says("sayGivenBack"));
}
async function drop() {
  const { id, version } = held;
  const spot = `${held.lane}|${frame().dataset.on}|${clock(held.row)}`;
  held = null;
  await send(place(), { session_id: id, version, spot });
  if (!dialog.open) focusOn(id);
}
async function toTray(id, version) {
  held = null;
  await send(place(), { session_id: id, version, spot: "tray" });
  if (!dialog.open) focusOn(id);
}

/** The clock time at which a row of the grid begins. */
function clock(row) {
  const { start, grainMinutes } = grid().dataset;
  const [hours, minutes] = start.split(":").map(Number);
  const at = hours * 60 + minutes + (row - 1) * Number(grainMinutes);
  return `${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`;
}
function laneOf(room) {
  return lanes().find((lane) => lane.dataset.lane === String(room));
}
function isAllowed() {
  const free = laneOf(held.lane)?.querySelectorAll(".place") ?? [];
  return [...free].some((one) => Number(one.dataset.from) <= held.row && held.row <= Number(one.dataset.to));
}
function paint() {
  board.querySelector(".ghost")?.parentElement.remove();
  const lane = laneOf(held.lane);
  if (!lane) return;
  const item = document.createElement("li");
  const ghost = document.createElement("div");
  ghost.className = `ghost ${isAllowed() ? "" : "breaks"} r${held.row} s${Math.min(96, held.grains)}`;
  ghost.textContent = isAllowed() ? clock(held.row) : `${clock(held.row)}: ${says("sayRule")}`;
  ghost.setAttribute("aria-hidden", "true");
  item.append(ghost);
  lane.append(item);
  if (!held.grip) ghost.scrollIntoView({ block: "nearest", inline: "nearest" });
}
function go(lane, row) {
  const last = Math.max(1, Number(grid().dataset.grains) - held.grains + 1);
  held.lane = lane ?? held.lane;
  held.row = Math.min(last, Math.max(1, row));
  paint();
}
function tell() {
  const values = { time: clock(held.row), room: laneOf(held.lane)?.getAttribute("aria-label") ?? "" };
  announce(says(isAllowed() ? "sayAllowed" : "sayBroken", values));
}
function besides(step) {
  const all = lanes().map((lane) => lane.dataset.lane);
  const seen = document.documentElement.dir === "rtl" ? -step : step;
  const next = all.indexOf(held.lane) + seen;
  return all[Math.min(all.length - 1, Math.max(0, next))];
}
async function otherDay(step) {
  const days = [...board.querySelectorAll("[data-days] a")];
  const next = days.findIndex((day) => day.getAttribute("aria-current")) + step;
  if (!days[next]) return;
  await toDay(days[next]);
  if (!held) return;
  focusOn(held.id);
  tell();
}
async function toDay(link) {
  const day = new URL(link.href).searchParams.get("day");
  await show({ day, hold: held.id });
  if (held) go(held.lane ?? lanes()[0]?.dataset.lane, held.row);
}

// Keys.

const steps = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

function keyInHand(event) {
  const step = steps[event.key];
  if (step) go(step[0] ? besides(step[0]) : null, held.row + step[1] * (event.shiftKey ? 6 : 1)), tell();
  else if (event.key === "Enter" || event.key === " ") drop();
  else if (event.key === "Escape") giveBack();
  else if (event.key === "Delete") toTray(held.id, held.version);
  else if (event.key === "[") otherDay(-1);
  else if (event.key === "]") otherDay(1);
  else return event.key !== "Tab";
  return true;
}
function middle(card) {
  const box = card.getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
}
/** The nearest card in the direction of an arrow, as the eye sees it. */
function neighbour(card, [across, down]) {
  const [x, y] = middle(card);
  const far = (other) => {
    const [otherX, otherY] = middle(other);
    const along = (otherX - x) * across + (otherY - y) * down;
    const aside = Math.abs((otherX - x) * down) + Math.abs((otherY - y) * across);
    return along > 4 ? along + 3 * aside : Infinity;
  };
  const [nearest] = cards().map((other) => [far(other), other]).sort((one, other) => one[0] - other[0]);
  return nearest && nearest[0] < Infinity ? nearest[1] : null;
}
function keyOnCard(event, card) {
  const step = steps[event.key];
  const isGrid = grid() !== null;
  if (step && isGrid) {
    const next = neighbour(card, step);
    if (next) focusOn(next.dataset.card);
  } else if ((event.key === "Enter" || event.key === " ") && isGrid) take(card);
  else if (event.key === "m" && keysAreOn) openDialog(card);
  else if (event.key === "p" && keysAreOn) openDialog(card, "#move-pin");
  else if (event.key === "Delete" && card.dataset.version) toTray(card.dataset.card, card.dataset.version);
  else return false;
  return true;
}
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
  const inField = event.target.closest?.("input, textarea, select");
  if (inField) return;
  if (held && !held.grip) {
    if (event.target.closest?.("button.place, .board-bar")) return;
    if (keyInHand(event)) event.preventDefault();
    return;
  }
  if (held && event.key === "Escape") {
    event.preventDefault();
    stopDrag();
    giveBack();
    return;
  }
  const card = event.target.closest?.("a[data-card]");
  if (card && keyOnCard(event, card)) {
    event.preventDefault();
    return;
  }
  if (keysAreOn && event.key.toLowerCase() === "u") board.querySelector(event.shiftKey ? "#redo" : "#undo")?.click();
});

// The dialog.

function openDialog(card, focus = "[data-focus]") {
  const address = new URL(card.href);
  wanted = focus;
  return ask("GET", address.pathname, Object.fromEntries(address.searchParams), "#board-dialog", "innerHTML");
}
let opener = null;
dialog.addEventListener("close", () => {
  dialog.replaceChildren();
  wanted = "[data-focus]";
  if (opener) focusOn(opener);
  opener = null;
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]") && dialog.open) {
    event.preventDefault();
    dialog.close();
    return;
  }
  const card = event.target.closest("a[data-card]");
  if (!card || !board.contains(card) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (dragged || held) return;
  opener = card.dataset.card;
  openDialog(card);
});
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-board], #board-dialog form")) return;
  event.preventDefault();
  const values = Object.fromEntries(new FormData(form, event.submitter));
  const from = dialog.contains(form);
  const before = from ? dialog.firstElementChild : null;
  held = null;
  await ask("POST", new URL(form.action).pathname, values);
  // The dialog goes where the board came; it stays where the answer was for the dialog.
  if (from && dialog.open && dialog.firstElementChild === before) {
    opener = values.session_id;
    dialog.close();
  } else if (!dialog.open && values.session_id) focusOn(values.session_id);
});

// The mouse: a card is dragged to a place, to the tray, or over the name of another day.

let press = null;
let dragged = false;
let overDay = 0;

document.addEventListener("pointerdown", (event) => {
  dragged = false;
  const card = event.target.closest?.("a[data-card]");
  if (!card || !grid() || event.button !== 0 || event.pointerType === "touch" || held) return;
  const box = card.getBoundingClientRect();
  press = { card, x: event.clientX, y: event.clientY, grip: card.dataset.row ? event.clientY - box.y : 8 };
});
document.addEventListener("pointermove", (event) => {
  if (press && Math.hypot(event.clientX - press.x, event.clientY - press.y) > 6) {
    const { card, grip } = press;
    press = null;
    dragged = true;
    document.body.classList.add("dragging");
    take(card, { y: grip });
  }
  if (held?.grip) follow(event.clientX, event.clientY);
});
function follow(x, y) {
  const under = document.elementsFromPoint(x, y);
  const lane = under.map((one) => one.closest("[data-lane]")).find(Boolean);
  const day = under.map((one) => one.closest("[data-days] a:not([aria-current])")).find(Boolean);
  held.over = lane ? "lane" : under.some((one) => one.closest("[data-tray]")) ? "tray" : "";
  board.querySelector("[data-tray]").classList.toggle("receives", held.over === "tray");
  window.clearTimeout(overDay);
  if (day) overDay = window.setTimeout(() => held && toDay(day), 350);
  if (!lane) return;
  const height = lane.getBoundingClientRect().height / Number(grid().dataset.grains);
  const row = Math.round((y - held.grip.y - lane.getBoundingClientRect().y) / height) + 1;
  go(lane.dataset.lane, row);
}
function stopDrag() {
  window.clearTimeout(overDay);
  document.body.classList.remove("dragging");
  board.querySelector("[data-tray]")?.classList.remove("receives");
}
document.addEventListener("pointerup", (event) => {
  press = null;
  if (!held?.grip) return;
  follow(event.clientX, event.clientY);
  stopDrag();
  if (held.over === "lane") drop();
  else if (held.over === "tray" && held.version) toTray(held.id, held.version);
  else giveBack();
});
document.addEventListener("pointercancel", () => {
  press = null;
  if (!held?.grip) return;
  stopDrag();
  giveBack();
});
document.addEventListener("dragstart", (event) => {
  if (event.target.closest?.("a[data-card]")) event.preventDefault();
});

// Links of the list of broken rules to a card that is on the page.

board.addEventListener("click", (event) => {
  const link = event.target.closest('a[href*="#card-"]:not([data-card])');
  const card = link && board.querySelector(`[id="${link.hash.slice(1)}"]`);
  if (!card) return;
  event.preventDefault();
  focusOn(card.dataset.card);
});

// What others change meanwhile: the board follows when nothing is in hand, and what moved flashes once.

const PAUSE = 4000;
let follows = 0;

async function lookAround() {
  const { here, stamp } = frame().dataset;
  const answer = await fetch(`${here}/news?seen=${encodeURIComponent(stamp)}`, { headers: { Accept: "application/json" } });
  if (answer.status === 204) return;
  if (!answer.ok) {
    window.clearInterval(follows);
    return;
  }
  const { said } = await answer.json();
  // An answer that one's own change has overtaken tells nothing new.
  if (held || dialog.open || frame().dataset.stamp !== stamp) return;
  const before = new Map(cards().map((card) => [card.id, card.dataset.version]));
  await show({});
  for (const card of cards()) {
    if (before.get(card.id) !== card.dataset.version) card.classList.add("flash");
  }
  announce(said);
}
follows = window.setInterval(() => {
  if (!document.hidden && !held && !dialog.open) lookAround().catch(() => {});
}, PAUSE);

rove(null);
if (location.hash.startsWith("#card-")) focusOn(location.hash.slice(6));
if (frame().dataset.held && grid()) {
  const card = cardOf(frame().dataset.held);
  if (card) take(card);
}
