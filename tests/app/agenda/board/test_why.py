"""Why one session does not fit, asked from the board: of the tray, and of a broken rule that has no mend."""

import html
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.agenda.enums import Part, PinKind
from app.agenda.models import AgendaSession, DraftPlacement, SessionPerson, SessionWindow
from app.platform.settings import Settings
from app.solver_runs.enums import RunState
from app.solver_runs.models import SolverRun
from app.solver_runs.tasks import run_now
from tests.app.agenda.board.pages import BOARD
from tests.app.agenda.runs import each_fact_is_needed, until_ended


@pytest.fixture
def answered(organiser: Any, settings: Settings) -> Callable[[str, dict[str, str]], tuple[int, str]]:
    """``answered(action, fields)`` presses a button and waits; gives the number of the run and its page."""

    def press(action: str, fields: dict[str, str]) -> tuple[int, str]:
        began = organiser.post(action, data=fields)
        assert began.status_code == 303, began.text
        run_id = int(began.headers["location"].rsplit("/", 1)[1])
        run_now(organiser.app.state.database, run_id, settings)
        until_ended(organiser, run_id)
        return run_id, html.unescape(organiser.get(began.headers["location"]).text)

    return press


def _whys(text: str) -> list[tuple[str, dict[str, str]]]:
    """The buttons "Why" of a part of the board: where they post to, and what."""
    forms = re.findall(r'<form class="inline" method="post" action="([^"]+/why)">(.*?)</form>', text, flags=re.S)
    return [(action, dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', inside))) for action, inside in forms]


def _waiting(session: Any, cast: Any, nine: Any, person: int) -> int:
    """A session of an hour from nine, for one person, that has no place."""
    item = AgendaSession(
        event_id=cast.event.id, title="Waits", slug="waits", kind="workshop", duration_minutes=60, audience=10
    )
    session.add(item)
    session.flush()
    session.add(SessionPerson(session_id=item.id, delegate_id=person, part=Part.SPEAKER))
    session.add(SessionWindow(session_id=item.id, starts_at=nine, ends_at=nine + timedelta(minutes=60)))
    return int(item.id)


def _facts(page: str) -> str:
    return " ".join(re.findall(r'<span class="what">(.*?)</span>', page))


def test_agd_03_a_session_without_a_place_says_why_and_offers_a_way_out(
    organiser: Any, cast: Any, two: Any, placed: Any, nine: Any, answered: Any
) -> None:
    """AGD-03: each fact is needed, other broken rules are none of them, and the button's change is enough."""
    database = organiser.app.state.database
    with database.writing() as session:
        waits = _waiting(session, cast, nine, cast.heads[0])
        for n in (1, 2):
            placed(session, f"Beside the matter {n}", cast.heads[1 + n : 2 + n], 300, room="room-b")
    text = organiser.get(BOARD).text
    tray = re.search(r'id="tray-list".*?</ul>', text, flags=re.S)[0]
    [(action, fields)] = _whys(tray)
    assert fields == {"session_id": str(waits)}
    run_id, page = answered(action, fields)
    assert "“Waits” has no place that breaks no rule" in page
    told = _facts(page)
    assert "Waste" in told
    assert "Beside the matter" not in told
    with database.reading() as session:
        run = session.get(SolverRun, run_id)
        each_fact_is_needed(run.problem, json.loads(run.explanation))
    assert "A way out" in page
    after, _page = answered(f"{BOARD}/runs/{run_id}/mend", {})
    with database.reading() as session:
        found = session.get(SolverRun, after)
        assert (found.state, found.has_solution) == (RunState.DONE, True)


def test_agd_03_a_broken_rule_without_a_mend_says_why(organiser: Any, two: Any, answered: Any) -> None:
    """AGD-03: both sessions are pinned, so none is moved for the rule; the answer names the pins."""
    with organiser.app.state.database.writing() as session:
        first, second = session.scalars(select(DraftPlacement).order_by(DraftPlacement.session_id))
        second.starts_at, second.room_id = first.starts_at, first.room_id
        first.pin = second.pin = PinKind.BOTH
    rule = re.search(r'data-rule="room_hosts_one_session".*?</li>', organiser.get(BOARD).text, flags=re.S)[0]
    assert "Move " not in rule
    [(action, fields)] = _whys(rule)
    _run, page = answered(action, fields)
    assert _facts(page).count(" is pinned ") == 2


def test_agd_03_where_there_is_a_place_the_answer_is_the_place(
    organiser: Any, two: Any, plan: Any, answered: Any
) -> None:
    """AGD-03: nothing moves by asking, and the answer about one session is no plan for all."""
    before = plan()
    run_id, page = answered(f"{BOARD}/why", {"session_id": str(two[0])})
    assert "“Waste” has a place that breaks no rule" in page
    assert re.search(rf'href="{BOARD}\?day=2019-09-\d\d&hold={two[0]}"', page)
    assert organiser.post(f"{BOARD}/runs/{run_id}/accept").status_code == 409
    assert plan() == before


def test_agd_03_a_second_press_leads_to_the_run_that_was_asked_before(
    organiser: Any, two: Any, placed: Any, settings: Settings
) -> None:
    """AGD-03: while it works and after; once the draft is another, the question is another."""

    def asked() -> str:
        return str(organiser.post(f"{BOARD}/why", data={"session_id": str(two[0])}).headers["location"])

    first = asked()
    assert asked() == first
    page = organiser.get(first).text
    assert 'hx-trigger="sse:done" hx-target="#proposal"' in page or "has a place that breaks no rule" in page
    run_now(organiser.app.state.database, int(first.rsplit("/", 1)[1]), settings)
    until_ended(organiser, int(first.rsplit("/", 1)[1]))
    assert asked() == first
    block = organiser.get(first, headers={"HX-Request": "true"}).text
    assert "<html" not in block
    assert "has a place that breaks no rule</h1>" in html.unescape(block)
    with organiser.app.state.database.writing() as session:
        placed(session, "Another", (), 200, room="room-b")
    assert asked() != first


def test_agd_03_a_question_about_no_session_is_refused(organiser: Any, two: Any) -> None:
    """AGD-03."""
    assert organiser.post(f"{BOARD}/why", data={"session_id": "999"}).status_code == 404
    assert organiser.post(f"{BOARD}/why", data={}).status_code == 422
