"""One's own day on a telephone: there without a network, gone with the session."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.events.models import Event
from tests.browser.conftest import NOW

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

E = "/e/bridge-2019"
KEPT = """async () => {
    const [name] = await caches.keys();
    return name ? (await (await caches.open(name)).keys()).length : 0;
}"""
"""How many files the copy has."""

SIGN_OUT = """() => {
    navigator.serviceWorker.controller.postMessage("save");
    document.querySelector('form[action$="/sign-out"]').requestSubmit();
}"""
"""While a copy is asked for: it must not come back after it was deleted."""


def _until(phone: Any, script: str, is_as_wanted: Any) -> None:
    # Playwright does not wait for a promise inside wait_for_function: it takes it for true.
    for _try in range(150):
        found = phone.evaluate(script)
        if is_as_wanted(found):
            return
        phone.wait_for_timeout(100)
    raise AssertionError(f"in the end it was {found}")


def test_my_day_is_there_without_a_network_and_gone_after_signing_out(browser: Any, address: str, enter: Any) -> None:
    """ME-1: after the first load the day opens offline, own items alone; the copy goes with the session."""
    context = browser.new_context(base_url=address, viewport={"width": 360, "height": 740}, locale="en-GB")
    phone = context.new_page()
    enter(phone, "delegate")
    phone.goto(f"{E}/my")
    wish = phone.locator(".wish h3").first.inner_text()
    item = phone.locator(".day-item h3").first.inner_text()
    _until(phone, KEPT, lambda files: files > 3)
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
    phone.evaluate(SIGN_OUT)
    phone.wait_for_url("**/sign-in*")
    phone.wait_for_timeout(300)
    assert phone.evaluate("caches.keys()") == []
    context.close()


LEFT = """async () => {
    const [name] = await caches.keys();
    const copy = name && await (await caches.open(name)).match(new URL(location.href).pathname + "/saved");
    return copy ? Number(copy.headers.get("X-Saved-Until")) - Date.now() : null;
}"""
"""For how many milliseconds the copy is still kept; null where there is none."""


def test_the_copy_is_gone_after_the_event(browser: Any, served: Any, address: str, enter: Any) -> None:
    """ME-1: the copy says until when it is kept; after the event it opens no more and is deleted."""
    context = browser.new_context(base_url=address, viewport={"width": 360, "height": 740}, locale="en-GB")
    phone = context.new_page()
    enter(phone, "delegate")
    phone.goto(f"{E}/my")
    _until(phone, LEFT, lambda left: left is not None and left > 0)
    with served.state.database.writing() as session:
        event = session.scalars(select(Event).where(Event.slug == "bridge-2019")).one()
        event.starts_on = event.ends_on = NOW.date() - timedelta(days=1)
    phone.goto(f"{E}/my")
    _until(phone, LEFT, lambda left: left is None)
    context.set_offline(True)
    from playwright.sync_api import Error

    with pytest.raises(Error, match="ERR_"):
        phone.goto(f"{E}/my")
    context.set_offline(False)
    phone.goto(f"{E}/agenda")
    assert phone.evaluate("caches.keys()") == []
    context.close()
