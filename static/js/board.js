// The agenda board: a card is taken by a key or by the mouse, the server says where it may go, and it is put down by the
// same request that the dialog sends. Without script the links and forms of the page do the same.

import "./board/dialog.js";
import "./board/keys.js";
import "./board/mouse.js";
import "./board/others.js";
import "./board/titles.js";
import { giveBack, hand, paint, take } from "./board/hand.js";
import { board, cardOf, focusOn, frame, grid, rove } from "./board/page.js";

// What follows a swap: one card in the tab order, the shadow of the one in hand.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target !== board) return;
  rove(document.activeElement?.closest?.("a[data-card]"));
  if (hand.held) paint();
});

board.addEventListener("click", (event) => {
  if (!hand.held || !event.target.closest("[data-give-back]")) return;
  event.preventDefault();
  giveBack();
});

// Links of the list of broken rules to a card that is on the page.
board.addEventListener("click", (event) => {
  const link = event.target.closest('a[href*="#card-"]:not([data-card])');
  const card = link && board.querySelector(`[id="${link.hash.slice(1)}"]`);
  if (!card) return;
  event.preventDefault();
  focusOn(card.dataset.card);
});

rove(null);
if (location.hash.startsWith("#card-")) focusOn(location.hash.slice(6));
if (frame().dataset.held && grid()) {
  const card = cardOf(frame().dataset.held);
  if (card) take(card);
}
