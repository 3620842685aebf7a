"""The second step in a real browser: a security key of Chromium's own, and codes of an app without any script."""

import re
from collections.abc import Iterator
from typing import Any

import pyotp
import pytest
from sqlalchemy import select

from app.accounts.models import Account, AppFactor, SecurityKey
from app.accounts.service.links import issue_link, link_address

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

HERE = "/account/second-step"


@pytest.fixture
def base_host() -> str:
    """Keys are bound to a name: this server is reached by one."""
    return "localhost"


@pytest.fixture
def key(page: Any) -> Iterator[Any]:
    """A security key that says yes to every touch."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "usb",
                "hasResidentKey": False,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return tools


def _link_again(served: Any, page: Any, address: str, factor: type[AppFactor] | type[SecurityKey]) -> None:
    """Spend one more link, as whoever set the second step up."""
    with served.state.database.writing() as session:
        account = session.scalars(select(Account).join(factor, factor.account_id == Account.id)).one()
        token = issue_link(session, email=account.email, account_id=account.id, now=served.state.clock.now())
    page.context.clear_cookies()
    page.goto(link_address(address, token))
    page.locator("main form button").first.click()
    page.wait_for_load_state()


def test_a_security_key_is_added_and_signs_in(served: Any, address: str, page: Any, enter: Any, key: Any) -> None:
    enter(page, "organiser")
    page.goto(HERE)
    assert not page.get_by_text("This browser knows no security keys").is_visible()
    page.get_by_label("Name of the key").fill("Blue key")
    page.get_by_role("button", name="Add a security key").click()
    page.wait_for_selector(".recovery-codes")
    assert page.locator(".recovery-codes li").count() == 10
    page.get_by_role("link", name="I have written them down").click()
    assert page.get_by_text("Blue key", exact=True).is_visible()

    _link_again(served, page, address, SecurityKey)
    assert page.url.startswith(f"{address}/sign-in/second-step")
    page.goto("/e/bridge-2019/manage")
    assert "/sign-in?next=" in page.url, "the link alone opens nothing"
    page.goto("/sign-in/second-step")
    page.get_by_role("button", name="Use a security key").click()
    page.wait_for_url("**/e/bridge-2019/manage")
    assert page.locator("h1").is_visible()


def test_a_key_that_says_no_is_told(served: Any, address: str, page: Any, enter: Any, key: Any) -> None:
    enter(page, "organiser")
    page.goto(HERE)
    page.get_by_label("Name of the key").fill("Blue key")
    page.get_by_role("button", name="Add a security key").click()
    page.wait_for_selector(".recovery-codes")
    _link_again(served, page, address, SecurityKey)
    key.send("WebAuthn.disable")
    page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new Error('no')); }")
    page.get_by_role("button", name="Use a security key").click()
    page.wait_for_selector("[data-key-failed]:not([hidden])")
    assert page.get_by_label("Code").is_visible()


def test_an_app_is_set_up_and_signs_in_without_script(browser: Any, served: Any, address: str, enter: Any) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False, viewport={"width": 360, "height": 720})
    page = context.new_page()
    enter(page, "organiser")
    page.goto("/account")
    page.get_by_role("link", name="Set up a second step").click()
    assert page.get_by_text("This browser knows no security keys").is_visible()
    assert not page.get_by_role("button", name="Add a security key").is_visible()
    page.get_by_role("button", name="Set up an app").click()
    assert page.locator(".code-picture").is_visible()
    secret = re.sub(r"\s", "", page.locator(".secret-letters").inner_text())
    wall = served.state.clock.wall()
    page.get_by_label("Code").fill(pyotp.TOTP(secret).at(wall))
    page.get_by_role("button", name="Turn it on").click()
    code = page.locator(".recovery-codes li").first.inner_text()
    page.goto("/account")
    assert page.get_by_role("link", name="Change the second step").is_visible()

    _link_again(served, page, address, AppFactor)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Go on").click()
    assert page.url.endswith("/e/bridge-2019/manage")
    context.close()
