"""The pairing workbench in a browser: from a partnership to an applied what-if, and by the keyboard alone."""

import re
from collections.abc import Callable
from typing import Any

PAIRING = "/e/bridge-2019/manage/pairing"
ANSWERED = "#outcome-title:has-text('would change')"


def _press(page: Any, words: str) -> None:
    page.get_by_role("button", name=words).first.click()


def test_pair_08_a_what_if_is_applied_in_three_clicks(page: Any, enter: Callable[[Any, str], None]) -> None:
    """The answer comes in place, while the run's progress is shown, without a click in between."""
    enter(page, "organiser")
    page.goto(PAIRING)
    page.locator("#list h3 a", has_text="Gothenburg with Putrajaya").click()
    _press(page, "What if it must not be")
    page.wait_for_selector(ANSWERED, timeout=60_000)
    assert "veto=gothenburg~putrajaya" in page.url
    told = page.locator("#outcome-title").inner_text()
    assert page.locator("#live").inner_text().strip() == told
    assert page.locator("#changes li").count() == int(re.findall(r"\d+", told)[0])
    _press(page, "Apply")
    page.wait_for_url(re.compile(PAIRING + "$"))
    assert page.locator("#list", has_text="Gothenburg with Putrajaya").count() == 0


def test_pair_08_a_slider_goes_by_the_keyboard_and_says_its_number(
    page: Any, enter: Callable[[Any, str], None]
) -> None:
    enter(page, "organiser")
    page.goto(f"{PAIRING}/report")
    slider = page.get_by_label("A common language")
    assert page.locator("#shown-language").inner_text() == "2"
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert page.locator("#shown-language").inner_text() == "5"
    page.keyboard.press("Enter")
    page.wait_for_selector(ANSWERED, timeout=60_000)
    assert page.get_by_text("A common language: 5 points, was 2.", exact=True).is_visible()


def test_pair_08_no_page_of_the_workbench_scrolls_sideways(page: Any, enter: Callable[[Any, str], None]) -> None:
    enter(page, "organiser")
    page.set_viewport_size({"width": 320, "height": 800})
    for path in ("", "?view=table", "?view=network", "/what-if", "/cities/1", "/history", "/report"):
        page.goto(PAIRING + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
