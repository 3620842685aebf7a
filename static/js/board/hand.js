// The session in hand: the server lights the places that are allowed, a shadow shows where it would be put.

import { announce, board, dialog, focusOn, frame, grid, laneOf, lanes, place, says, show } from "./page.js";

/** ``held`` is the session in hand, null where there is none: its ID, where it would be put, and where the pointer holds it. */
export const hand = { held: null };

function rowOf(card) {
  return Number(card.dataset.row) || 0;
}
export async function take(card, grip = null) {
  const lane = card.closest("[data-lane]");
  hand.held = {
    id: card.dataset.card,
    version: card.dataset.version ?? "",
    grains: Number(card.dataset.grains),
    title: card.querySelector(".title, strong").textContent,
    lane: lane?.dataset.lane ?? null,
    row: rowOf(card) || 1,
    day: frame().dataset.on,
    grip,
  };
  await show({ hold: hand.held.id });
  if (!hand.held) return;
  if (hand.held.lane === null) toFirstFree();
  if (!grip) {
    focusOn(hand.held.id);
    announce(says("sayTaken", { n: board.querySelectorAll(".place").length }));
  }
  paint();
}
function toFirstFree() {
  const first = board.querySelector(".place");
  hand.held.lane = first?.closest("[data-lane]").dataset.lane ?? lanes()[0]?.dataset.lane ?? null;
  hand.held.row = Number(first?.dataset.from ?? 1);
}
export async function giveBack() {
  const { id, day } = hand.held;
  hand.held = null;
  await show({ day, hold: "" });
  focusOn(id);
  announce(says("sayGivenBack"));
}
export async function drop() {
  const { id, version } = hand.held;
  const spot = `${hand.held.lane}|${frame().dataset.on}|${clock(hand.held.row)}`;
  hand.held = null;
  await place({ session_id: id, version, spot });
  if (!dialog.open) focusOn(id);
}
export async function toTray(id, version) {
  hand.held = null;
  await place({ session_id: id, version, spot: "tray" });
  if (!dialog.open) focusOn(id);
}

/** The clock time at which a row of the grid begins. */
function clock(row) {
  const { start, grainMinutes } = grid().dataset;
  const [hours, minutes] = start.split(":").map(Number);
  const at = hours * 60 + minutes + (row - 1) * Number(grainMinutes);
  return `${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`;
}
function isAllowed() {
  const free = laneOf(hand.held.lane)?.querySelectorAll(".place") ?? [];
  return [...free].some((one) => Number(one.dataset.from) <= hand.held.row && hand.held.row <= Number(one.dataset.to));
}
export function paint() {
  board.querySelector(".ghost")?.parentElement.remove();
  const lane = laneOf(hand.held.lane);
  if (!lane) return;
  const item = document.createElement("li");
  const ghost = document.createElement("div");
  ghost.className = `ghost ${isAllowed() ? "" : "breaks"} r${hand.held.row} s${Math.min(96, hand.held.grains)}`;
  ghost.textContent = isAllowed() ? clock(hand.held.row) : `${clock(hand.held.row)}: ${says("sayRule")}`;
  ghost.setAttribute("aria-hidden", "true");
  item.append(ghost);
  lane.append(item);
  if (!hand.held.grip) ghost.scrollIntoView({ block: "nearest", inline: "nearest" });
}
export function go(lane, row) {
  const last = Math.max(1, Number(grid().dataset.grains) - hand.held.grains + 1);
  hand.held.lane = lane ?? hand.held.lane;
  hand.held.row = Math.min(last, Math.max(1, row));
  paint();
}
/** Where the shadow is; on another day also which day that is, and how much is free on it. */
export function tell(day = "") {
  const time = clock(hand.held.row);
  const values = { time: day ? says("sayOnDay", { day, time }) : time, room: laneOf(hand.held.lane)?.getAttribute("aria-label") ?? "" };
  const said = says(isAllowed() ? "sayAllowed" : "sayBroken", values);
  announce(day ? `${said} ${says("sayFree", { n: board.querySelectorAll(".place").length })}` : said);
}
export function besides(step) {
  const all = lanes().map((lane) => lane.dataset.lane);
  const seen = document.documentElement.dir === "rtl" ? -step : step;
  const next = all.indexOf(hand.held.lane) + seen;
  return all[Math.min(all.length - 1, Math.max(0, next))];
}
export async function otherDay(step) {
  const days = [...board.querySelectorAll("[data-days] a")];
  const next = days.findIndex((day) => day.getAttribute("aria-current")) + step;
  if (!days[next]) {
    announce(says("sayNoDay"));
    return;
  }
  await toDay(days[next]);
  if (!hand.held) return;
  focusOn(hand.held.id);
  tell(days[next].textContent);
}
export async function toDay(link) {
  const day = new URL(link.href).searchParams.get("day");
  await show({ day, hold: hand.held.id });
  if (hand.held) go(hand.held.lane ?? lanes()[0]?.dataset.lane, hand.held.row);
}
