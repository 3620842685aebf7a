"""The keys of the organiser's side in a real browser: what the list of keys says is what they do (pages.md 2.3)."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

M = "/e/bridge-2019/manage"

GOES = {
    "g n": M,
    "g p": f"{M}/people",
    "g c": f"{M}/pairing",
    "g a": f"{M}/agenda",
    "g m": f"{M}/meetings",
    "g r": f"{M}/print",
}


def _keys(page: Any) -> set[str]:
    """What the list of keys has; it is open afterwards."""
    page.keyboard.press("?")
    page.locator("#keys[open]").wait_for()
    return set(page.locator("#keys kbd").all_inner_texts())


@pytest.fixture
def office(page: Any, enter: Callable[[Any, str], None]) -> Any:
    enter(page, "organiser")
    return page


def test_the_list_has_the_keys_of_the_page_and_no_others(office: Any) -> None:
    assert _keys(office) == {"/", *GOES, "Esc", "?"}
    office.goto(f"{M}/agenda")
    of_the_board = {"← ↑ → ↓", "Space", "[ ]", "m, p", "Delete", "u, Shift u", "Ctrl z, Ctrl y"}
    assert _keys(office) == {"/", *GOES, *of_the_board, "Esc", "?"}
    office.goto(f"{M}/people")
    assert _keys(office) == {"/", *GOES, "j k", "x, Shift x", "Esc", "?"}
    office.goto(f"{M}/pairing")
    assert _keys(office) == {"/", *GOES, "p, v, w", "↑ ↓", "Esc", "?"}


@pytest.mark.parametrize("keys", GOES)
def test_two_keys_go_to_a_section(office: Any, keys: str) -> None:
    office.goto(f"{M}/cities")
    for key in keys.split():
        office.keyboard.press(key)
    office.wait_for_url(f"**{GOES[keys]}")


def test_keys_for_searching_listing_and_closing(office: Any) -> None:
    office.keyboard.press("/")
    assert office.evaluate("document.activeElement.name") == "q"
    office.keyboard.press("?")
    assert office.locator("#keys[open]").count() == 0, "no key works in a field"
    opener = office.locator("main a").first
    opener.focus()
    _keys(office)
    assert office.evaluate("document.activeElement.id") == "keys-title"
    office.keyboard.press("Escape")
    office.locator("#keys:not([open])").wait_for(state="attached")
    assert opener.evaluate("one => one === document.activeElement")


@pytest.mark.parametrize(
    ("back", "again"),
    [("u", "Shift+u"), ("Control+z", "Control+y"), ("Control+z", "Control+Shift+Z"), ("Meta+z", "Meta+Shift+Z")],
)
def test_keys_for_undoing_on_a_board(office: Any, back: str, again: str) -> None:
    office.goto(f"{M}/agenda")
    office.keyboard.press(back)
    office.locator("#live").filter(has_text="Taken back.").wait_for(state="attached")
    office.keyboard.press(again)
    office.locator("#undo:not([disabled])").wait_for()
    assert office.locator("#redo[disabled]").count() == 1


def test_keys_for_rows_that_are_ticked(office: Any) -> None:
    office.goto(f"{M}/people")
    boxes = office.locator("[data-ticks] input[type=checkbox]")

    def ticked() -> list[bool]:
        return [boxes.nth(n).is_checked() for n in range(4)]

    for keys in ("j", "x", "j", "j", "Shift+x"):
        office.keyboard.press(keys)
    assert ticked() == [True, True, True, False]
    office.keyboard.press("k")
    office.keyboard.press("x")
    assert ticked() == [True, False, True, False]


def test_a_desk_is_told_its_own_keys(page: Any, enter: Callable[[Any, str], None]) -> None:
    enter(page, "desk")
    page.goto(f"{M}/delegations")
    assert _keys(page) == {"/", "g p", "g r", "Esc", "?"}


def test_what_waits_to_be_said_gives_way_to_a_newer_answer(office: Any) -> None:
    """What an answer says stands, though it came sooner than the words before it were read out."""
    office.evaluate("""() => {
        const said = (words) => document.dispatchEvent(new CustomEvent("announce", { detail: { words } }));
        said("first");
        said("second");
        window.htmx.swap(document.createElement("div"), '<div hx-swap-oob="innerHTML:#live">the answer</div>', { swapStyle: "innerHTML" });
    }""")
    office.wait_for_timeout(200)
    assert office.locator("#live").inner_text() == "the answer"
    office.evaluate("""() => document.dispatchEvent(new CustomEvent("announce", { detail: { words: "after it" } }))""")
    office.locator("#live").filter(has_text="after it").wait_for(state="attached")
