// The dialog of one session, and the forms of the page: what they send goes the same way as a move.

import { ask, board, dialog, focusOn, inTurn } from "./page.js";
import { hand } from "./hand.js";
import { dragged } from "./mouse.js";

/** What gets the focus in the dialog once it is there. */
let wanted = "[data-focus]";

export function openDialog(card, focus = "[data-focus]") {
  const address = new URL(card.href);
  wanted = focus;
  return ask("GET", address.pathname, Object.fromEntries(address.searchParams), "#board-dialog", "innerHTML");
}
/** The session whose card gets the focus back. */
let opener = null;

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target !== dialog) return;
  if (!dialog.open) dialog.showModal();
  const first = dialog.querySelector(wanted) ?? dialog.querySelector("[data-focus]") ?? dialog.querySelector("h2");
  // page.js gives the focus to what is marked: there is one mark, and it stands on the same element.
  dialog.querySelectorAll("[data-focus]").forEach((one) => one !== first && one.removeAttribute("data-focus"));
  first?.setAttribute("data-focus", "");
  first?.focus();
});
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
  if (dragged || hand.held) return;
  opener = card.dataset.card;
  openDialog(card);
});
/** How many answers were refusals: what was asked before one of them is not asked any more. */
let refusals = 0;
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.xhr.status >= 400) refusals += 1;
});
/** A step back or forth, once those before it are done: it must name the step that is the newest then. */
function step(verb) {
  const before = refusals;
  hand.held = null;
  return inTurn(async () => {
    const form = before === refusals ? board.querySelector(`#${verb}`)?.form : null;
    if (!form) return;
    await ask("POST", new URL(form.action).pathname, Object.fromEntries(new FormData(form)));
    // The last step that there is to take back leaves a button that cannot have the focus.
    if (document.activeElement === document.body) board.querySelector("#undo:enabled, #redo:enabled")?.focus();
  });
}
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-board], #board-dialog form")) return;
  event.preventDefault();
  if (form.elements.step_id) {
    step(form.querySelector("button").id);
    return;
  }
  const values = Object.fromEntries(new FormData(form, event.submitter));
  const from = dialog.contains(form);
  const before = from ? dialog.firstElementChild : null;
  hand.held = null;
  await ask("POST", new URL(form.action).pathname, values);
  // The dialog goes where the board came; it stays where the answer was for the dialog.
  if (from && dialog.open && dialog.firstElementChild === before) {
    opener = values.session_id;
    dialog.close();
  } else if (!dialog.open && values.session_id) focusOn(values.session_id);
});
