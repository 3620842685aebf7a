// What stands on the board's page, which card is in the tab order, and how the server is asked. A move, a step back and
// another day bring the board anew, without the parts that are here already; what is refused brings the dialog.

import { named } from "../parts.js";

export const board = document.getElementById("board");
export const dialog = document.getElementById("board-dialog");
export const keysAreOn = document.body.dataset.keys !== "off";

export const frame = () => board.querySelector(".board");
export const grid = () => board.querySelector("#grid");
export const lanes = () => [...board.querySelectorAll("[data-lane]")];
export const laneOf = (room) => lanes().find((lane) => lane.dataset.lane === String(room));
export const cards = () => [...board.querySelectorAll("a[data-card]")];
export const cardOf = (id) => board.querySelector(`#card-${id}`);

/** A sentence of the page with its gaps filled in. */
export function says(key, values = {}) {
  const words = board.dataset[key] ?? "";
  return Object.entries(values).reduce((said, [name, value]) => said.replace(`{${name}}`, value), words);
}
export function announce(words) {
  document.dispatchEvent(new CustomEvent("announce", { detail: { words } }));
}

/** The numbers of the broken rules on the page: a rule keeps its own while others come and go. */
function numbers() {
  const rules = [...board.querySelectorAll("[data-mark]")].slice(0, 300);
  return rules.map((one) => `${one.dataset.mark}.${one.dataset.number}`).join(" ");
}
export function ask(verb, path, values, target = "#board", swap = "parts settle:0ms") {
  const headers = target === "#board" ? { "X-Parts": named(board), "X-Rules": numbers() } : {};
  return window.htmx.ajax(verb, path, { source: board, target, swap, values, headers });
}
/** Look at the board, perhaps at another day or with a session in hand. */
export function show(values) {
  const { on, view, here } = frame().dataset;
  return ask("GET", here, { day: on, view, ...values });
}
let turn = Promise.resolve();
/** One change after the other: what is asked while another is under way is told what is newest then. */
export function inTurn(change) {
  turn = turn.then(change, change);
  return turn;
}
/** Give a session a place, or put it back to the tray. */
export function place(values) {
  return inTurn(async () => {
    const { on, view, place: path } = frame().dataset;
    await ask("POST", path, { on, view, ...values });
  });
}

/** One card is in the tab order: this one, else the one that was, else the first. */
export function rove(to) {
  const all = cards();
  const wanted = all.includes(to) ? to : (all.find((card) => card.tabIndex === 0 && card.dataset.roved) ?? all[0]);
  for (const card of all) {
    const index = card === wanted ? 0 : -1;
    if (card.dataset.roved && card.tabIndex === index) continue;
    card.tabIndex = index;
    card.dataset.roved = "yes";
  }
}
export function focusOn(id) {
  const card = cardOf(id);
  if (!card) return;
  rove(card);
  card.focus({ preventScroll: false });
}
