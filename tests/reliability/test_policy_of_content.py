"""T31, T36 and what browsers are told with every answer: one content policy, no other origin, nothing kept, true types."""

import re
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.accounts.enums import Role
from app.cli.rights import rights_of
from app.main import ROUTERS
from app.platform.web.guards import CSP
from tests.reliability.test_matrix import World, filled, world

__all__ = ["world"]

ROOT = Path(__file__).parent.parent.parent
PAGES = [one for one in rights_of(ROUTERS) if one.method == "GET" and not one.path.endswith("/events")]
SCRIPTS = sorted((ROOT / "static/js").rglob("*.js"))
NAME = re.compile(r'(attachment|inline); filename="[\w.-]+"$')


@pytest.fixture(scope="module")
def answers(world: World) -> dict[tuple[str, str], Any]:
    """Every GET route once in a role that it lets in, with numbers of rows that are there."""
    found = {}
    for one in PAGES:
        role = next(role for role in (Role.FOCAL_POINT, Role.DELEGATE, *reversed(Role)) if role in one.roles)
        address = filled(one.path, {**world.ids, **world.own, "slug": world.slug})
        headers = {"Cookie": f"bridge={world.tokens[role, world.slug]}"}
        found[one.path, role.value] = world.client.get(address, headers=headers)
        world.client.cookies.clear()
    return found


def test_t31_every_answer_has_the_same_policy(answers: Any) -> None:
    """The exact string, also on files and refusals; what is served as a file by itself may be closed in further."""
    assert sum(one.status_code == 200 for one in answers.values()) > 90
    for (path, role), one in answers.items():
        told = one.headers["content-security-policy"]
        assert told == CSP or told.startswith("sandbox"), f"{path} {role}: {told}"
        if "text/html" in one.headers.get("content-type", ""):
            assert told == CSP, path
        assert one.headers["cross-origin-opener-policy"] == "same-origin", path
        assert one.headers["cross-origin-resource-policy"] == "same-origin", path
    assert "unsafe" not in CSP and "*" not in CSP and "http" not in CSP


def test_t36_no_page_of_a_person_is_kept_anywhere(answers: Any) -> None:
    """T36: whoever is signed in gets no-store on every answer, whatever the route."""
    for (path, _role), one in answers.items():
        kept = one.headers["cache-control"]
        assert "no-store" in kept and "public" not in kept, f"{path}: {kept}"


def test_every_answer_says_what_it_is(answers: Any) -> None:
    """Text with its charset; XML says its own in its first line."""
    for (path, _role), one in answers.items():
        if not one.content:
            continue
        kind = one.headers["content-type"]
        assert "charset=utf-8" in kind.lower() or not kind.startswith("text/"), f"{path}: {kind}"
        assert one.content.lstrip().startswith(b"<!doctype html") == kind.startswith("text/html"), f"{path}: {kind}"


def test_downloads_have_a_name_of_our_own(answers: Any) -> None:
    named = {
        path: one.headers["content-disposition"]
        for (path, _), one in answers.items()
        if "content-disposition" in one.headers
    }
    assert len(named) > 8
    for path, told in named.items():
        assert told == "inline" or NAME.match(told), f"{path}: {told}"


def test_every_page_of_a_person_has_a_way_out(answers: Any) -> None:
    pages = {
        path: one
        for (path, _), one in answers.items()
        if one.status_code == 200 and "text/html" in one.headers["content-type"]
    }
    assert len(pages) > 80
    pages.pop("/e/{slug}/my/saved")  # the empty shell that a telephone keeps for the way: nobody's page
    assert [path for path, one in pages.items() if 'action="/sign-out"' not in one.text] == []


def test_no_other_origin_is_let_in(world: World) -> None:
    for path in ("/sign-in", f"/e/{world.slug}/agenda", f"/e/{world.slug}/agenda.json", "/static/js/page.js"):
        answer = world.client.get(path, headers={"Origin": "https://evil.example"})
        assert not [name for name in answer.headers if name.startswith("access-control")], path
        asked = world.client.options(
            path, headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
        )
        assert asked.status_code >= 400 and "access-control-allow-origin" not in asked.headers, path


def test_folders_are_not_listed_and_trace_is_refused(world: World) -> None:
    for path in (
        "/static",
        "/static/",
        "/static/js",
        "/static/js/",
        "/static/fonts/",
        "/.git/config",
        "/static/../app/main.py",
    ):
        assert world.client.get(path).status_code in {404, 405}, path
    assert world.client.request("TRACE", "/sign-in").status_code == 405


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_write_text_as_text(script: Path) -> None:
    """Nothing of ours sets markup: what comes from the server is swapped in by htmx, which escaped it there."""
    found = re.findall(
        r"\.(?:inner|outer)HTML\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function", script.read_text()
    )
    assert found == []


def test_under_https_every_cookie_is_bound_to_the_host(settings: Any, clock: Any, database: Any, event: Any) -> None:
    from app.accounts.service.links import issue_link
    from app.accounts.service.roles import ensure_account
    from app.main import create_app
    from app.platform.actor import Actor

    secure = settings.model_copy(update={"base_url": "https://bridge.example"})
    with database.writing() as session:
        actor, now = Actor.system("test"), clock.now()
        account = ensure_account(session, email="one@office.example", display_name="One", actor=actor, now=now)
        token = issue_link(session, email=account.email, account_id=account.id, now=now)
    with TestClient(
        create_app(secure, clock=clock), base_url="https://bridge.example", follow_redirects=False
    ) as client:
        client.headers["Sec-Fetch-Site"] = "same-origin"
        set_by = [
            client.post(f"/sign-in/{token}"),
            client.get("/sign-in?lang=fr"),
            client.post("/account/language", data={"locale": "es"}),
        ]
        cookies = [cookie for one in set_by for cookie in one.headers.get_list("set-cookie")]
        assert len(cookies) >= 4
        for cookie in cookies:
            assert cookie.startswith("__Host-") and "Secure" in cookie and "HttpOnly" in cookie, cookie
            assert "path=/" in cookie.lower() and "domain" not in cookie.lower() and "samesite=lax" in cookie.lower(), (
                cookie
            )
        assert '<html lang="es"' in client.get("/account").text
