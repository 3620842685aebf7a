"""A real browser on a real server."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from app.platform.clock import FixedClock
from app.platform.settings import Settings

NOW = datetime(2019, 8, 20, 7, 12, tzinfo=UTC)
"""Two weeks before the opening, in the morning."""

KEY = "a key for tests"

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium_path() -> str | None:
    """Where Chromium is: ``BRIDGE_CHROMIUM``, else whatever is found on the path.

    The one without windows comes first: it opens a page in a third of the time.
    """
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    return os.environ.get("BRIDGE_CHROMIUM") or next((found for name in names if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    path = chromium_path()
    if path is None:
        if os.environ.get("BRIDGE_REQUIRE_BROWSER") == "1":
            pytest.fail("Chromium is wanted and was not found.")
        pytest.skip("Chromium was not found; set BRIDGE_CHROMIUM.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def base_host() -> str:
    """How the browser calls the server; a test of security keys needs a name in its place."""
    return "127.0.0.1"


@pytest.fixture
def served(planned: Path, tmp_path: Path, base_host: str) -> Iterator[Any]:
    """A server of one's own on a free port, on a copy of the planned demonstration; gives its application."""
    from app.main import create_app

    shutil.copy(planned, tmp_path / "demo.sqlite")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'demo.sqlite'}",
        base_url=f"http://{base_host}:{port}",
        secret=KEY,
        var=tmp_path,
        log_level="ERROR",
        demonstration=True,
    )
    application = create_app(settings, clock=FixedClock(NOW))
    server = uvicorn.Server(uvicorn.Config(application, port=port, log_level="error", lifespan="on"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield application
    server.should_exit = True
    thread.join(timeout=15)


@pytest.fixture
def address(served: Any) -> str:
    return str(served.state.settings.base_url)


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    """A page of a wide screen; what the console complains about fails the test."""
    context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 1000}, locale="en-GB")
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert [one for one in said if "status of 4" not in one] == []


@pytest.fixture
def enter(served: Any, address: str) -> Callable[[Any, str], None]:
    """``enter(page, role)``: the browser signs in with the demonstration's link of that role."""
    from app.accounts.service.demonstration import demonstration_links

    with served.state.database.writing() as session:
        links = {link.role.value: link.address for link in demonstration_links(session, base_url=address, now=NOW)}

    def act_as(page: Any, role: str) -> None:
        page.goto(links[role])
        page.locator("main form button").first.click()
        page.wait_for_load_state()

    return act_as
