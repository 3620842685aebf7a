"""REG-04, REG-09: the organiser's inbox by keyboard alone, and the same without script."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

INBOX = "/e/bridge-2019/manage/registrations"
BOXES = "[data-ticks] input[type=checkbox]"


def _ticked(page: Any) -> list[bool]:
    return page.locator(BOXES).evaluate_all("boxes => boxes.map(box => box.checked)")


def test_many_are_ticked_and_answered_by_keyboard(page: Any, enter: Callable[[Any, str], None]) -> None:
    """``x`` ticks, ``j`` moves, Shift and ``x`` ticks all between; Tab and Enter answer; the result says how many."""
    enter(page, "organiser")
    page.goto(INBOX)
    rows = len(_ticked(page))
    assert rows >= 3
    page.keyboard.press("x")
    assert _ticked(page) == [True] + [False] * (rows - 1)
    assert page.evaluate("document.activeElement.closest('tr') !== null")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Shift+x")
    assert _ticked(page)[:3] == [True, True, True]
    page.locator("#live").filter(has_text="3 ticked").wait_for(state="attached")
    page.keyboard.press("x")
    assert _ticked(page)[:3] == [True, True, False]
    # In a field the letters are letters.
    page.focus("#text")
    page.keyboard.type("xj: both registrations wait for a place.")
    assert page.input_value("#text").startswith("xj: both")
    assert _ticked(page)[:3] == [True, True, False]
    for _step in range(3):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").strip() == "Put on the waiting list"
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "2 registrations put on the waiting list" in page.content()
    assert len(_ticked(page)) == rows - 2


def test_all_on_the_page_are_ticked_at_once(page: Any, enter: Callable[[Any, str], None]) -> None:
    enter(page, "organiser")
    page.goto("/e/bridge-2019/manage/people?rank=30")
    page.get_by_label("All on this page").check()
    assert all(_ticked(page))
    page.locator(BOXES).nth(1).uncheck()
    assert page.evaluate("document.querySelector('[data-tick-all] input').indeterminate")
    page.locator(BOXES).nth(4).click(modifiers=["Shift"])
    assert _ticked(page)[1:5] == [False] * 4


@pytest.fixture
def plain(browser: Any, address: str) -> Iterator[Any]:
    context = browser.new_context(
        base_url=address, viewport={"width": 1440, "height": 900}, java_script_enabled=False, locale="en-GB"
    )
    yield context.new_page()
    context.close()


def test_without_script_they_are_boxes_and_buttons(plain: Any, enter: Callable[[Any, str], None]) -> None:
    """A question stands against approval, and the page names it; nothing of what only script can do is shown."""
    enter(plain, "organiser")
    plain.goto(f"{INBOX}?state=all&flag=contact")
    assert not plain.get_by_text("All on this page").is_visible()
    plain.locator(BOXES).first.check()
    plain.get_by_role("button", name="Approve", exact=True).click()
    assert "0 done, 1 left" in plain.content()
    assert "No phone number" in plain.locator(".notice.warn").inner_text()
    assert "flag=contact" in plain.url
