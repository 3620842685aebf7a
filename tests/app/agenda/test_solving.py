"""Solving from the board: three things to ask, a proposal to apply or refuse, and a way out where nothing fits."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.agenda.enums import Part, PinKind, SolveMode
from app.agenda.models import AgendaSession, DraftPlacement, SessionPerson, SessionUse, SessionWindow
from app.agenda.planner import problem_for, read_facts, why_not
from app.agenda.proposal import proposal_of
from app.agenda.queries import current_draft
from app.agenda.service import accept_run, start_run
from app.agenda.service.solving import DraftMoved
from app.claims.enums import HoldingKind
from app.claims.forms import Wanted
from app.claims.service import hold
from app.delegations.models import BlockedTime
from app.events.models import Resource, Room
from app.events.time_grid import TimeGrid
from app.platform.actor import Actor
from app.platform.audit import AuditEntry, AuditValue
from app.platform.database.engine import Database
from app.platform.errors import Refused
from app.platform.settings import Settings
from app.solver_runs.enums import RunState
from app.solver_runs.models import SolverRun
from app.solver_runs.tasks import run_now
from tests.app.agenda.runs import each_fact_is_needed, until_ended

HERE = "/e/test-event/manage/agenda"


@pytest.fixture
def solved(database: Database, settings: Settings, cast: Any, actor: Actor, now: Any) -> Callable[..., Any]:
    """``solved("fill")`` asks and waits; returns the run as it ended."""

    def run(mode: str) -> Any:
        with database.writing() as session:
            began = start_run(
                session,
                event=cast.event,
                label="Test",
                mode=SolveMode(mode),
                time_limit_seconds=5,
                seed=1,
                actor=actor,
                now=now,
            )
        run_now(database, began.id, settings)
        with database.reading() as session:
            return session.get(SolverRun, began.id)

    return run


def _places(session: Any, event: Any) -> dict[int, tuple[int, Any]]:
    draft = current_draft(session, event.id)
    return {one.session_id: (one.room_id, one.starts_at) for one in draft.placements}


def _waiting(session: Any, cast: Any, title: str, **more: Any) -> Any:
    """A session that has no place yet."""
    facts = {"kind": "workshop", "duration_minutes": 60, "audience": 10, "slug": title.lower().replace(" ", "-")}
    item = AgendaSession(event_id=cast.event.id, title=title, **(facts | more))
    session.add(item)
    session.flush()
    return item


def test_agd_01_fill_the_rest_keeps_every_place(
    database: Database, cast: Any, placed: Any, solved: Any, actor: Actor, now: Any
) -> None:
    """AGD-01: what stands stays, even unpinned and at an odd time; the rest is placed by all the rules."""
    with database.writing() as session:
        kept = [placed(session, f"Stands {n}", cast.heads[:1], 65 + 100 * n).id for n in range(3)]
        for n in range(4):
            _waiting(session, cast, f"Waits {n}")
    with database.reading() as session:
        before = _places(session, cast.event)
    run = solved("fill")
    assert run.state is RunState.DONE
    with database.writing() as session:
        shown = proposal_of(session, cast.event, session.get(SolverRun, run.id))
        assert (shown.moved, shown.placed) == (0, 4)
        accept_run(session, event=cast.event, run=session.get(SolverRun, run.id), actor=actor, now=now)
    with database.reading() as session:
        after = _places(session, cast.event)
        assert {item: after[item] for item in kept} == before
        assert len(after) == 7
        line = session.scalars(select(AuditEntry).where(AuditEntry.action == "agenda.run_accepted")).one()
        places = session.get_one(AuditValue, (line.id, "places"))
    was, became = json.loads(places.before), json.loads(places.after)
    assert len(was) == len(became) == 4, "ADM-03: each session that moved, and no other"
    assert all(one.endswith(": no place") for one in was)
    assert all(re.fullmatch(r"[\w-]+: 2019-09-0\d \d\d:\d\dZ room-[ab]", one) for one in became), became


def test_agd_01_what_lies_outside_its_own_hours_cannot_stay(
    database: Database, cast: Any, placed: Any, nine: Any
) -> None:
    """AGD-01: said before a run begins; a pin there breaks no page, for the windows rule speaks of it."""
    with database.writing() as session:
        item = placed(session, "Late", cast.heads[:1], 0)
        session.add(
            SessionWindow(session_id=item.id, starts_at=nine + timedelta(hours=2), ends_at=nine + timedelta(hours=4))
        )
        session.scalars(select(DraftPlacement)).one().pin = PinKind.BOTH
    with database.reading() as session:
        facts, draft = read_facts(session, cast.event), current_draft(session, cast.event.id)
        assert problem_for(session, facts, draft, SolveMode.REPLAN).sessions[0].pin.start is None
        with pytest.raises(Refused, match="outside its own hours"):
            problem_for(session, facts, draft, SolveMode.FILL)


def test_agd_01_re_plan_moves_as_little_as_possible(
    database: Database, cast: Any, placed: Any, solved: Any, nine: Any
) -> None:
    """AGD-01: one mayor is in two places; one session moves and the proposal says which and for whom."""
    with database.writing() as session:
        placed(session, "One", cast.heads[:1], 0)
        placed(session, "Other", cast.heads[:1], 30, room="room-b")
        placed(session, "Far from it", cast.heads[1:2], 300)
    run = solved("replan")
    with database.reading() as session:
        shown = proposal_of(session, cast.event, session.get(SolverRun, run.id))
        assert shown.moved == 1
        assert shown.touched == {cast.heads[0]}


def test_agd_15_a_proposal_is_refused_when_the_draft_has_changed_since(
    client: Any, sign_in: Callable[..., Any], cast: Any, placed: Any, solved: Any, nine: Any
) -> None:
    """T55, AGD-15: applying is for the draft that was looked at; the answer shows what would move now; nothing is lost."""
    sign_in("organiser", event_id=cast.event.id)
    database = client.app.state.database
    with database.writing() as session:
        item = placed(session, "One", cast.heads[:1], 0)
        _waiting(session, cast, "Waits")
    run = solved("fill")
    page = client.get(f"{HERE}/runs/{run.id}")
    assert "1 gets a place" in page.text
    seen = re.search(r'name="seen" value="([^"]+)"', page.text)[1]  # type: ignore[index]
    with database.writing() as session:
        placement = session.scalars(select(DraftPlacement).where(DraftPlacement.session_id == item.id)).one()
        placement.starts_at = nine + timedelta(hours=4)
    late = client.post(f"{HERE}/runs/{run.id}/accept", data={"seen": seen})
    assert late.status_code == 409
    assert "Nothing was applied" in late.text
    assert "changed this" in late.text
    assert "1 session moves, 1 gets a place" in re.sub(r"\s+", " ", late.text)
    assert client.post(f"{HERE}/runs/{run.id}/accept").status_code == 409, "without looking it is for the old draft"
    with database.reading() as session:
        assert _places(session, cast.event)[item.id][1] == nine + timedelta(hours=4)
        with pytest.raises(DraftMoved):
            accept_run(
                session,
                event=cast.event,
                run=session.get(SolverRun, run.id),
                seen=seen,
                actor=Actor.system("test"),
                now=nine,
            )
    seen = re.search(r'name="seen" value="([^"]+)"', late.text)[1]  # type: ignore[index]
    assert client.post(f"{HERE}/runs/{run.id}/accept", data={"seen": seen}).status_code == 303


def test_agd_01_a_proposal_is_looked_at_and_refused_on_its_page(
    client: Any, sign_in: Callable[..., Any], settings: Settings, cast: Any, placed: Any
) -> None:
    """AGD-01: ask on the page, look, say no; the draft stays and the board asks no more."""
    sign_in("organiser", event_id=cast.event.id)
    database = client.app.state.database
    with database.writing() as session:
        placed(session, "One", cast.heads[:1], 0)
        _waiting(session, cast, "Waits", audience=150)
    assert "Fill the rest" in client.get(f"{HERE}/solve").text
    assert client.post(f"{HERE}/runs", data={"mode": "anything"}).status_code == 422
    began = client.post(f"{HERE}/runs", data={"mode": "fill", "time_limit_seconds": "5"})
    run_id = int(began.headers["location"].rsplit("/", 1)[1])
    assert client.get(began.headers["location"]).status_code == 200
    run_now(database, run_id, settings)
    until_ended(client, run_id)
    page = client.get(f"{HERE}/runs/{run_id}").text
    assert '<th scope="row">Waits</th><td data-label="Was">not placed</td>' in page, "it is not new, it had no place"
    assert client.post(f"{HERE}/runs/{run_id}/refuse").status_code == 303
    with database.reading() as session:
        assert len(_places(session, cast.event)) == 1
    assert "This plan was refused" in client.get(f"{HERE}/runs/{run_id}").text


@pytest.mark.parametrize("case", ["room", "stage", "layout", "pin", "interpreter", "person", "windows", "absence"])
def test_agd_03_why_not_and_a_way_out_that_a_button_applies(
    client: Any,
    sign_in: Callable[..., Any],
    settings: Settings,
    cast: Any,
    placed: Any,
    solved: Any,
    nine: Any,
    case: str,
) -> None:
    """AGD-03: facts in the organiser's words, each needed (shown by solving without it); the button's change is enough."""
    sign_in("organiser", event_id=cast.event.id)
    database = client.app.state.database
    with database.writing() as session:
        _break(session, cast, placed, nine, case)
    run = solved("replan")
    assert run.state is RunState.INFEASIBLE
    with database.reading() as session:
        row = session.get(SolverRun, run.id)
        facts = read_facts(session, cast.event)
        reason = why_not(facts, problem_json=row.problem, explanation_json=row.explanation)
        assert reason is not None
        told = " ".join((*reason.facts, *(one.sentence for one in reason.mends)))
        assert not re.search(r"grains|\bp\d+\b|session-\d|room-[ab]|'", told), told
        each_fact_is_needed(row.problem, json.loads(row.explanation))
    page = client.get(f"{HERE}/runs/{run.id}")
    assert "A way out" in page.text
    assert ("They agree: apply this and solve again" in page.text) == (case == "absence")
    assert ("undo on the board takes back only the plan" in page.text) == any(
        one.field != "pin" for one in reason.mends
    )
    assert ("This changes the room itself" in page.text) == all(one.kind == "rooms" for one in reason.mends)
    again = client.post(f"{HERE}/runs/{run.id}/mend")
    assert again.status_code == 303, again.text
    after = int(again.headers["location"].rsplit("/", 1)[1])
    run_now(database, after, settings)
    until_ended(client, after)
    with database.reading() as session:
        found = session.get(SolverRun, after)
        assert (found.state, found.has_solution) == (RunState.DONE, True)


def test_agd_03_hours_of_a_room_and_a_person_read_as_they_were_typed(
    client: Any, sign_in: Callable[..., Any], cast: Any, placed: Any, nine: Any
) -> None:
    """AGD-03: a room that was closed is called closed then, without its nights; a mend names only what it adds."""
    sign_in("organiser", event_id=cast.event.id)
    database = client.app.state.database
    with database.writing() as session:
        placed(session, "Waste", cast.heads[:1], 0)
        room_id = session.scalars(select(Room.id).where(Room.slug == "room-a")).one()
        session.add(BlockedTime(delegate_id=cast.heads[0], starts_at=nine, ends_at=nine + timedelta(hours=3)))
    closed = {"room_id": str(room_id), "on": "2019-09-03", "since": "09:00", "until": "11:00"}
    assert client.post(f"{HERE}/rooms", data=closed).status_code == 303
    with database.reading() as session:
        facts = read_facts(session, cast.event)
        problem = problem_for(session, facts, current_draft(session, cast.event.id), SolveMode.REPLAN)
        grid = TimeGrid.of(cast.event)
        index = next(number for number, room in enumerate(problem.rooms) if room.id == "room-a")
        told = {
            kind: why_not(
                facts, problem_json=problem.model_dump_json(), explanation_json=_explained(path, hours, grid=grid)
            )
            for kind, path, hours in (
                ("room", f"rooms[{index}].open", problem.rooms[index].open),
                ("person", "people[0].available", problem.people[0].available),
            )
        }
    assert told["room"].facts == ("Room A is closed Tue 3 Sep 09:00 – 11:00.",)
    assert told["room"].mends[0].sentence == "Open Room A Tue 3 Sep 09:30 – 10:30."
    assert len(told["room"].mends[0].windows) == 3, "applied, it is open at its other hours still"
    assert told["person"].facts[0].endswith(" is not there Tue 3 Sep 09:00 – 12:00.")
    assert told["person"].mends[0].sentence.endswith(" there Tue 3 Sep 09:30 – 10:30.")


def _explained(path: str, hours: Any, *, grid: TimeGrid) -> str:
    """That hours are against a plan, and half past nine to half past ten of the first day would give one."""
    day = grid.grains(24 * 60)
    wider = sorted([*hours, (day + grid.grains(570), day + grid.grains(630))])
    fact = {"rule": "any", "path": path, "ids": (), "message": "'x' is open from 0 to 9."}
    fix = {"path": path, "to": wider, "message": ""}
    return json.dumps({"status": "infeasible", "facts": [fact], "fix": fix, "seconds": 0})


def test_agd_03_time_that_a_visit_holds_is_not_taken_by_a_button(
    client: Any, sign_in: Callable[..., Any], cast: Any, nine: Any, solved: Any
) -> None:
    """AGD-03: the same absence, but held in the ledger: the offer is refused in words and nothing is changed."""
    sign_in("organiser", event_id=cast.event.id)
    database = client.app.state.database
    with database.writing() as session:
        _break(session, cast, None, nine, "absence")
        block = session.scalars(select(BlockedTime).order_by(BlockedTime.id)).first()
        grid = TimeGrid.of(cast.event)
        ticks = {"start_tick": grid.tick(block.starts_at), "end_tick": grid.tick(block.ends_at)}
        for day in (0, 288):
            moved = {name: tick + day for name, tick in ticks.items()}
            wanted = Wanted(kind=HoldingKind.VISIT, person_ids=(cast.heads[0],), **moved)
            hold(session, event_id=cast.event.id, wanted=wanted)
    run = solved("replan")
    answer = client.post(f"{HERE}/runs/{run.id}/mend")
    assert answer.status_code == 422
    assert "holds this person then" in answer.text
    with database.reading() as session:
        assert len(session.scalars(select(BlockedTime)).all()) == 2


def _break(session: Any, cast: Any, placed: Any, nine: Any, case: str) -> None:
    """Make the edition impossible in one way."""
    if case == "room":
        session.scalars(select(Room).where(Room.slug == "room-a")).one().takes_sessions = False
        _waiting(session, cast, "Opening", audience=150)
    elif case == "stage":
        _waiting(session, cast, "Opening").features = ["large_stage"]
    elif case == "layout":
        _waiting(session, cast, "Opening").layout = "in_the_round"
    elif case == "pin":
        for title, room in (("One", "room-a"), ("Other", "room-b")):
            placed(session, title, cast.heads[:1], 0, room=room)
        for placement in session.scalars(select(DraftPlacement)):
            placement.pin = PinKind.BOTH
    elif case == "interpreter":
        resource = Resource(event_id=cast.event.id, code="interpreters-zh", name="Chinese interpreters", capacity=1)
        session.add(resource)
        session.flush()
        _use(session, _waiting(session, cast, "Waste"), resource, 2)
    elif case == "person":
        for title in ("One", "Other"):
            item = _waiting(session, cast, title)
            _put_on(session, item, cast.heads[0])
            session.add(SessionWindow(session_id=item.id, starts_at=nine, ends_at=nine + timedelta(minutes=60)))
    elif case == "absence":
        item = _waiting(session, cast, "Opening")
        _put_on(session, item, cast.heads[0])
        for day in (0, 1):
            since = nine + timedelta(days=day, hours=-1)
            away = {"starts_at": since, "ends_at": since + timedelta(hours=11)}
            session.add(BlockedTime(delegate_id=cast.heads[0], reason="elsewhere", **away))
    else:
        item = _waiting(session, cast, "Too short")
        session.add(SessionWindow(session_id=item.id, starts_at=nine, ends_at=nine + timedelta(minutes=45)))


def _use(session: Any, item: Any, resource: Any, units: int) -> None:
    session.add(SessionUse(session_id=item.id, resource_id=resource.id, units=units))


def _put_on(session: Any, item: Any, person: int) -> None:
    session.add(SessionPerson(session_id=item.id, delegate_id=person, part=Part.SPEAKER))
