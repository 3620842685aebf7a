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
function follow(x, y) {
  const under = document.elementsFromPoint(x, y);
  const lane = under.map((one) => one.closest("[data-lane]")).find(Boolean);
  const day = under.map((one) => one.closest("[data-days] a:not([aria-current])")).find(Boolean);
  hand.held.over = lane ? "lane" : under.some((one) => one.closest("[data-tray]")) ? "tray" : "";
  board.querySelector("[data-tray]").classList.toggle("receives", hand.held.over === "tray");
  window.clearTimeout(overDay);
  if (day) overDay = window.setTimeout(() => hand.held && toDay(day), 350);
  if (!lane) return;
  const height = lane.getBoundingClientRect().height / Number(grid().dataset.grains);
  const row = Math.round((y - hand.held.grip.y - lane.getBoundingClientRect().y) / height) + 1;
  go(lane.dataset.lane, row);
}
export function stopDrag() {
  window.clearTimeout(overDay);
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
