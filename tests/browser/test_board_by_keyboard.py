"""The whole way of an agenda by keyboard alone, from the draft to the release (AGD-08 to AGD-13, ADM-07)."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

SEE = "#solve a.button.primary"
"""What a run offers that ended while its page was looked at."""

MOST_KEYS, MOST_SESSIONS = 120, 6

TO_ANOTHER_ROOM = """() => {
  const lanes = [...document.querySelectorAll("[data-lane]")];
  const ghost = document.querySelector(".ghost");
  const row = Number([...ghost.classList].find((name) => /^r\\d+$/.test(name)).slice(1));
  const here = lanes.indexOf(ghost.closest("[data-lane]"));
  const ways = [...document.querySelectorAll(".place")].map((place) => {
    const nearest = Math.min(Math.max(row, Number(place.dataset.from)), Number(place.dataset.to));
    return [lanes.indexOf(place.closest("[data-lane]")) - here, nearest - row];
  });
  return ways.filter(([rooms]) => rooms !== 0).sort((one, other) => Math.abs(one[1]) - Math.abs(other[1]))[0] ?? null;
}"""
"""How many rooms and grains it is from the shadow to the nearest time that is lit in another room of the day."""


def _said(page: Any, words: str) -> None:
    page.locator("#live").filter(has_text=words).wait_for(state="attached")


def _reach(page: Any, selector: str, *, key: str = "Tab") -> None:
    """Press a key until the focus is on what is looked for, as somebody without a mouse must."""
    for _ in range(MOST_KEYS):
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press(key)
    raise AssertionError(
        f"no way by {key} to {selector}; the focus is on {page.evaluate('document.activeElement.outerHTML')[:200]}"
    )


def _go_on(page: Any, key: str = "Enter") -> None:
    with page.expect_navigation():
        page.keyboard.press(key)


def _reach_a_session(page: Any) -> str:
    """One card is in the order of Tab; arrows go on from it to a session of case cities. Its ID."""
    _reach(page, "#grid a.session-card")
    page.keyboard.press("ArrowRight")
    _reach(page, "#grid a.case_city", key="ArrowDown")
    return str(page.evaluate("document.activeElement.id"))


def _to_the_tray(page: Any, card: str) -> None:
    page.keyboard.press("Delete")
    _said(page, "not placed")
    assert page.locator(f"#tray #{card}:focus").count() == 1


def _take(page: Any) -> None:
    page.keyboard.press("Enter")
    _said(page, "Taken.")
    page.locator(".ghost").wait_for()


def _put_down(page: Any, card: str) -> None:
    page.keyboard.press("Enter")
    _said(page, "in all.")
    assert page.evaluate("document.activeElement.id") == card, "the focus stays on the session"


def _take_to_another_day_and_room(page: Any) -> str:
    """Take the sessions one by one until the next day lights a place of another room, and go there. Its ID."""
    for _ in range(MOST_SESSIONS):
        card = _reach_a_session(page)
        _take(page)
        day = page.locator(".board").get_attribute("data-on")
        page.keyboard.press("]")
        page.locator(f'.board[data-on]:not([data-on="{day}"])').wait_for()
        _said(page, ", ")
        way = page.evaluate(TO_ANOTHER_ROOM)
        if way is not None:
            break
        page.keyboard.press("Escape")
        _said(page, "Put back where it was.")
        page.keyboard.press("ArrowDown")
    else:
        pytest.fail("no session has a lit place in another room of the next day")
    rooms, grains = way
    for _ in range(abs(rooms)):
        page.keyboard.press("ArrowRight" if rooms > 0 else "ArrowLeft")
    for _ in range(abs(grains)):
        page.keyboard.press("ArrowDown" if grains > 0 else "ArrowUp")
    assert page.locator(".ghost:not(.breaks)").count() == 1
    return card


def test_agd_09_an_agenda_is_moved_solved_and_released_by_keyboard_alone(
    page: Any, enter: Callable[[Any, str], None]
) -> None:
    """AGD-09, AGD-11, AGD-08, AGD-13: from the tray, across rooms and days, a pin, steps, a run, a reason, a release."""
    enter(page, "organiser")
    page.keyboard.press("g")
    _go_on(page, "a")
    day = page.locator(".board").get_attribute("data-on")
    card = _take_to_another_day_and_room(page)
    _put_down(page, card)
    assert page.locator(".board").get_attribute("data-on") != day
    _to_the_tray(page, card)
    _take(page)
    _put_down(page, card)
    assert page.locator(f"#grid #{card}").count() == 1
    assert page.locator("[data-rule]").count() == 0

    page.keyboard.press("p")
    page.locator("#move-pin:focus").wait_for()
    page.keyboard.press("End")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    _said(page, "time and room pinned")
    pinned = page.locator(f'#{card}:focus svg[aria-label="pinned"]')
    page.keyboard.press("u")
    _said(page, "Taken back.")
    assert pinned.count() == 0
    page.keyboard.press("Shift+U")
    _said(page, "Done again.")
    assert pinned.count() == 1
    page.keyboard.press("Shift+U")
    _said(page, "There is nothing to do again.")

    _to_the_tray(page, card)
    _reach(page, '.board-bar a[href$="/solve"]', key="Shift+Tab")
    _go_on(page)
    _reach(page, "input[name=mode][value=fill]")
    _reach(page, "input[name=time_limit_seconds]")
    page.keyboard.press("Control+a")
    page.keyboard.type("20")
    _go_on(page)
    page.locator(f"#answer, {SEE}").first.wait_for(timeout=60_000)
    if page.locator("#answer").count() == 0:
        _reach(page, SEE)
        _go_on(page)
    assert "1 gets a place" in page.locator("h1").inner_text()
    _reach(page, "#answer form[action$='/accept'] button")
    _go_on(page)
    assert page.locator("#tray .tray-list li").count() == 0

    _to_the_tray(page, _reach_a_session(page))
    _said(page, "It breaks 1 rule.")
    _reach(page, '.board-bar a[href$="/release"]', key="Shift+Tab")
    _go_on(page)
    _reach(page, "#blocking summary")
    page.keyboard.press("Enter")
    _reach(page, "#blocking input[name=reason]")
    page.keyboard.type("The hosts asked for it")
    _go_on(page)
    assert page.locator('form[action$="/acknowledgements"]').count() == 0
    _reach(page, "#effects input[name=name]")
    page.keyboard.type("By keyboard")
    _go_on(page)
    assert page.url.split("/")[-2] == "releases"
