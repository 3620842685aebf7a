"""The meetings desk by keyboard alone: take a meeting, carry it over the cells, put it down or back (MTG-D)."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

STEPS = """() => {
  const rows = [...document.querySelector("#grid").tBodies[0].rows].slice(1).map((row) => [...row.cells].slice(1, -1));
  const here = document.activeElement.closest("td");
  const at = rows.findIndex((row) => row.includes(here));
  const ways = [...document.querySelectorAll("button.spot")].map((spot) => {
    const cell = spot.closest("td");
    const row = rows.findIndex((one) => one.includes(cell));
    return [rows[row].indexOf(cell) - rows[at].indexOf(here), row - at];
  });
  return ways.sort((one, other) => Math.abs(one[0]) + Math.abs(one[1]) - Math.abs(other[0]) - Math.abs(other[1]))[0];
}"""
"""How many slots and tables it is from the cell with the focus to the nearest one that is allowed."""

FOCUS = "document.activeElement.closest('td')?.id"


def _said(page: Any, words: str) -> None:
    page.locator("#live").filter(has_text=words).wait_for(state="attached")


def test_a_meeting_is_moved_by_keyboard_and_each_step_is_announced(
    page: Any, enter: Callable[[Any, str], None]
) -> None:
    enter(page, "organiser")
    page.keyboard.press("g")
    with page.expect_navigation():
        page.keyboard.press("m")
    page.locator("#grid td [tabindex='0']").first.wait_for(state="attached")
    assert page.locator("#grid td :is(a, button)[tabindex='0'], #grid td[tabindex='0']").count() == 1
    page.locator("#grid td.held a[tabindex='0']").focus()
    start = page.evaluate(FOCUS)
    who = page.locator(f"#{start} .off-screen").inner_text()
    page.keyboard.press("Space")
    _said(page, "Taken: ")
    assert page.evaluate(FOCUS) == start
    slots, tables = page.evaluate(STEPS)
    for number, (more, less) in ((slots, ("ArrowRight", "ArrowLeft")), (tables, ("ArrowDown", "ArrowUp"))):
        for _ in range(abs(number)):
            page.keyboard.press(more if number > 0 else less)
    _said(page, "allowed.")
    goal = page.evaluate(FOCUS)
    page.keyboard.press("Escape")
    _said(page, "Put back where it was.")
    assert (page.evaluate(FOCUS), page.locator("button.spot").count()) == (start, 0)
    page.keyboard.press("Space")
    _said(page, "Taken: ")
    for number, (more, less) in ((slots, ("ArrowRight", "ArrowLeft")), (tables, ("ArrowDown", "ArrowUp"))):
        for _ in range(abs(number)):
            page.keyboard.press(more if number > 0 else less)
    page.keyboard.press("Enter")
    _said(page, "Placed: ")
    assert page.evaluate(FOCUS) == goal
    assert page.locator(f"#{goal}.held .off-screen").inner_text() == who
    assert page.locator(f"#{start}.held").count() == 0
    page.reload()
    assert page.locator(f"#{goal}.held .off-screen").inner_text() == who, "it is stored"
    page.locator(f"#{goal} a").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.locator("h1").inner_text() == who, "Enter opens it"
