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
    page.wait_for_selector("#reasons .note:has-text('Gothenburg with Putrajaya')")
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
    paths = ("", "?view=table", "?view=network", "/what-if", "/cities/1", "/history", "/report", "/consent")
    for width in (320, 360):
        page.set_viewport_size({"width": width, "height": 800})
        for path in (*paths, "/compare?before=1&after=1"):
            assert page.goto(PAIRING + path).status == 200, path
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_pair_08_keys_choose_pin_veto_and_tell_why(page: Any, enter: Callable[[Any, str], None]) -> None:
    """Arrows along the list move the highlight in the picture; p, v and w act on what is chosen; never in a field."""
    enter(page, "organiser")
    page.goto(PAIRING)
    titles = page.locator("#list h3 a").all_inner_texts()
    page.locator("#list h3 a").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector(f"#reasons .note:has-text('{titles[2]}')")
    assert page.evaluate("document.activeElement.textContent") == titles[2]
    assert page.locator("#list li.is-now h3").inner_text() == titles[2]
    assert page.locator("#picture g.chosen").count() == 1
    assert "chosen=" in page.url
    assert page.locator("#live").inner_text().strip() == titles[2]
    page.keyboard.press("k")
    page.wait_for_selector(f"#reasons .note:has-text('{titles[1]}')")
    page.keyboard.press("w")
    assert page.evaluate("document.activeElement.closest('section').id") == "reasons"
    page.keyboard.press("g")
    page.keyboard.press("v")
    page.wait_for_timeout(300)
    assert "/what-if" not in page.url, "a key after g goes somewhere"
    page.locator("#find").focus()
    page.keyboard.press("p")
    assert page.locator("#find").input_value() == "p"
    page.locator("#find").blur()
    page.keyboard.press("v")
    page.wait_for_url(re.compile("what-if.*veto="))
    page.wait_for_selector(ANSWERED, timeout=60_000)
    page.goto(PAIRING)
    unpinned = page.locator("#list li:not(:has-text('pinned')) h3 a").first
    unpinned.click()
    page.wait_for_selector(f"#reasons .note:has-text('{unpinned.inner_text()}')")
    page.keyboard.press("p")
    page.wait_for_url(re.compile("what-if.*pin="))
    page.goto(PAIRING)
    page.keyboard.press("?")
    words = page.locator("#keys").inner_text()
    assert "p, v, w" in words
    assert "Pairing: along the list" in words


def test_a_city_is_chosen_in_the_picture_itself(page: Any, enter: Callable[[Any, str], None]) -> None:
    """By a press and by the keyboard, on the map and in the network; what it is called is said."""
    enter(page, "organiser")
    for view in ("map", "network"):
        page.goto(f"{PAIRING}?view={view}")
        link = page.locator("#picture svg a[aria-label='Dakar']")
        box = link.locator("circle.room").bounding_box()
        assert min(box["width"], box["height"]) >= 24, box
        link.focus()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("city="))
        assert page.locator("#choose-city option:checked").inner_text() == "Dakar"
        assert page.locator("#picture svg a[aria-label='Dakar']").get_attribute("aria-current") == "true"
        assert f"view={view}" in page.url
        page.locator("#picture svg a[aria-label='Manizales'] circle.dot").click(force=True)
        page.wait_for_selector("#choose-city option:checked:has-text('Manizales')", state="attached")
