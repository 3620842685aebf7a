"""G12, G13: how many questions a booking and the pages that are asked most put to the database; counted, never timed.

A bound that is reached is a page that got dearer: find out why before it is raised.
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event as listening
from sqlalchemy import select

from app.delegations.models import City, Delegate
from app.events.models import MeetingSlot
from app.meetings.service import wish_meeting
from app.pairing.enums import MemberRole, Modality
from app.pairing.models import Partnership, PartnershipMember
from app.pairing.pictures import map_of
from app.pairing.queries import partnerships_of
from app.platform import i18n

BOOKING = 16
"""On both: PostgreSQL locks the end of the log and the days of people, and is told of savepoints past what counts here. Who
shares a commit shares five of them.
"""
PAGES = {
    ("delegate", "my"): 8,
    ("delegate", "my/meetings"): 8,
    ("delegate", "my/people"): 5,
    ("organiser", "manage"): 14,
    ("organiser", "manage/people"): 5,
    ("organiser", "manage/agenda"): 11,
    ("organiser", "manage/meetings"): 14,
}


@contextmanager
def counting(client: Any) -> Iterator[list[str]]:
    """The statements of the requests inside, savepoints included; what goes by itself speaks no language."""
    database, asked = client.app.state.database, []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if i18n._current.get(None) is not None:
            asked.append(statement)

    # On PostgreSQL the one to read with is a view of the other, and tells it of its statements too.
    engines = [database.engine, database.read_engine] if database.is_sqlite else [database.engine]
    for engine in engines:
        listening.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        for engine in engines:
            listening.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def links(database: Any, cast: Any, actor: Any, now: Any) -> list[str]:
    """Answer links of wishes with a time, a slot for each."""
    with database.writing() as session:
        slots = session.scalars(select(MeetingSlot.id).order_by(MeetingSlot.starts_at)).all()
        return [
            wish_meeting(
                session, event=cast.event, from_id=cast.heads[0], to_id=other, topic=None, message=None, slot_id=slot,
                actor=actor, now=now,
            ).token
            for slot, other in zip(slots[:3], [*cast.heads[1:], *cast.staff[1:]], strict=False)
        ]  # fmt: skip


def test_g13_a_booking_asks_little(client: Any, links: list[str]) -> None:
    """The second booking of a process: the first reads what the next ones know."""
    assert client.post(f"/m/{links[0]}", data={"answer": "accepted"}).status_code == 303
    with counting(client) as asked:
        assert client.post(f"/m/{links[1]}", data={"answer": "accepted"}).status_code == 303
    assert any("INSERT INTO meeting " in one for one in asked), "the meeting is held in the same request"
    assert len(asked) <= BOOKING, "\n".join(asked)


def test_g13_pages_ask_little(client: Any, cast: Any, sign_in: Any, links: list[str]) -> None:
    """With meetings on them, as a second reader finds them."""
    for link in links:
        assert client.post(f"/m/{link}", data={"answer": "accepted"}).status_code == 303
    with client.app.state.database.reading() as session:
        delegation_id = session.get_one(Delegate, cast.heads[0]).delegation_id
    scopes: dict[str, dict[str, int]] = {
        "delegate": {"delegate_id": cast.heads[0], "delegation_id": delegation_id},
        "organiser": {},
    }
    found: dict[str, list[str]] = {}
    for role, scope in scopes.items():
        sign_in(role, event_id=cast.event.id, **scope)
        for page in (one for whose, one in PAGES if whose == role):
            address = f"/e/{cast.event.slug}/{page}"
            assert client.get(address).status_code == 200
            with counting(client) as found[page]:
                assert client.get(address).status_code == 200
    dear = {page: found[page] for (_role, page), most in PAGES.items() if len(found[page]) > most}
    assert not dear, {page: (len(asked), asked) for page, asked in dear.items()}


def test_g13_the_map_asks_for_all_cities_at_once(database: Any, cast: Any, now: Any) -> None:
    """The columns of a city stand in a table of their own: they were read for one city after the other."""
    with database.writing() as session:
        cities = session.scalars(select(City).where(City.event_id == cast.event.id).order_by(City.id)).all()
        for number, city in enumerate(cities):
            city.latitude, city.longitude = 10.0 * number, 5.0 * number
        for one, other in itertools.pairwise(cities):
            pair = Partnership(
                event_id=cast.event.id, modality=Modality.NORTH_SOUTH, modality_rule="", value=1, proposed_at=now
            )
            session.add(pair)
            session.flush()
            session.add_all(
                PartnershipMember(partnership_id=pair.id, party_id=city.id, role=MemberRole.PARTNER, group="south")
                for city in (one, other)
            )
    asked: list[str] = []
    with database.reading() as session:
        listening.listen(database.read_engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
        assert map_of(partnerships_of(session, cast.event.id)) is not None
    assert len(asked) <= 6, "\n".join(asked)
