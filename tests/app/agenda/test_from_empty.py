"""AGD-01 on the pages: F-BIG from empty to a release, and the smallest re-plan after a room is lost on the day."""

import re
import time
from typing import Any

import pytest
from sqlalchemy import func, select

from app.accounts.enums import Role
from app.agenda.models import ReleasedSession
from app.demo.load import load_fixture
from app.platform.outbox import MailState, OutboxMail
from app.solver_runs.tasks import run_now


@pytest.fixture
def office(client: Any, sign_in: Any, now: Any) -> tuple[Any, str]:
    """An organiser before F-BIG, of which nothing but the opening has a place."""
    with client.app.state.database.writing() as session:
        event = load_fixture(session, name="F-BIG", seed=1, now=now)
        event_id, slug = event.id, event.slug
    sign_in(Role.ORGANISER, event_id=event_id)
    return client, f"/e/{slug}/manage/agenda"


def _solve(client: Any, here: str, settings: Any, mode: str) -> tuple[str, str]:
    """Ask for a run as the page does, wait for it, and give its address and page."""
    started = client.post(f"{here}/runs", data={"mode": mode, "time_limit_seconds": "60"})
    assert started.status_code == 303, started.text
    address = started.headers["location"]
    run_now(client.app.state.database, int(address.rsplit("/", 1)[1]), settings)
    for _ in range(600):
        page = client.get(address).text
        if f'action="{address}/accept"' in page:
            return address, page
        time.sleep(0.2)
    raise AssertionError(page)


def _apply(client: Any, address: str, page: str) -> None:
    seen = re.search(r'/accept">.*?name="seen" value="([^"]*)"', page, flags=re.S)[1]
    assert client.post(f"{address}/accept", data={"seen": seen}).status_code == 303


def _release(client: Any, here: str, name: str) -> int:
    """Release as the page offers it; gives how many people it says are touched."""
    page = client.get(f"{here}/release").text
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    assert client.post(f"{here}/release", data={"name": name, "seen": seen}).status_code == 303
    return int(re.search(r"(\d+) (?:person is|people are) touched by this release", page)[1])


def test_agd_01_f_big_from_empty_to_a_release_and_a_re_plan_on_the_day(office: tuple[Any, str], settings: Any) -> None:
    """AGD-01: no hard rule broken, cost and bound on the page; then a room is closed for a day: "n sessions move, m
    people are touched", applied and released to exactly those."""
    client, here = office
    database = client.app.state.database
    address, page = _solve(client, here, settings, "fill")
    assert "39 get a place" in page
    assert "cannot be less" in page
    _apply(client, address, page)
    board = client.get(here).text
    assert "Not placed yet: 0" in board
    assert "No rule is broken." in board
    first = _release(client, here, "First")
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ReleasedSession)) == 40
        assert session.scalar(select(func.count()).select_from(OutboxMail)) == first

    room = re.search(r'<option value="(\d+)"[^>]*>East room', client.get(f"{here}/rooms").text)[1]
    day = {"room_id": room, "on": "2019-09-03", "since": "09:00", "until": "18:00"}
    assert client.post(f"{here}/rooms", data=day).status_code == 303
    assert "Stands in a closed room" in client.get(f"{here}/rooms").text
    address, page = _solve(client, here, settings, "replan")
    moved, touched = re.search(r"(\d+) sessions? moves?, (\d+) (?:person is|people are) touched", page).groups()
    assert 0 < int(moved) < 20
    _apply(client, address, page)
    assert "No rule is broken." in client.get(here).text
    assert _release(client, here, "Second") == int(touched)
    with database.reading() as session:
        held = select(func.count()).where(OutboxMail.state == MailState.HELD)
        assert session.scalar(held.where(OutboxMail.cause == "release 2")) == int(touched)
        assert session.scalar(held) == first, "one mail each: the newer one stands for both"
