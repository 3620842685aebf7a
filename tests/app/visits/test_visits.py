"""Visit items: a confirmed one takes its members' time and the way there, and gives it back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.claims.enums import ClaimKind, HoldingKind
from app.claims.models import Claim, Holding
from app.claims.queries import busy_ticks
from app.claims.service import AlreadyTaken
from app.events.models import Site
from app.events.time_grid import TimeGrid
from app.platform.actor import Actor
from app.platform.audit import AuditEntry
from app.platform.database.engine import Database
from app.platform.errors import Conflict, NotFound, Refused
from app.visits.enums import VisitKind, VisitState
from app.visits.forms import VisitForm
from app.visits.models import Visit
from app.visits.queries import visit_in_event
from app.visits.service import add_visit, cancel, confirm, move

both = pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])


@pytest.fixture
def drafted(cast: Any, actor: Actor, now: datetime, nine: datetime) -> Callable[..., int]:
    """``drafted(session, minutes_after_nine)``: the ID of an item of one hour for the first delegation."""

    def make(session: Any, minutes: int, **changes: Any) -> int:
        start = nine + timedelta(minutes=minutes)
        values: dict[str, Any] = {
            "kind": VisitKind.SITE_VISIT,
            "title": "Waste plant",
            "starts_at": start,
            "ends_at": start + timedelta(minutes=60),
            "place": "Plant",
            "member_ids": (cast.heads[0], cast.staff[0]),
            **changes,
        }
        visit = add_visit(
            session,
            event=cast.event,
            delegation_id=cast.delegations[0],
            form=VisitForm(**values),
            actor=actor,
            now=now,
        )
        return visit.id

    return make


@pytest.fixture
def change(database: Database, cast: Any, actor: Actor, now: datetime) -> Callable[..., None]:
    """``change(use_case, visit_id)`` in a transaction of its own, with the version as it stands."""

    def run(use_case: Any, visit_id: int, **more: Any) -> None:
        with database.writing() as session:
            visit = visit_in_event(session, cast.event.id, visit_id)
            version = more.pop("version", visit.version)
            use_case(session, event=cast.event, visit=visit, version=version, actor=actor, now=now, **more)

    return run


def _everything(database: Database) -> dict[str, Any]:
    """Visits, ledger and log as they are stored."""
    with database.reading() as session:
        return {
            "visits": [
                (one.id, one.state, one.starts_at, one.holding_id, one.version)
                for one in session.scalars(select(Visit))
            ],
            "claims": {(one.kind, one.resource, one.tick, one.holding_id) for one in session.scalars(select(Claim))},
            "holdings": set(session.scalars(select(Holding.id))),
            "log": session.scalar(select(func.count()).select_from(AuditEntry)),
        }


@both
def test_confirming_takes_the_time_of_exactly_its_members(
    database: Database, cast: Any, drafted: Any, change: Any, nine: datetime, kind: str
) -> None:
    with database.writing() as session:
        visit_id = drafted(session, 60)
        assert busy_ticks(session, event_id=cast.event.id, kind=ClaimKind.PERSON) == {}, "a draft takes nothing"
    change(confirm, visit_id)
    grid = TimeGrid.of(cast.event)
    ticks = set(grid.ticks(nine + timedelta(minutes=60), nine + timedelta(minutes=120)))
    assert len(ticks) == 12
    with database.reading() as session:
        busy = busy_ticks(session, event_id=cast.event.id, kind=ClaimKind.PERSON)
        assert busy == {str(cast.heads[0]): ticks, str(cast.staff[0]): ticks}
        assert visit_in_event(session, cast.event.id, visit_id).state is VisitState.CONFIRMED


@both
def test_a_second_overlapping_item_is_refused_and_nothing_is_half_written(
    database: Database, drafted: Any, change: Any, nine: datetime, kind: str
) -> None:
    with database.writing() as session:
        first, second = drafted(session, 60), drafted(session, 110)
        later = drafted(session, 300)
    change(confirm, first)
    change(confirm, later)
    before = _everything(database)
    with pytest.raises(AlreadyTaken) as refused:
        change(confirm, second)
    assert {thing.holding_kind for thing in refused.value.things} == {HoldingKind.VISIT}
    assert _everything(database) == before
    with pytest.raises(AlreadyTaken):
        change(move, later, starts_at=nine + timedelta(minutes=90))
    assert _everything(database) == before


@both
def test_moving_and_cancelling_free_the_old_time(
    database: Database, cast: Any, drafted: Any, change: Any, nine: datetime, kind: str
) -> None:
    with database.writing() as session:
        first, second = drafted(session, 60), drafted(session, 60)
    change(confirm, first)
    change(move, first, starts_at=nine + timedelta(minutes=240))
    with database.reading() as session:
        moved = visit_in_event(session, cast.event.id, first)
        assert (moved.state, moved.ends_at) == (VisitState.CHANGED, nine + timedelta(minutes=300))
    change(confirm, second)
    change(cancel, first)
    change(cancel, second)
    stored = _everything(database)
    assert stored["claims"] == set()
    assert stored["holdings"] == set()
    with database.writing() as session:
        third = drafted(session, 60)
    change(confirm, third)


def test_a_draft_moves_without_taking_anything(database: Database, drafted: Any, change: Any, nine: datetime) -> None:
    with database.writing() as session:
        visit_id = drafted(session, 60)
    change(move, visit_id, starts_at=nine)
    stored = _everything(database)
    assert stored["claims"] == set()
    assert stored["visits"][0][1] is VisitState.DRAFT


@pytest.mark.parametrize("use_case", [confirm, cancel])
def test_a_stale_version_is_a_conflict(database: Database, drafted: Any, change: Any, use_case: Any) -> None:
    with database.writing() as session:
        visit_id = drafted(session, 60)
    change(move, visit_id, starts_at=datetime.fromisoformat("2019-09-03T12:00:00+00:00"))
    before = _everything(database)
    with pytest.raises(Conflict):
        change(use_case, visit_id, version=1)
    assert _everything(database) == before


@both
def test_there_must_be_time_to_walk_and_it_is_taken(
    database: Database, cast: Any, drafted: Any, change: Any, kind: str
) -> None:
    with database.writing() as session:
        near, far = session.scalars(select(Site.id).order_by(Site.id)).all()
        first = drafted(session, 60, site_id=near)
        at_once = drafted(session, 125, site_id=far)
        in_time = drafted(session, 130, site_id=far)
        same_site = drafted(session, 0, site_id=near)
    change(confirm, first)
    before = _everything(database)
    with pytest.raises(AlreadyTaken):
        change(confirm, at_once)
    assert _everything(database) == before
    change(confirm, in_time)
    change(confirm, same_site)
    with database.reading() as session:
        walks = session.scalars(select(Holding).where(Holding.kind == HoldingKind.WALK)).all()
        assert len(walks) == 2, "one for each of two people"
        assert {one.end_tick - one.start_tick for one in walks} == {2}
        ticks = busy_ticks(session, event_id=cast.event.id, kind=ClaimKind.PERSON)[str(cast.heads[0])]
        assert len(ticks) == 12 + 12 + 2 + 12
    change(cancel, first)
    change(cancel, same_site)
    with database.reading() as session:
        kinds = session.scalars(select(Holding.kind)).all()
        assert kinds == [HoldingKind.VISIT], "nobody walks from nowhere"


def test_only_own_members_of_an_own_delegation_go_along(
    session: Any, cast: Any, drafted: Any, actor: Actor, now: datetime
) -> None:
    with pytest.raises(Refused):
        drafted(session, 0, member_ids=(cast.heads[0], cast.heads[1]))
    with pytest.raises(ValueError, match="after the start"):
        drafted(session, 0, ends_at=datetime.fromisoformat("2019-09-03T06:00:00+00:00"))
    visit = session.get_one(Visit, drafted(session, 0))
    form = VisitForm(
        kind=visit.kind,
        title="x",
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        place="x",
        member_ids=(cast.heads[0],),
    )
    with pytest.raises(NotFound):
        add_visit(session, event=cast.event, delegation_id=999, form=form, actor=actor, now=now)
