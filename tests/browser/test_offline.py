"""One's own day on a telephone: there without a network, gone with the session."""

from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

E = "/e/bridge-2019"
KEPT = "caches.keys().then(async (names) => names.length && (await (await caches.open(names[0])).keys()).length > 3)"


def test_my_day_is_there_without_a_network_and_gone_after_signing_out(browser: Any, address: str, enter: Any) -> None:
    """ME-1: after the first load the day opens offline, own items alone; the copy goes with the session."""
    context = browser.new_context(base_url=address, viewport={"width": 360, "height": 740}, locale="en-GB")
    phone = context.new_page()
    enter(phone, "delegate")
    phone.goto(f"{E}/my")
    wish = phone.locator(".wish h3").first.inner_text()
    item = phone.locator(".day-item h3").first.inner_text()
    phone.wait_for_function(KEPT)
    context.set_offline(True)
    for page in (f"{E}/my", f"{E}/my/people"):
        phone.goto(page)
        text = phone.locator("body").inner_text()
        assert "There is no network" in text
        assert item in text
        assert wish not in text, "whoever wishes to meet one is not among one's own items"
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360
        assert phone.evaluate("getComputedStyle(document.querySelector('.tab-bar')).position") == "fixed", "with style"
    context.set_offline(False)
    phone.goto(f"{E}/my")
    assert phone.locator(".wish").count() > 0, "with a network it is the page itself"
    phone.evaluate("document.querySelector('form[action$=\"/sign-out\"]').requestSubmit()")
    phone.wait_for_url("**/sign-in*")
    assert phone.evaluate("caches.keys()") == []
    context.close()
