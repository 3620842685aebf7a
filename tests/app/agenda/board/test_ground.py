"""AGD-10: what a process keeps of an edition is read again after any change but of drafts, whoever made it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.agenda.enums import Part, PinKind, Severity
from app.agenda.models import AgendaSession, DraftPlacement
from app.agenda.planner import Ground, build_problem, ground_of, read_facts, solution_of, with_draft
from app.agenda.queries import current_draft
from app.agenda.service import (
    add_resource,
    cancel_session,
    close_room,
    pin,
    place,
    put_back,
    set_person,
    set_rules,
    undo,
)
from app.agenda.steps import step_before
from app.delegations.models import Delegate
from app.delegations.service import change_person
from app.events.models import Event, Room
from app.platform.database.engine import Database
from scheduler.agenda.places import FreePlaces

Change = Callable[..., object]
NOON = datetime(2019, 9, 3, 10, tzinfo=UTC)


def _room(session: Any, event: Event, slug: str) -> int:
    return int(session.scalars(select(Room.id).where(Room.event_id == event.id, Room.slug == slug)).one())


def _rules(session: Any, event: Event, **by: Any) -> None:
    set_rules(
        session, event=event, severities={"pins_kept": Severity.IGNORE}, weights={}, max_parallel=1, version=0, **by
    )


def _room_closed(session: Any, event: Event, **by: Any) -> None:
    times = {"starts_at": NOON, "ends_at": NOON + timedelta(hours=2), "is_open": False}
    close_room(session, event=event, room_id=_room(session, event, "room-b"), **times, **by)


def _arrival(session: Any, event: Event, **by: Any) -> None:
    delegate = session.scalars(select(Delegate).where(Delegate.event_id == event.id).order_by(Delegate.id)).first()
    late = {"arrives_at": NOON}
    change_person(session, event=event, delegate=delegate, changes=late, version=delegate.version, **by)


def _person(session: Any, event: Event, **by: Any) -> None:
    item = session.scalars(select(AgendaSession).order_by(AgendaSession.id)).first()
    people = select(Delegate.id).where(Delegate.event_id == event.id).order_by(Delegate.id.desc())
    set_person(session, event=event, item=item, delegate_id=session.scalars(people).first(), part=Part.MODERATOR, **by)


def _withdrawn(session: Any, event: Event, **by: Any) -> None:
    item = session.scalars(select(AgendaSession).order_by(AgendaSession.id.desc())).first()
    cancel_session(session, item=item, version=item.version, **by)


def _resource(session: Any, event: Event, **by: Any) -> None:
    add_resource(session, event=event, name="Interpreters of Khmer", language="km", capacity=1, **by)


FACTS: tuple[Change, ...] = (_rules, _room_closed, _arrival, _person, _resource, _withdrawn)


def _version(session: Any, session_id: int) -> int:
    rows = select(DraftPlacement.version).where(DraftPlacement.session_id == session_id)
    return int(session.scalars(rows).one())


def _moves(session: Any, event: Event, item: int, **by: Any) -> None:
    room = _room(session, event, "room-b")
    where = {"room_id": room, "starts_at": NOON, "version": _version(session, item)}
    place(session, event=event, session_id=item, **where, **by)
    pin(session, event=event, session_id=item, kind=PinKind.BOTH, version=_version(session, item), **by)


def _back(session: Any, event: Event, item: int, **by: Any) -> None:
    put_back(session, event=event, session_id=item, version=_version(session, item), **by)
    draft = current_draft(session, event.id)
    step = step_before(session, draft.id)
    undo(session, event=event, draft=draft, step_id=step.id, **by)


@pytest.fixture
def second(database_url: str) -> Iterator[Database]:
    """Another process beside the one that keeps something."""
    opened = Database(database_url)
    yield opened
    opened.close()


def _checked(database: Database, event_id: int) -> Ground:
    """The ground as it is kept, which must be what the rows say."""
    with database.reading() as session:
        event = session.get_one(Event, event_id)
        kept, facts, draft = ground_of(session, event), read_facts(session, event), current_draft(session, event_id)
        problem = build_problem(session, facts, draft)
        assert with_draft(kept.problem, kept.facts, draft) == problem
        slugs = [item.slug for item in facts.sessions]
        assert [item.slug for item in kept.facts.sessions] == slugs
        solution = solution_of(facts, draft)
        assert kept.places.of(solution, slugs) == FreePlaces(problem).of(solution, slugs)
        return kept


def test_agd_10_what_is_kept_is_never_older_than_the_rows(
    client: Any, cast: Any, two: Any, second: Database, actor: Any, now: Any
) -> None:
    """AGD-10: moves leave it kept; whatever else changes, also in another process, it is read again."""
    database, by = client.app.state.database, {"actor": actor, "now": now}
    first = _checked(database, cast.event.id)
    for move in (_moves, _back):
        with second.writing() as session:
            move(session, session.get_one(Event, cast.event.id), two[0], **by)
        assert _checked(database, cast.event.id).problem is first.problem
    for change in FACTS:
        before = _checked(database, cast.event.id)
        with second.writing() as session:
            change(session, session.get_one(Event, cast.event.id), **by)
        assert _checked(database, cast.event.id).problem is not before.problem, change.__name__
