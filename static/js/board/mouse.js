// The mouse: a card is dragged to a place, to the tray, or over the name of another day.

import { board, grid } from "./page.js";
import { drop, giveBack, go, hand, take, toDay, toTray } from "./hand.js";

let press = null;
/** Whether the press of the pointer that ends now has dragged something: then it is no click. */
export let dragged = false;
let overDay = 0;

document.addEventListener("pointerdown", (event) => {
  dragged = false;
  const card = event.target.closest?.("a[data-card]");
  if (!card || !grid() || event.button !== 0 || event.pointerType === "touch" || hand.held) return;
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
  if (hand.held?.grip) follow(event.clientX, event.clientY);
});
/** How near to an edge the pointer lets what lies beyond it come, and how far at most for each picture of the screen. */
const EDGE = 56;
const STRIDE = 16;
let rolling = 0;

function pull(at, from, to) {
  const nearest = Math.min(at - from, to - at);
  if (nearest >= EDGE) return 0;
  return Math.round((1 - Math.max(0, nearest) / EDGE) * STRIDE) * (at - from < to - at ? -1 : 1);
}
/** Near an edge of the grid the rooms and hours beyond it come to the pointer, until it leaves the edge. */
function roll(x, y) {
  window.cancelAnimationFrame(rolling);
  const area = board.querySelector(".board-frame");
  const box = area.getBoundingClientRect();
  const head = grid().querySelector(".room-head").offsetHeight;
  const top = Math.max(0, box.top + head);
  const bottom = Math.min(window.innerHeight, box.bottom);
  if (x < box.left || x > box.right || y < top - head || y > bottom + EDGE) return;
  const across = pull(x, Math.max(0, box.left), Math.min(window.innerWidth, box.right));
  const down = pull(y, top, bottom);
  if (!across && !down) return;
  rolling = window.requestAnimationFrame(() => {
    if (!hand.held?.grip) return;
    area.scrollBy(across, 0);
    (area.scrollHeight > area.clientHeight ? area : window).scrollBy(0, down);
    follow(x, y);
  });
}
function follow(x, y) {
  const under = document.elementsFromPoint(x, y);
  const lane = under.map((one) => one.closest("[data-lane]")).find(Boolean);
  const day = under.map((one) => one.closest("[data-days] a:not([aria-current])")).find(Boolean);
  hand.held.over = lane ? "lane" : under.some((one) => one.closest("[data-tray]")) ? "tray" : "";
  board.querySelector("[data-tray]").classList.toggle("receives", hand.held.over === "tray");
  window.clearTimeout(overDay);
  if (day) overDay = window.setTimeout(() => hand.held && toDay(day), 350);
  roll(x, y);
  if (!lane) return;
  const height = lane.getBoundingClientRect().height / Number(grid().dataset.grains);
  const row = Math.round((y - hand.held.grip.y - lane.getBoundingClientRect().y) / height) + 1;
  go(lane.dataset.lane, row);
}
export function stopDrag() {
  window.clearTimeout(overDay);
  window.cancelAnimationFrame(rolling);
  document.body.classList.remove("dragging");
  board.querySelector("[data-tray]")?.classList.remove("receives");
}
document.addEventListener("pointerup", (event) => {
  press = null;
  if (!hand.held?.grip) return;
  follow(event.clientX, event.clientY);
  stopDrag();
  if (hand.held.over === "lane") drop();
  else if (hand.held.over === "tray" && hand.held.version) toTray(hand.held.id, hand.held.version);
  else giveBack();
});
document.addEventListener("pointercancel", () => {
  press = null;
  if (!hand.held?.grip) return;
  stopDrag();
  giveBack();
});
document.addEventListener("dragstart", (event) => {
  if (event.target.closest?.("a[data-card]")) event.preventDefault();
});
