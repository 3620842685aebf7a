"""The demonstration and F-SMALL can be planned: each problem has a plan that breaks no rule."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.agenda.enums import Part
from app.agenda.models import AgendaRelease, AgendaSession, ReleasedSession
from app.delegations.models import City
from app.demo.case_sessions import give_case_sessions
from app.demo.load import load_demo, load_fixture
from app.demo.prepare import prepare_demo
from app.events.models import Event
from app.meetings.models import Meeting, MeetingWish
from app.office.overlaps import overlapping_drafts
from app.pairing.enums import PartnershipState
from app.pairing.models import Partnership
from app.platform.clock import FixedClock
from app.platform.database.engine import Database
from app.platform.outbox import OutboxMail
from app.platform.settings import Settings
from app.printing.queries import personal_itineraries_of_event
from app.solver_runs.models import SolverRun
from scheduler.core.limits import Limits

VIENNA = ZoneInfo("Europe/Vienna")


def plan(session: Any, event: Event, kind: str, *, seconds: float = 10) -> Any:
    """The plan that the scheduler finds for an edition, after the planner has judged it."""
    planner = import_module(f"app.{kind}.planner")
    problem = planner.problem_of(session, event.id)
    limits = Limits(time_limit=seconds, workers=1, seed=1)
    solution = import_module(f"scheduler.{kind}.solve").solve(problem, limits=limits).solution
    assert solution is not None
    assert planner.judge(problem, solution).violations == ()
    return solution


def test_the_pairing_of_the_demonstration_pairs_every_case_city_in_all_four_modalities(session: Any) -> None:
    event = load_demo(session, now=datetime(2019, 8, 20, tzinfo=VIENNA)).event
    solution = plan(session, event, "pairing")
    assert len(solution.partnerships) == 7
    assert solution.unpaired == ()
    assert {one.modality for one in solution.partnerships} == {
        "south-south",
        "north-north",
        "north-south",
        "triangular",
    }
    members = [{member.id for member in one.members} for one in solution.partnerships]
    assert {"phnom-penh", "shenzhen"} in members


def test_the_agenda_of_the_demonstration_has_a_plan_with_every_session_placed(session: Any) -> None:
    event = load_demo(session, now=datetime(2019, 8, 20, tzinfo=VIENNA)).event
    solution = plan(session, event, "agenda")
    assert solution.unplaced == ()
    assert len(solution.placements) == 26
    opening = min(solution.placements, key=lambda one: one.start)
    assert (opening.session, opening.room) == ("opening", "boardroom-d")


@pytest.mark.parametrize("kind", ["pairing", "agenda", "meetings"])
def test_each_problem_of_the_small_edition_has_a_plan(session: Any, kind: str) -> None:
    event = load_fixture(session, name="F-SMALL", seed=0, now=datetime(2019, 8, 20, tzinfo=VIENNA))
    solution = plan(session, event, kind, seconds=2)
    if kind == "pairing":
        standing = session.scalars(select(Partnership).where(Partnership.event_id == event.id)).all()
        assert sorted(one.value for one in solution.partnerships) == sorted(one.value for one in standing)
        assert {one.modality for one in solution.partnerships} == {one.modality.value for one in standing}
    if kind == "meetings":
        assert solution.unheld == ()


def test_the_agenda_of_the_big_edition_from_empty(session: Any) -> None:
    """AGD-01: all forty sessions within the minute allowed, no rule broken, objective and bound shown."""
    event = load_fixture(session, name="F-BIG", seed=0, now=datetime(2019, 8, 20, tzinfo=VIENNA))
    planner = import_module("app.agenda.planner")
    problem = planner.problem_of(session, event.id).model_copy(update={"previous": None})
    outcome = import_module("scheduler.agenda.solve").solve(problem, limits=Limits(time_limit=60, workers=2))
    assert outcome.solution is not None and len(outcome.solution.placements) == 40
    assert planner.judge(problem, outcome.solution).violations == ()
    cost = next(stage for stage in outcome.stages if stage.name == "cost")
    assert cost.bound is not None and 0 <= cost.bound <= cost.value


def test_places_that_no_partnership_fills_are_cancelled(session: Any) -> None:
    now = datetime(2019, 8, 20, tzinfo=VIENNA)
    event = load_demo(session, now=now).event
    assert give_case_sessions(session, event=event, partnerships=[], now=now) == []
    cancelled = session.scalars(select(AgendaSession.slug).where(AgendaSession.is_cancelled)).all()
    assert sorted(cancelled) == [f"case-city-{number}" for number in range(2, 8)]


def test_the_demonstration_is_made_ready_once(planned: Path, tmp_path: Path, clock: FixedClock) -> None:
    shutil.copy(planned, tmp_path / "copy.sqlite")
    database = Database(f"sqlite:///{tmp_path / 'copy.sqlite'}")
    settings = Settings(database_url=database.url, secret="a key for tests", var=planned.parent, demonstration=True)
    with database.reading() as session:
        assert [run.kind for run in session.scalars(select(SolverRun).order_by(SolverRun.id))] == [
            "pairing",
            "agenda",
            "meetings",
        ]
        states = sorted(session.scalars(select(Partnership.state)))
        assert states == [PartnershipState.ASKED] * 2 + [PartnershipState.CONFIRMED] * 5
        case = session.scalars(select(AgendaSession).where(AgendaSession.partnership_id.is_not(None))).all()
        assert len(case) == 7
        assert not [item for item in case if item.title.startswith("Case city session")]
        assert session.scalars(select(AgendaRelease.number)).all() == [1]
        assert len(session.scalars(select(Meeting.id)).all()) > 100
        _assert_nobody_is_in_two_places(session)
    packs = {path.stem for path in Path(settings.var / "prints" / "bridge-2019").glob("*.pdf")}
    assert {"shenzhen", "phnom-penh", "tehran", "manama"} <= packs
    prepare_demo(database, settings, now=clock.now())
    with database.reading() as session:
        assert len(session.scalars(select(SolverRun)).all()) == 3
        assert len(session.scalars(select(Event)).all()) == 1
    database.close()


def test_where_no_solve_ends_the_pages_are_there_and_the_next_start_tries_again(
    database: Database, settings: Settings, clock: FixedClock
) -> None:
    without = settings.model_copy(update={"scheduler_command": "false"})
    for tried in (2, 4):
        prepare_demo(database, without, now=clock.now())
        with database.reading() as session:
            assert [run.state.value for run in session.scalars(select(SolverRun))] == ["failed"] * tried
            assert session.scalars(select(Event.slug)).all() == ["bridge-2019"]
            assert session.scalars(select(Partnership)).all() == []


def _assert_nobody_is_in_two_places(session: Any) -> None:
    """Sessions and meetings of each person, from the rows alone: no two overlap."""
    from sqlalchemy.orm import selectinload

    from app.agenda.enums import BINDING_PARTS

    taken: dict[int, list[tuple[datetime, datetime]]] = {}
    for placed in session.scalars(select(ReleasedSession).options(selectinload(ReleasedSession.people))):
        for person in placed.people:
            if person.part in BINDING_PARTS:
                taken.setdefault(person.delegate_id, []).append((placed.starts_at, placed.ends_at))
    wishes = selectinload(Meeting.wish).selectinload(MeetingWish.people)
    for meeting in session.scalars(select(Meeting).options(wishes, selectinload(Meeting.slot))):
        for person in meeting.wish.people:
            taken.setdefault(person.delegate_id, []).append((meeting.slot.starts_at, meeting.slot.ends_at))
    assert len(taken) > 80
    for day in taken.values():
        for (_, ends_at), (starts_at, _) in pairwise(sorted(day)):
            assert ends_at <= starts_at


@pytest.fixture
def ready(planned: Path) -> Iterator[Any]:
    """A reading session on the demonstration as `make run` leaves it."""
    database = Database(f"sqlite:///{planned}")
    with database.reading() as session:
        yield session
    database.close()


def test_nobody_in_the_demonstration_is_in_two_places_drafts_included(ready: Any) -> None:
    event = ready.scalars(select(Event)).one()
    assert overlapping_drafts(ready, event) == ()
    seen = 0
    for itinerary in personal_itineraries_of_event(ready, event):
        binding = [item for item in itinerary.items if item.part != Part.MAY_ATTEND]
        for one, other in pairwise(binding):
            assert one.ends_at <= other.starts_at, (itinerary.name, one.title, other.title)
            seen += 1
    assert seen > 200


def test_the_asked_partnerships_of_the_demonstration_have_their_mails(ready: Any) -> None:
    asked = ready.scalars(select(Partnership.id).where(Partnership.state == PartnershipState.ASKED)).all()
    mails = ready.scalars(select(OutboxMail).where(OutboxMail.key.startswith("partnership link"))).all()
    assert len(mails) >= 2 * len(asked) > 0
    assert all("/p/" in mail.body for mail in mails)


def test_most_cities_of_the_demonstration_have_the_mayors_word(ready: Any) -> None:
    cities = ready.scalars(select(City)).all()
    without = [one.name for one in cities if one.committed_by is None]
    assert sorted(without) == ["Diamniadio", "Melaka"]
    assert all("(illustrative)" in one.committed_function for one in cities if one.committed_by)


@pytest.mark.postgres
@pytest.mark.parametrize("name", ["demonstration", "F-SMALL", "F-BIG"])
def test_it_loads_on_postgresql_too(session: Any, name: str) -> None:
    now = datetime(2019, 8, 20, tzinfo=VIENNA)
    event = (
        load_demo(session, now=now).event
        if name == "demonstration"
        else load_fixture(session, name=name, seed=0, now=now)
    )
    assert event.id is not None
