"""People, wishes and placed sessions for tests of the services."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from app.cli import main
from app.platform.actor import Actor
from app.platform.clock import FixedClock
from app.platform.database.engine import Database

CITIES = (("Phnom Penh", "KH"), ("Shenzhen", "CN"), ("Essen", "DE"), ("Gothenburg", "SE"))


@dataclass(frozen=True)
class Cast:
    """Four delegations with two delegates each; index n of ``heads`` and ``staff`` belongs to delegation n."""

    event: Any
    parties: tuple[int, ...]
    delegations: tuple[int, ...]
    heads: tuple[int, ...]
    staff: tuple[int, ...]

    @property
    def people(self) -> tuple[int, ...]:
        return (*self.heads, *self.staff)


@pytest.fixture
def actor() -> Actor:
    return Actor.system("test")


@pytest.fixture
def now(clock: FixedClock) -> datetime:
    return clock.now()


@pytest.fixture
def nine() -> datetime:
    """Nine o'clock in Vienna on the first day of ``event``; its day ends at 18:00, its first slot starts at 10:00."""
    return datetime(2019, 9, 3, 7, 0, tzinfo=UTC)


@pytest.fixture
def cast(database: Database, event: Any) -> Cast:
    """Written and committed."""
    from app.delegations.enums import CaseCityStage
    from app.delegations.models import City, Delegate, Delegation

    with database.writing() as session:
        parties = [
            City(
                event_id=event.id,
                slug=name.lower().replace(" ", "-"),
                name=name,
                country=country,
                languages=["en"],
                stage=CaseCityStage.SELECTED,
            )
            for name, country in CITIES
        ]
        session.add_all(parties)
        session.flush()
        delegations = [
            Delegation(event_id=event.id, party_id=party.id, code=party.slug, name=party.name, locale="en")
            for party in parties
        ]
        session.add_all(delegations)
        session.flush()
        people = [
            Delegate(
                event_id=event.id,
                delegation_id=delegation.id,
                family_name=f"{word} of {delegation.name}",
                badge_name=f"{word} of {delegation.name}",
                function=word,
                email=f"{word.lower()}@{delegation.code}.example",
                is_head=word == "Mayor",
                is_focal_point=word == "Planner",
                rank=30 if word == "Mayor" else 80,
            )
            for word in ("Mayor", "Planner")
            for delegation in delegations
        ]
        session.add_all(people)
        session.flush()
        ids = tuple(person.id for person in people)
        return Cast(
            event=event,
            parties=tuple(party.id for party in parties),
            delegations=tuple(one.id for one in delegations),
            heads=ids[:4],
            staff=ids[4:],
        )


@pytest.fixture
def accepted(cast: Cast, actor: Actor, now: datetime) -> Callable[..., Any]:
    """``accepted(session, one, other)``: a wish that the other said yes to, with its people loaded."""
    from app.meetings.enums import Answer
    from app.meetings.queries import wish_in_event
    from app.meetings.service import answer_wish, wish_meeting

    def make(session: Any, one: int, other: int, **more: Any) -> Any:
        made = wish_meeting(
            session,
            event=cast.event,
            from_id=one,
            to_id=other,
            topic=more.pop("topic", None),
            message=None,
            actor=actor,
            now=now,
            **more,
        ).wish
        answer_wish(session, wish=made, answer=Answer.ACCEPTED, actor=actor, now=now)
        session.flush()
        session.expire(made)
        return wish_in_event(session, cast.event.id, made.id)

    return make


@pytest.fixture
def placed(cast: Cast, actor: Actor, now: datetime, nine: datetime) -> Callable[..., Any]:
    """``placed(session, "title", people, minutes_after_nine, room="room-a")``: a session of one hour in the draft."""
    from sqlalchemy import func, select

    from app.agenda.enums import Part, SessionKind
    from app.agenda.models import AgendaSession, SessionPerson
    from app.agenda.service import place
    from app.events.models import Room

    def make(session: Any, title: str, people: tuple[int, ...], minutes: int, *, room: str = "room-a") -> Any:
        number = session.scalar(select(func.count()).select_from(AgendaSession))
        item = AgendaSession(
            event_id=cast.event.id,
            slug=f"session-{number}",
            kind=SessionKind.WORKSHOP,
            title=title,
            duration_minutes=60,
            audience=10,
        )
        session.add(item)
        session.flush()
        for position, person in enumerate(people):
            session.add(SessionPerson(session_id=item.id, delegate_id=person, part=Part.SPEAKER, position=position))
        session.flush()
        place(
            session,
            event=cast.event,
            session_id=item.id,
            room_id=session.scalars(select(Room.id).where(Room.slug == room)).one(),
            starts_at=nine + timedelta(minutes=minutes),
            version=None,
            actor=actor,
            now=now,
        )
        return item

    return make


class Done(NamedTuple):
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def bridge(tmp_path, database_url, monkeypatch, capsys):
    """``bridge("backup", "--to", …)``: runs the command on the test's own database, in this process for speed."""
    for name in [*os.environ]:
        if name.startswith(("BRIDGE_", "DATABASE_")):
            monkeypatch.delenv(name)
    fixed = {"DATABASE_URL": database_url, "BRIDGE_VAR": str(tmp_path / "var"), "BRIDGE_SECRET": "a key for tests"}

    def run(*arguments, **settings):
        capsys.readouterr()
        with monkeypatch.context() as patched:
            for name, value in (fixed | settings).items():
                patched.setenv(name, value)
            patched.setattr(sys, "argv", ["bridge", *arguments])
            with pytest.raises(SystemExit) as ended:
                main()
        told = capsys.readouterr()
        return Done(int(ended.value.code or 0), told.out, told.err)

    return run
