"""Wishes and meetings: a wish takes nothing, an accepted one is held once, a private no does not show."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.claims.models import Claim, Holding
from app.claims.service import AlreadyTaken
from app.delegations.models import Delegate
from app.delegations.names import latin_name_of
from app.events.models import MeetingSlot, MeetingTable
from app.meetings.enums import Answer, MeetingState
from app.meetings.models import Meeting, MeetingWish
from app.meetings.planner import build_problem, judge, planned_of, read_facts, solution_of
from app.meetings.queries import meeting_of_wish, meetings_of, wish_in_event
from app.meetings.service import (
    accept_run,
    answer_wish,
    cancel,
    expire_wishes,
    hold_meeting,
    start_run,
    veto,
    wish_meeting,
    withdraw_wish,
)
from app.platform.actor import Actor
from app.platform.audit import AuditEntry, AuditValue
from app.platform.database.engine import Database
from app.platform.errors import Conflict, Refused
from app.solver_runs.enums import RunState
from app.solver_runs.models import SolverRun
from scheduler.core.limits import Limits
from scheduler.meetings.problem import MeetingsProblem
from scheduler.meetings.solve import solve

both = pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])


@pytest.fixture
def wished(cast: Any, actor: Actor, now: datetime) -> Callable[..., MeetingWish]:
    def make(session: Any, one: int, other: int, **more: Any) -> MeetingWish:
        return wish_meeting(
            session, event=cast.event, from_id=one, to_id=other, topic=None, message=None, actor=actor, now=now, **more
        ).wish

    return make


@pytest.fixture
def held(cast: Any, actor: Actor, now: datetime) -> Callable[..., Meeting]:
    """``held(session, wish, slot=0, table=0)`` gives a wish the n-th slot and table."""

    def make(session: Any, wish: MeetingWish, *, slot: int = 0, table: int = 0) -> Meeting:
        slots = session.scalars(select(MeetingSlot).order_by(MeetingSlot.id)).all()
        tables = session.scalars(select(MeetingTable).order_by(MeetingTable.id)).all()
        return hold_meeting(
            session, event=cast.event, wish=wish, slot=slots[slot], table=tables[table], actor=actor, now=now
        )

    return make


def _solved(session: Any, event: Any, actor: Actor, now: datetime) -> SolverRun:
    run = start_run(session, event=event, label="Test", time_limit_seconds=3, seed=1, actor=actor, now=now)
    outcome = solve(MeetingsProblem.model_validate_json(run.problem), limits=Limits(time_limit=3, workers=1, seed=1))
    assert outcome.solution is not None
    run.outcome, run.state, run.has_solution = outcome.model_dump_json(), RunState.DONE, True
    session.flush()
    session.expire_all()
    return run


def _count(session: Any, model: Any) -> int:
    return session.scalar(select(func.count()).select_from(model))


@both
def test_a_pending_wish_holds_nothing(session: Any, cast: Any, wished: Any, held: Any, kind: str) -> None:
    wish = wished(session, cast.heads[0], cast.heads[1])
    assert wish.answer is Answer.PENDING
    assert (_count(session, Claim), _count(session, Holding), _count(session, Meeting)) == (0, 0, 0)
    with pytest.raises(Conflict, match="accepted"):
        held(session, wish)
    assert read_facts(session, cast.event).wishes == ()


def test_an_answer_is_given_once(session: Any, cast: Any, wished: Any, actor: Actor, now: datetime) -> None:
    wish = wished(session, cast.heads[0], cast.heads[1])
    with pytest.raises(Refused):
        answer_wish(session, wish=wish, answer=Answer.EXPIRED, actor=actor, now=now)
    assert answer_wish(session, wish=wish, answer=Answer.ACCEPTED, actor=actor, now=now)
    assert not answer_wish(session, wish=wish, answer=Answer.DECLINED, actor=actor, now=now)
    assert wish.answer is Answer.ACCEPTED
    with pytest.raises(Conflict):
        withdraw_wish(session, wish=wish, actor=actor, now=now)


def test_after_its_time_or_withdrawn_a_wish_cannot_be_answered(
    session: Any, cast: Any, wished: Any, actor: Actor, now: datetime
) -> None:
    late, gone, swept = (wished(session, cast.heads[0], other) for other in cast.heads[1:])
    end = late.expires_at
    assert end == now + timedelta(hours=cast.event.wish_expiry_hours)
    withdraw_wish(session, wish=gone, actor=actor, now=now)
    with pytest.raises(Conflict, match="withdrawn"):
        answer_wish(session, wish=gone, answer=Answer.ACCEPTED, actor=actor, now=now)
    with pytest.raises(Conflict, match="ended"):
        answer_wish(session, wish=late, answer=Answer.ACCEPTED, actor=actor, now=end)
    assert answer_wish(session, wish=late, answer=Answer.ACCEPTED, actor=actor, now=end - timedelta(seconds=1)), (
        "one second before, it can"
    )
    assert expire_wishes(session, event=cast.event, actor=actor, now=end - timedelta(seconds=1)) == 0
    assert expire_wishes(session, event=cast.event, actor=actor, now=end) == 1
    assert [one.answer for one in (late, gone, swept)] == [Answer.ACCEPTED, Answer.WITHDRAWN, Answer.EXPIRED]
    with pytest.raises(Conflict, match="ended"):
        answer_wish(session, wish=swept, answer=Answer.ACCEPTED, actor=actor, now=now)


def test_a_private_no_reads_like_somebody_who_takes_no_meetings(
    session: Any, cast: Any, wished: Any, actor: Actor, now: datetime
) -> None:
    one, other, shy, third = cast.heads
    veto(session, event=cast.event, delegate_id=other, other_id=one, actor=actor, now=now)
    session.get_one(Delegate, shy).takes_meetings = False
    session.flush()
    said = []
    for pair in ((one, other), (other, one), (one, shy)):
        with pytest.raises(Refused) as refused:
            wished(session, *pair)
        said.append(refused.value.errors)
    assert said[0] == said[1] == said[2]
    assert wished(session, one, third).answer is Answer.PENDING
    with pytest.raises(Refused):
        wished(session, one, one)


def test_a_private_no_holds_for_everybody_at_the_table(
    session: Any, cast: Any, wished: Any, actor: Actor, now: datetime
) -> None:
    one, other, third, _ = cast.heads
    veto(session, event=cast.event, delegate_id=third, other_id=one, actor=actor, now=now)
    with pytest.raises(Refused, match="takes no meetings"):
        wished(session, one, other, also_ids=(third,))


@both
def test_what_is_taken_is_refused_and_cancelling_frees_it(
    database: Database, cast: Any, accepted: Any, held: Any, actor: Actor, now: datetime, kind: str
) -> None:
    with database.writing() as session:
        first = accepted(session, cast.heads[0], cast.heads[1])
        same_table = accepted(session, cast.heads[2], cast.heads[3])
        same_person = accepted(session, cast.heads[0], cast.heads[2])
        meeting = held(session, first)
    for wish, table in ((same_table, 0), (same_person, 1)):
        with pytest.raises(AlreadyTaken) as refused, database.writing() as session:
            held(session, wish_in_event(session, cast.event.id, wish.id), table=table)
        assert {thing.holding_id for thing in refused.value.things} == {meeting.holding_id}
    with database.writing() as session:
        assert (_count(session, Meeting), _count(session, Holding)) == (1, 1)
        stands = meetings_of(session, cast.event.id)[0]
        with pytest.raises(Conflict):
            cancel(session, event=cast.event, meeting=stands, version=99, reason="x", actor=actor, now=now)
        cancel(session, event=cast.event, meeting=stands, version=stands.version, reason="ill", actor=actor, now=now)
        assert (_count(session, Claim), _count(session, Holding)) == (0, 0)
        assert stands.wish.unheld_reason == "ill"
    with database.writing() as session:
        for wish in (same_table, same_person):
            held(session, wish_in_event(session, cast.event.id, wish.id), slot=int(wish is same_person))
        again = held(session, wish_in_event(session, cast.event.id, first.id), slot=2)
        assert (again.id, again.state, again.sequence) == (meeting.id, MeetingState.HELD, 2)


@both
def test_moving_a_meeting_frees_its_old_place(session: Any, cast: Any, accepted: Any, held: Any, kind: str) -> None:
    wish = accepted(session, cast.heads[0], cast.heads[1])
    held(session, wish)
    before = _count(session, Claim)
    moved = held(session, wish, slot=3, table=2)
    assert (moved.sequence, _count(session, Meeting), _count(session, Claim)) == (1, 1, before)
    held(session, accepted(session, cast.heads[1], cast.heads[2]))


@both
def test_a_plan_is_accepted_and_comes_back_as_the_present_one(
    session: Any, cast: Any, accepted: Any, actor: Actor, now: datetime, kind: str
) -> None:
    wishes = [accepted(session, one, other) for one in cast.heads[:2] for other in cast.staff[2:]]
    run = _solved(session, cast.event, actor, now)
    assert accept_run(session, event=cast.event, run=run, actor=actor, now=now) == len(wishes)
    line = session.scalars(select(AuditEntry).where(AuditEntry.action == "meetings.run_accepted")).one()
    places = session.get_one(AuditValue, (line.id, "places"))
    before, after = json.loads(places.before), json.loads(places.after)
    assert before == [f"wish {wish.id}: not held" for wish in wishes], "ADM-03"
    assert after == [
        f"wish {one.wish_id}: {one.slot.starts_at:%Y-%m-%d %H:%M}Z table {one.table.number}"
        for one in sorted(meetings_of(session, cast.event.id), key=lambda one: one.wish_id)
    ], "ADM-03"
    session.expire_all()
    facts = read_facts(session, cast.event)
    present = solution_of(facts)
    assert judge(build_problem(facts), present).violations == ()
    assert {one.wish_id for one in planned_of(facts, present)} == {wish.id for wish in wishes}
    again = _solved(session, cast.event, actor, now)
    assert accept_run(session, event=cast.event, run=again, actor=actor, now=now) == 0, "the plan stands already"


@both
def test_a_plan_that_the_rows_of_today_break_is_refused(
    database: Database, cast: Any, accepted: Any, actor: Actor, now: datetime, kind: str
) -> None:
    with database.writing() as session:
        accepted(session, cast.heads[0], cast.heads[1])
        run_id = _solved(session, cast.event, actor, now).id

    def accept() -> None:
        with database.writing() as session:
            run = session.get_one(SolverRun, run_id)
            accept_run(session, event=cast.event, run=run, actor=actor, now=now)

    with database.writing() as session:
        said = veto(session, event=cast.event, delegate_id=cast.heads[1], other_id=cast.heads[0], actor=actor, now=now)
    with pytest.raises(Refused) as refused:
        accept()
    told = next(iter(refused.value.errors.values()))
    with database.reading() as session:
        names = [latin_name_of(session.get_one(Delegate, number)) for number in cast.heads[:2]]
    both_met = f"the meeting of {names[0]}, {names[1]} brings them together"
    assert told == f"{names[0]} and {names[1]} are not to meet, {both_met}"
    assert (names[0], f"/e/{cast.event.slug}/manage/people/{cast.heads[0]}") in told.pieces
    with database.writing() as session:
        session.delete(session.merge(said))
        head = session.get_one(Delegate, cast.heads[0])
        head.departs_at = datetime.fromisoformat("2019-09-03T06:00:00+00:00")
    with pytest.raises(Refused) as refused:
        accept()
    assert f"{names[0]} cannot come in Tue 3 Sep 10:00, when the meeting of" in refused.value.errors["0"]
    with database.reading() as session:
        assert (_count(session, Meeting), _count(session, Claim)) == (0, 0)
        assert session.get_one(SolverRun, run_id).accepted_at is None
    with database.writing() as session:
        session.get_one(Delegate, cast.heads[0]).departs_at = None
        later = accepted(session, cast.heads[2], cast.heads[3]).id
    accept()
    with database.reading() as session:
        assert _count(session, Meeting) == 1, "a wish that came since waits for the next run"
        assert meeting_of_wish(session, cast.event.id, later) is None
