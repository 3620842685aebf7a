// The board by keyboard: arrows go from card to card, and with a session in hand from place to place.

import { announce, board, cards, dialog, focusOn, grid, keysAreOn, says } from "./page.js";
import { openDialog } from "./dialog.js";
import { besides, drop, giveBack, go, hand, otherDay, take, tell, toTray } from "./hand.js";
import { stopDrag } from "./mouse.js";

const steps = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

function keyInHand(event) {
  const step = steps[event.key];
  if (step) go(step[0] ? besides(step[0]) : null, hand.held.row + step[1] * (event.shiftKey ? 6 : 1)), tell();
  else if (event.key === "Enter" || event.key === " ") drop();
  else if (event.key === "Escape") giveBack();
  else if (event.key === "Delete") toTray(hand.held.id, hand.held.version);
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
/** Press undo or redo; whoever does not see the bar is told that it has nothing to do. */
function stepBy(id, nothing) {
  const button = board.querySelector(`#${id}:enabled`);
  if (button) button.click();
  else announce(says(nothing));
}
const stepBack = () => stepBy("undo", "sayNoUndo");
const stepAgain = () => stepBy("redo", "sayNoRedo");
/** Undo and redo as every program has them; what is written into a field has its own. */
function isStep(event) {
  if (event.altKey || event.ctrlKey === event.metaKey) return false;
  const key = event.key.toLowerCase();
  if (key === "z") (event.shiftKey ? stepAgain : stepBack)();
  else if (key === "y" && !event.shiftKey) stepAgain();
  else return false;
  return true;
}
/** Whether a key presses the link or the button that it is on: then it puts nothing down. */
function isPress(event) {
  return (event.key === "Enter" || event.key === " ") && event.target.closest?.("a[href]:not([data-card]), button, summary");
}
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || dialog.open) return;
  const inField = event.target.closest?.("input, textarea, select");
  if (inField) return;
  if (!hand.held && isStep(event)) {
    event.preventDefault();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (hand.held && !hand.held.grip) {
    if (event.target.closest?.("button.place, .board-bar") || isPress(event)) return;
    if (keyInHand(event)) event.preventDefault();
    return;
  }
  if (hand.held && event.key === "Escape") {
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
  if (keysAreOn && event.key.toLowerCase() === "u") (event.shiftKey ? stepAgain : stepBack)();
});
