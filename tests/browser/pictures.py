"""The pictures of the README, taken anew from the pages as they are: ``make pictures``. Not part of the tests."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

E = "/e/bridge-2019"
M = f"{E}/manage"
PICTURES = Path(__file__).parent.parent.parent / ".github" / "pictures"
LARGEST_BYTES = 200_000


@pytest.fixture
def take(page: Any) -> Callable[[str], None]:
    """``take(name)``: keep what the browser shows."""

    def keep(name: str) -> None:
        page.wait_for_load_state("networkidle")
        page.evaluate("document.fonts.ready")
        page.mouse.move(0, 0)
        page.wait_for_timeout(300)
        page.evaluate("window.scrollTo(0, 0)")
        page.screenshot(path=PICTURES / f"{name}.png")

    page.set_viewport_size({"width": 1280, "height": 860})
    return keep


def test_the_office(page: Any, enter: Callable[[Any, str], None], take: Callable[[str], None]) -> None:
    enter(page, "organiser")
    for name, path in (
        ("home", M),
        ("agenda", f"{M}/agenda?hold=23"),
        ("pairing", f"{M}/pairing?view=network&chosen=2"),
        ("meetings", f"{M}/meetings"),
    ):
        page.goto(path)
        take(name)


def test_the_public_agenda(page: Any, take: Callable[[str], None]) -> None:
    page.goto(f"{E}/agenda")
    take("programme")


def test_the_reprint_queue(page: Any, enter: Callable[[Any, str], None], take: Callable[[str], None]) -> None:
    """Some meetings are cancelled: whoever holds a sheet with one of them stands in the queue."""
    enter(page, "organiser")
    for number in (2, 9):
        page.goto(f"{M}/meetings?view=list")
        row = page.locator("tbody tr[id^=meeting-]").nth(number)
        row.locator("summary").click()
        row.locator("input[name=reason]").fill("The guest arrives later")
        row.get_by_role("button").click()
        page.wait_for_load_state()
    page.goto(f"{M}/print")
    take("reprints")


def test_a_phone(page: Any, enter: Callable[[Any, str], None], take: Callable[[str], None]) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    enter(page, "delegate")
    page.goto(f"{E}/my")
    take("my-day")


def test_paper(page: Any, enter: Callable[[Any, str], None], tmp_path: Path) -> None:
    enter(page, "organiser")
    sheet = tmp_path / "pack.pdf"
    sheet.write_bytes(page.request.get(f"{E}/delegations/1/schedule.pdf").body())
    options = ["-png", "-r", "80", "-f", "1", "-l", "1", "-singlefile"]
    subprocess.run(["pdftoppm", *options, str(sheet), str(PICTURES / "pack")], check=True)


def test_no_picture_is_too_large() -> None:
    large = {path.name: path.stat().st_size for path in PICTURES.iterdir() if path.stat().st_size > LARGEST_BYTES}
    assert large == {}
