"""Every error is a page that says what happened, a small block for htmx, and never shows more than it may."""

import json
from typing import Any

import pytest
from fastapi import APIRouter, Request

from app.platform import errors, rendering
from app.platform.database.sessions import DbSession
from app.platform.forms import FormData

FAULTS = {
    "not-found": (errors.NotFound(), 404, "Nothing here under this address"),
    "forbidden": (errors.Forbidden("This page is for the desk."), 403, "This page is for the desk."),
    "refused": (errors.Refused({"name": "The name is missing."}), 422, "The name is missing."),
    "conflict": (errors.Conflict("Taken meanwhile.", alternatives=["10:25"]), 409, "10:25"),
    "gone": (errors.Gone("You accepted this on Monday."), 410, "You accepted this on Monday."),
    "too-many": (errors.TooMany("Five links in ten minutes.", retry_after_seconds=60), 429, "Five links"),
    "busy": (errors.Busy(retry_after_seconds=2), 503, "Nothing was changed"),
    "away": (errors.Away(retry_after_seconds=5), 503, "The database does not answer"),
    "no-room": (errors.NoRoom(), 503, "No room is left to keep this"),
    "fault": (RuntimeError("a secret of the machine"), 500, "it is our fault"),
}


@pytest.fixture
def failing(client: Any) -> Any:
    router = APIRouter()

    @router.get("/fails/{name}")
    def fail(name: str) -> None:
        raise FAULTS[name][0]

    @router.post("/fails")
    def fail_on_post(session: DbSession, form: FormData) -> None:
        raise RuntimeError(form["secret"])

    @router.post("/number/{number}/change")
    def taken(number: int, form: FormData) -> None:
        raise errors.Conflict("Taken meanwhile.")

    @router.post("/number/{number}/again")
    def again(number: int) -> None:
        raise errors.DoneAlready("What you asked for is done.")

    @router.get("/number/{number}")
    def number(number: int, page: int = 1) -> str:
        return "fine"

    client.app.include_router(router)
    return client


@pytest.mark.parametrize("name", FAULTS)
def test_an_error_is_a_page_and_a_block(failing: Any, name: str) -> None:
    _, status, words = FAULTS[name]
    page = failing.get(f"/fails/{name}")
    assert page.status_code == status
    assert "<!doctype html>" in page.text
    assert "<h1" in page.text
    assert words in page.text
    block = failing.get(f"/fails/{name}", headers={"HX-Request": "true"})
    assert block.status_code == status
    assert block.text.lstrip().startswith("<div")
    assert words in block.text
    assert "HX-Request" in block.headers["vary"]


@pytest.mark.parametrize(("name", "seconds"), [("too-many", "60"), ("busy", "2"), ("away", "5")])
def test_who_may_come_back_learns_when(failing: Any, name: str, seconds: str) -> None:
    assert failing.get(f"/fails/{name}").headers["retry-after"] == seconds


def test_a_fault_shows_a_number_and_nothing_of_itself(failing: Any, capsys: Any) -> None:
    page = failing.get("/fails/fault")
    assert "a secret of the machine" not in page.text
    assert "Traceback" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    logged = next(json.loads(line) for line in capsys.readouterr().out.splitlines() if '"fault"' in line)
    assert "a secret of the machine" in logged["error"]
    assert logged["number"] in page.text


def test_a_fault_in_the_page_of_a_fault_is_still_an_answer(failing: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("a template is missing")

    monkeypatch.setattr("app.platform.web.failures.render", broken)
    answer = failing.get("/fails/fault")
    assert answer.status_code == 500
    assert answer.text.startswith("This did not work, and it is our fault.")


def test_a_fault_undoes_and_keeps_what_was_typed_out_of_the_page(failing: Any) -> None:
    answer = failing.post("/fails", data={"secret": "what somebody typed"})
    assert answer.status_code == 500
    assert "what somebody typed" not in answer.text


def test_a_refused_change_gives_back_what_was_written_and_the_page_it_stood_on(failing: Any) -> None:
    answer = failing.post("/number/7/change", data={"version": "3", "reason": "They come by <train>."})
    assert answer.status_code == 409
    assert "They come by &lt;train&gt;." in answer.text
    assert 'href="/number/7"' in answer.text
    assert "<blockquote" in answer.text
    assert answer.text.count("<blockquote") == 1


def test_what_was_sent_twice_is_said_to_be_done(failing: Any) -> None:
    answer = failing.post("/number/7/again")
    assert answer.status_code == 409
    assert "This was sent already" in answer.text
    assert "Changed meanwhile" not in answer.text
    assert 'href="/number/7"' in answer.text


@pytest.mark.parametrize(
    ("address", "status"),
    [("/number/1", 200), ("/number/x", 404), ("/number/1?page=x", 422), ("/none", 404), ("/number/1/", 404)],
)
def test_addresses_that_cannot_be_read(failing: Any, address: str, status: int) -> None:
    assert failing.get(address).status_code == status


def test_a_method_that_is_not_there_is_a_page(failing: Any) -> None:
    answer = failing.post("/number/1")
    assert answer.status_code == 405
    assert "<h1" in answer.text
    assert answer.headers["allow"] == "GET"


def test_signing_in_comes_first_and_leads_back(client: Any) -> None:
    page = client.get("/account")
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in?next=%2Faccount")
    block = client.get("/account", headers={"HX-Request": "true"})
    assert (block.status_code, block.headers["hx-redirect"]) == (204, "/sign-in?next=%2Faccount")


@pytest.mark.parametrize(
    ("headers", "asks"),
    [({}, False), ({"HX-Request": "true"}, True), ({"HX-Request": "true", "HX-Boosted": "true"}, False)],
)
def test_who_wants_a_block(headers: dict[str, str], asks: bool) -> None:
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    assert rendering.is_htmx(Request({"type": "http", "headers": raw})) is asks
