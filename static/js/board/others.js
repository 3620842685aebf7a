// What others change meanwhile: the board follows when nothing is in hand, and what moved flashes once.

import { announce, board, cards, dialog, frame, show } from "./page.js";
import { hand } from "./hand.js";

const PAUSE = 4000;
let follows = 0;

async function lookAround() {
  const { here, stamp } = frame().dataset;
  const answer = await fetch(`${here}/news?seen=${encodeURIComponent(stamp)}`, { headers: { Accept: "application/json", "Bridge-Unasked": "1" } });
  if (answer.status === 204) return;
  if (!answer.ok) {
    window.clearInterval(follows);
    return;
  }
  const { said } = await answer.json();
  // An answer that one's own change has overtaken tells nothing new.
  if (hand.held || dialog.open || frame().dataset.stamp !== stamp) return;
  const before = new Map(cards().map((card) => [card.id, card.dataset.version]));
  await show({});
  for (const card of cards()) {
    if (before.get(card.id) !== card.dataset.version) flash(card);
  }
  announce(said);
}
function flash(card) {
  card.classList.add("flash");
  card.addEventListener("animationend", () => card.classList.remove("flash"), { once: true });
}
follows = window.setInterval(() => {
  if (!document.hidden && !hand.held && !dialog.open) lookAround().catch(() => {});
}, PAUSE);
