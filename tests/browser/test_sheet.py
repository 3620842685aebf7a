"""REG-02: the member sheet in a browser: a pasted block, the keys of a spreadsheet, nothing serious by axe."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

AXE = sorted(Path(__file__).parent.glob("vendor/axe*.js"))
PASTE = """([selector, text]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  document.querySelector(selector).dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


def _value(page: Any, name: str) -> str:
    return page.input_value(f'[name="{name}"]')


def test_reg_02_twelve_members_pasted_and_saved_with_one_press(page: Any, enter: Callable[[Any, str], None]) -> None:
    enter(page, "focal_point")
    page.click("text=Enter members")
    page.wait_for_load_state()  # the rows are there before the script that takes what is pasted
    assert page.locator("[data-sheet] tbody tr").count() >= 12
    rows = "\n".join(f"Ms\tGuide {number}\tA\t\tGuide\tguide-{number}@sheet.example\tAdviser" for number in range(14))
    page.evaluate(PASTE, ['[name="member-0-honorific"]', rows])
    assert page.locator("[data-sheet] tbody tr").count() >= 14
    assert (_value(page, "member-13-family_name"), _value(page, "member-13-rank")) == ("Guide 13", "70")
    for number in (12, 13):
        for field in ("honorific", "family_name", "given_name", "function", "email"):
            page.fill(f'[name="member-{number}-{field}"]', "")
    page.click("text=Save all")
    page.wait_for_selector("#summary")
    assert "12 saved" in page.inner_text("#summary")
    assert page.locator("text=Send the link again").count() >= 12


def test_reg_02_the_keys_of_a_spreadsheet(page: Any, enter: Callable[[Any, str], None]) -> None:
    enter(page, "focal_point")
    page.click("text=Enter members")
    page.wait_for_load_state()  # the rows are there before the script that takes what is pasted
    page.focus('[name="member-0-family_name"]')
    page.keyboard.type("Sok")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "member-1-family_name"
    page.keyboard.press("Control+d")
    assert _value(page, "member-1-family_name") == "Sok"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.name") == "member-0-given_name"
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.name") == "member-1-given_name"


def test_axe_finds_nothing_serious_on_the_sheet_and_the_rights(page: Any, enter: Callable[[Any, str], None]) -> None:
    assert AXE, "axe-core is checked in under tests/browser/vendor"
    enter(page, "focal_point")
    home = page.url
    for path in ("/sheet", "/acting"):
        page.goto(home + path)
        page.evaluate(AXE[0].read_text())
        result = page.evaluate("axe.run({resultTypes: ['violations']})")
        assert not [one["id"] for one in result["violations"] if one["impact"] in {"serious", "critical"}], path
        assert page.locator("h1").count() == 1
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
