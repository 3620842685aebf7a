"""Pages in a real browser: no serious finding by axe (ADM-07), nothing the content policy stops, light (ADM-08)."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

AXE = sorted((Path(__file__).parent / "vendor").glob("axe*.js"))
E = "/e/bridge-2019"

PAGES = [
    ("public", f"{E}"),
    ("public", f"{E}/agenda"),
    ("public", f"{E}/agenda/opening"),
    ("public", f"{E}/changes"),
    ("public", f"{E}/cities"),
    ("public", f"{E}/register"),
    ("public", f"{E}/nominate"),
    ("public", f"{E}/register/individual"),
    ("public", f"{E}/register/delegation"),
    ("public", "/sign-in"),
    ("focal_point", "home"),
    ("focal_point", "schedule"),
    ("delegate", f"{E}/my"),
    ("delegate", f"{E}/my/meetings"),
    ("delegate", f"{E}/my/people"),
    ("organiser", f"{E}/manage"),
    ("organiser", f"{E}/manage/counts"),
    ("organiser", f"{E}/manage/people"),
    ("organiser", f"{E}/manage/people/1"),
    ("organiser", f"{E}/manage/cities"),
    ("organiser", f"{E}/manage/cities/1"),
    ("organiser", f"{E}/manage/registrations"),
    ("organiser", f"{E}/manage/registrations/39"),
    ("organiser", f"{E}/manage/duplicates"),
    ("organiser", f"{E}/manage/pairing"),
    ("organiser", f"{E}/manage/partnerships/1"),
    ("organiser", f"{E}/manage/pairing?view=table&city=1"),
    ("organiser", f"{E}/manage/pairing/cities/1"),
    ("organiser", f"{E}/manage/pairing/what-if?pin=essen~gothenburg"),
    ("organiser", f"{E}/manage/pairing/history"),
    ("organiser", f"{E}/manage/pairing/report"),
    ("organiser", f"{E}/manage/agenda"),
    ("organiser", f"{E}/manage/agenda?view=list"),
    ("organiser", f"{E}/manage/agenda?view=people"),
    ("organiser", f"{E}/manage/agenda?hold=23"),
    ("organiser", f"{E}/manage/agenda/move/23"),
    ("organiser", f"{E}/manage/agenda/release"),
    ("organiser", f"{E}/manage/agenda/releases/1"),
    ("organiser", f"{E}/manage/agenda/rules"),
    ("organiser", f"{E}/manage/agenda/solve"),
    ("organiser", f"{E}/manage/agenda/compare"),
    ("organiser", f"{E}/manage/agenda/sessions/1"),
    ("organiser", f"{E}/manage/agenda/sessions/new"),
    ("organiser", f"{E}/manage/agenda/interpreters"),
    ("organiser", f"{E}/manage/agenda/walks"),
    ("organiser", f"{E}/manage/meetings"),
    ("organiser", f"{E}/manage/print"),
    ("organiser", f"{E}/manage/runs"),
    ("organiser", f"{E}/manage/runs/1"),
    ("organiser", f"{E}/manage/outbox"),
    ("organiser", f"{E}/manage/import"),
    ("administrator", "/admin/log"),
]


def _open(page: Any, role: str, path: str, enter: Callable[[Any, str], None]) -> Any:
    if role not in {"public", ""}:
        enter(page, role)
    if path == "home":
        return None
    if path == "schedule":
        path = page.url.split("?")[0] + "/schedule"
    return page.goto(path)


def test_adm_07_no_serious_finding_by_axe(page: Any, enter: Callable[[Any, str], None]) -> None:
    """ADM-07: axe finds nothing serious or critical on any page; each has one h1 and a language."""
    assert AXE, "axe-core is checked in under tests/browser/vendor"
    axe = AXE[0].read_text()
    found: dict[str, Any] = {}
    role_now = "public"
    for role, path in PAGES:
        if role != role_now:
            page.context.clear_cookies()
        _open(page, role if role != role_now else "", path, enter)
        role_now = role
        page.evaluate(axe)
        result = page.evaluate("axe.run({resultTypes: ['violations']})")
        serious = [one for one in result["violations"] if one["impact"] in {"serious", "critical"}]
        if serious:
            found[path] = [(one["id"], [node["html"][:160] for node in one["nodes"][:3]]) for one in serious]
        assert page.locator("h1").count() == 1, path
        assert page.locator("html").get_attribute("lang") == "en", path
    assert not found, json.dumps(found, indent=1)


SCRIPT_FONT = re.compile(r"noto-(?!sans-latin)[a-z-]+-\d+\.woff2$")
"""Fonts of scripts other than Latin."""


@pytest.mark.parametrize(("role", "path"), [PAGES[0], PAGES[1], PAGES[8], PAGES[11], PAGES[16]])
def test_adm_08_pages_are_light(page: Any, enter: Callable[[Any, str], None], role: str, path: str) -> None:
    """ADM-08: what a first look at a page brings over the network stays under 150 kB.

    The letters of another script come once, with the first name that needs them, and are kept for a year: each under 70 kB.
    """
    if role != "public":
        enter(page, role)
    page.goto(path)
    page.wait_for_load_state("networkidle")
    entries = "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
    brought = dict(page.evaluate(f"{entries}.map(one => [one.name.split('/').pop(), one.encodedBodySize])"))
    scripts = {name: size for name, size in brought.items() if SCRIPT_FONT.match(name)}
    size = sum(brought.values()) - sum(scripts.values())
    assert 10_000 < size < 150_000, f"{size} bytes"
    assert all(size < 70_000 for size in scripts.values()), scripts


@pytest.mark.parametrize("width", [320, 390, 768])
def test_nothing_scrolls_sideways(browser: Any, address: str, width: int) -> None:
    context = browser.new_context(base_url=address, viewport={"width": width, "height": 800})
    page = context.new_page()
    for path in (E, f"{E}/agenda", f"{E}/register", f"{E}/cities", "/sign-in"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()


def test_a_foreign_page_is_not_there(page: Any, enter: Callable[[Any, str], None]) -> None:
    enter(page, "delegate")
    assert page.goto(f"{E}/manage").status == 403
    assert page.goto("/e/no-such-event").status == 404
    assert "Nothing here under this address" in page.content()
