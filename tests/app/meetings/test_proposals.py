"""What a plan would change stands on a page before it is published, discarded, or refused because others stand."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.delegations.models import Delegate
from app.events.models import MeetingSlot, MeetingTable
from app.meetings.enums import MeetingState
from app.meetings.models import Meeting, MeetingWish
from app.meetings.service import end_wishes_of, hold_meeting
from app.solver_runs.enums import RunState
from app.solver_runs.models import SolverRun
from scheduler.core.limits import Limits
from scheduler.meetings.explain import explain
from scheduler.meetings.problem import MeetingsProblem
from scheduler.meetings.solve import solve


@pytest.fixture
def hold(cast: Any, accepted: Any, actor: Any, now: datetime) -> Callable[..., Meeting]:
    """``hold(session, one, other, number)``: a meeting of two in the slot of that number, at the first table."""

    def make(session: Any, one: int, other: int, number: int) -> Meeting:
        slots = session.scalars(select(MeetingSlot).order_by(MeetingSlot.starts_at)).all()
        table = session.scalars(select(MeetingTable).order_by(MeetingTable.number)).first()
        wish = accepted(session, one, other)
        return hold_meeting(session, event=cast.event, wish=wish, slot=slots[number], table=table, actor=actor, now=now)

    return make


@pytest.fixture
def proposed(client: Any, cast: Any, hold: Any, accepted: Any, fewest_moves: Any) -> int:
    """The run whose plan moves one meeting, drops one and makes one: a head comes late, another is there no more."""
    with client.app.state.database.writing() as session:
        slots = session.scalars(select(MeetingSlot).order_by(MeetingSlot.starts_at)).all()
        hold(session, cast.heads[0], cast.heads[1], 0)
        hold(session, cast.heads[2], cast.heads[3], 0 + 1)
        accepted(session, cast.staff[0], cast.staff[1])
        session.get_one(Delegate, cast.heads[0]).arrives_at = slots[0].ends_at
        session.get_one(Delegate, cast.heads[2]).arrives_at = slots[-1].ends_at + timedelta(hours=1)
    return _run(client, fewest_moves)


def _run(client: Any, fewest_moves: Any) -> int:
    with client.app.state.database.writing() as session:
        run = fewest_moves(session)
        outcome = solve(
            MeetingsProblem.model_validate_json(run.problem), limits=Limits(time_limit=3, workers=1, seed=1)
        )
        run.outcome, run.outcome_status = outcome.model_dump_json(), outcome.status
        run.state = RunState.INFEASIBLE if outcome.solution is None else RunState.DONE
        run.has_solution = outcome.solution is not None
        return run.id


def _seen(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]+)"', page)
    assert found is not None
    return found[1]


def test_mtg_15_every_change_stands_on_the_page_before_it_is_published(
    client: Any, desk: str, proposed: int, mails: Any
) -> None:
    """MTG-15: who moves from where to where, who is dropped and why, what is new; published once, also by two presses."""
    run = f"/e/{desk.split('/')[2]}/manage/runs/{proposed}"
    shown = client.get(run).text
    assert f'href="{desk}/runs/{proposed}/plan"' in shown
    assert "Accept this plan" not in shown
    page = client.get(f"{desk}/runs/{proposed}/plan").text
    assert "3 meetings would change" in page
    parts = {
        name: page.partition(f'id="{name}"')[2].partition("</section>")[0] for name in ("dropped", "moved", "added")
    }
    assert "Essen · Gothenburg" in parts["dropped"] and "is not there in any slot in question" in parts["dropped"]
    assert "Phnom Penh · Shenzhen" in parts["moved"] and "10:00, table 1; then" in parts["moved"]
    assert parts["added"].count("<li>") == 1
    assert "6 people are told" in page
    said = {"seen": _seen(page)}
    assert client.post(f"{desk}/runs/{proposed}/accept", data=said).status_code == 303
    assert len(mails("meeting plan")) == 6
    assert client.post(f"{desk}/runs/{proposed}/accept", data=said).status_code == 303, "pressed twice"
    assert len(mails("meeting plan")) == 6
    page = client.get(f"{desk}/runs/{proposed}/plan").text
    assert "No meeting would change" in page
    assert 'name="seen"' not in page


def test_what_was_not_seen_is_not_published(
    client: Any, cast: Any, desk: str, proposed: int, hold: Any, database: Any, mails: Any
) -> None:
    """Somebody booked meanwhile: 409 with what the plan would change now; that meeting stays when it is published."""
    seen = _seen(client.get(f"{desk}/runs/{proposed}/plan").text)
    with database.writing() as session:
        booked = hold(session, cast.staff[2], cast.staff[3], 5).id
    answer = client.post(f"{desk}/runs/{proposed}/accept", data={"seen": seen})
    assert answer.status_code == 409
    assert "The meetings changed since you looked." in answer.text
    assert "3 meetings would change" in answer.text, "the one that was booked is none of them"
    assert mails("meeting plan") == []
    assert client.post(f"{desk}/runs/{proposed}/accept", data={"seen": _seen(answer.text)}).status_code == 303
    with database.reading() as session:
        assert session.get_one(Meeting, booked).state is MeetingState.HELD


def test_a_wish_that_ended_since_the_run_is_left_out_of_its_plan(
    client: Any, cast: Any, desk: str, proposed: int, database: Any, actor: Any, now: datetime
) -> None:
    with database.writing() as session:
        end_wishes_of(session, event=cast.event, delegate_ids=[cast.staff[1]], actor=actor, now=now)
        left = {
            wish.id for wish in session.scalars(select(MeetingWish)) if wish.answer and wish.answer.value == "accepted"
        }
    page = client.get(f"{desk}/runs/{proposed}/plan").text
    assert "2 meetings would change" in page
    assert client.post(f"{desk}/runs/{proposed}/accept", data={"seen": _seen(page)}).status_code == 303
    with database.reading() as session:
        held = session.scalars(select(Meeting.wish_id).where(Meeting.state == MeetingState.HELD)).all()
        assert set(held) < left


def test_a_plan_that_is_discarded_changes_nothing_and_leaves_the_desk(
    client: Any, desk: str, proposed: int, database: Any
) -> None:
    assert f"/runs/{proposed}/plan" in client.get(desk).text
    assert client.post(f"{desk}/runs/{proposed}/plan/refuse").status_code == 303
    assert f"/runs/{proposed}/plan" not in client.get(desk).text
    assert "discarded" in client.get(f"{desk}/plans").text
    with database.reading() as session:
        assert {one.run_id for one in session.scalars(select(Meeting))} == {None}


def test_where_no_plan_is_the_page_says_what_stands_in_the_way_by_name(
    client: Any, cast: Any, desk: str, accepted: Any, fewest_moves: Any
) -> None:
    with client.app.state.database.writing() as session:
        slots = session.scalars(select(MeetingSlot).order_by(MeetingSlot.starts_at)).all()
        wish = accepted(session, cast.heads[0], cast.heads[1])
        wish.is_set_by_office, wish.level = True, "must"
        session.get_one(Delegate, cast.heads[0]).arrives_at = slots[-1].ends_at + timedelta(hours=1)
    run = _run(client, fewest_moves)
    with client.app.state.database.writing() as session:
        row = session.get_one(SolverRun, run)
        found = explain(MeetingsProblem.model_validate_json(row.problem), limits=Limits(time_limit=3, workers=1))
        row.explanation, row.is_explained = found.model_dump_json(), True
    page = client.get(f"{desk}/runs/{run}/plan").text
    assert "There is no such plan" in page
    assert "Mayor of Phnom Penh" in page.partition("What stands against each other")[2]
    assert not re.search(r"\b[wp]\d+\b", page.partition("What stands against each other")[2].partition("</ul>")[0])
