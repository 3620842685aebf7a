"""Where the focus is after a form was sent, in a real browser, with script and without (pages.md 7.4, ADM-07)."""

from collections.abc import Iterator
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

E = "/e/bridge-2019"


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def phone(request: pytest.FixtureRequest, browser: Any, address: str) -> Iterator[Any]:
    context = browser.new_context(
        base_url=address,
        viewport={"width": 390, "height": 844},
        java_script_enabled=request.param,
        locale="en-GB",
    )
    yield context.new_page()
    context.close()


def _focused(phone: Any) -> str:
    """What has the focus, as the browser's own tree for assistive technology says: works without script."""
    seen = phone.locator(":focus")
    # a browser gives the focus when it first lays the page out, which may be after the page counts as loaded
    seen.wait_for(timeout=5_000)
    return str(seen.inner_text()).strip()


def test_app_1_the_focus_is_where_the_next_screen_begins(phone: Any) -> None:
    """APP-1: on the box of errors after a refused screen, on the heading of the next screen and of the one before."""
    phone.goto(f"{E}/register/individual")
    assert phone.locator(":focus").count() == 0
    phone.click("text=Go on")
    assert "things to mend" in _focused(phone)
    phone.fill("#family_name", "Zhang")
    phone.fill("#email", "zhang@trade.example")
    phone.fill("#function", "Head of exports")
    phone.click("text=Go on")
    assert _focused(phone) == "From where, and why?"
    phone.click("text=Hand in")
    assert "things to mend" in _focused(phone)
    phone.click("text=Back to the first screen")
    assert _focused(phone) == "Who are you?"
    phone.click("text=Go on")
    phone.locator("input[name=origin][value=city]").check()
    phone.fill("#party_name", "Phnom Penh")
    phone.select_option("#country", "KH")
    phone.get_by_label("English", exact=True).check()
    phone.click("text=Hand in")
    assert "has a focal point" in _focused(phone)


@pytest.mark.parametrize("path", ["register/delegation", "nominate"])
def test_the_focus_is_on_what_is_to_be_mended(phone: Any, path: str) -> None:
    """Any form that was refused: the box says what to mend, its first link leads to the field."""
    phone.goto(f"{E}/{path}")
    phone.click("main >> text=Hand in")
    assert "to mend" in _focused(phone)
    link = phone.locator("#errors a").first
    link.click()
    assert phone.locator(":focus").get_attribute("id") == link.get_attribute("href").removeprefix("#")
