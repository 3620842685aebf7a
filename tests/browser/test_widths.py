"""What must fit: the header in one row, a sheet in its page, a long hash on a telephone."""

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

M = "/e/bridge-2019/manage"
ROWS = "all => new Set(all.map((one) => { const box = one.getBoundingClientRect(); return Math.round((box.top + box.bottom) / 40); })).size"


@pytest.mark.parametrize("role", ["organiser", "administrator"])
def test_the_header_of_the_office_is_one_row_at_1280(page: Any, enter: Callable[[Any, str], None], role: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    enter(page, role)
    for path in (M, f"{M}/agenda", f"{M}/outbox"):
        page.goto(path)
        assert page.locator(".masthead > *").evaluate_all(ROWS) == 1, path
        links = page.locator(".sections a").evaluate_all(ROWS)
        assert links == 1, path
        who = page.locator(".who-menu").bounding_box()
        assert who["x"] + who["width"] > 1200
    page.goto(f"{M}/agenda")
    assert page.locator("#bar > *").evaluate_all(ROWS) == 1, "the bar of the board"


def test_the_sheet_of_members_is_not_cut_at_1280(page: Any, enter: Callable[[Any, str], None]) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    enter(page, "focal_point")
    page.click("text=Enter members")
    frame = page.locator("form.sheet-form").bounding_box()
    assert page.locator("form.sheet-form table").first.bounding_box()["width"] <= frame["width"] + 1


def test_the_page_of_a_run_fits_a_telephone(page: Any, enter: Callable[[Any, str], None]) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    enter(page, "organiser")
    for number in (1, 2, 3):
        page.goto(f"{M}/runs/{number}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, number
