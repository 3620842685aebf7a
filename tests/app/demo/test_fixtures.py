"""F-SMALL and F-BIG: their sizes, and that the same seed gives the same rows."""

import hashlib
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from app.agenda.models import AgendaSession, DraftPlacement, SessionPerson
from app.delegations.models import City, Delegate
from app.demo.load import load_fixture
from app.events.models import EventDay, MeetingSlot, MeetingTable, Room
from app.meetings.models import MeetingVeto, MeetingWish, WishPerson
from app.pairing.models import Partnership, PartnershipReason
from app.platform.database.base import Base
from app.platform.errors import Conflict, NotFound

TWO_WEEKS_BEFORE = datetime(2019, 8, 20, 7, 12, tzinfo=UTC)
"""When ``fixture_of`` loads."""


def count(session: Any, model: Any, *where: Any) -> int:
    return session.scalar(select(func.count()).select_from(model).where(*where))


def digest_of(session: Any) -> str:
    """All rows of all tables but the log, whose chain holds the time of writing.

    The version of a placement begins anywhere, so that nobody takes a new one for one that they saw.
    """
    anywhere = {DraftPlacement.__table__.c.version}
    hashed = hashlib.sha256()
    for table in Base.metadata.sorted_tables:
        if not table.name.startswith(("audit", "read_log")):
            columns = [column for column in table.columns if column not in anywhere]
            rows = sorted(repr(tuple(row)) for row in session.execute(select(*columns)))
            hashed.update(f"{table.name}{rows}".encode())
    return hashed.hexdigest()


def test_big_has_the_stated_size(fixture_of: Callable[..., Any]) -> None:
    session = fixture_of("F-BIG")
    assert count(session, City) == 178
    assert count(session, Delegate) == 1000
    assert session.scalar(select(func.count(func.distinct(SessionPerson.delegate_id)))) == 83
    assert count(session, AgendaSession) == 40
    assert count(session, Room, Room.takes_sessions) == 8
    assert count(session, EventDay) == 2
    assert count(session, MeetingTable) == 40
    slots = session.scalars(select(MeetingSlot)).all()
    assert len(slots) == 24
    assert {(slot.ends_at - slot.starts_at).seconds for slot in slots} == {1200}
    assert count(session, MeetingWish) == 2400


def test_small_has_the_stated_size(fixture_of: Callable[..., Any]) -> None:
    session = fixture_of("F-SMALL")
    assert count(session, City) == 4
    assert count(session, Partnership) == 2
    assert count(session, EventDay) == 1


@pytest.mark.parametrize("name", ["F-SMALL", "F-BIG"])
def test_the_same_seed_gives_the_same_rows(
    name: str, fixture_of: Callable[..., Any], written: Callable[..., Any]
) -> None:
    again = written(f"{name}-again", lambda session: load_fixture(session, name=name, seed=0, now=TWO_WEEKS_BEFORE))
    with again.reading() as session:
        assert digest_of(session) == digest_of(fixture_of(name))


@pytest.mark.parametrize("name", ["F-SMALL", "F-BIG"])
def test_another_seed_gives_other_rows_of_the_same_size(name: str, fixture_of: Callable[..., Any]) -> None:
    one, other = fixture_of(name), fixture_of(name, 1)
    names = select(Delegate.native_name).order_by(Delegate.id)
    assert list(one.scalars(names)) != list(other.scalars(names))
    for model in (City, Delegate, AgendaSession, MeetingWish):
        assert count(one, model) == count(other, model)


def test_big_has_names_in_five_scripts(fixture_of: Callable[..., Any]) -> None:
    by_language = Counter(fixture_of("F-BIG").scalars(select(Delegate.native_language)))
    assert all(by_language[language] > 20 for language in ("zh", "ar", "ru", "vi", "fr"))


def test_big_wishes_compete_and_hold_nobody_twice(fixture_of: Callable[..., Any]) -> None:
    session = fixture_of("F-BIG")
    assert count(session, MeetingWish) > count(session, MeetingTable) * count(session, MeetingSlot)
    people: dict[int, list[int]] = {}
    for row in session.scalars(select(WishPerson)):
        people.setdefault(row.wish_id, []).append(row.delegate_id)
    assert all(2 <= len(ids) == len(set(ids)) <= 4 for ids in people.values())
    load = Counter(person for ids in people.values() for person in ids)
    assert max(load.values()) > 24, "somebody is wanted more often than there are slots"
    together = {frozenset((one, other)) for ids in people.values() for one in ids for other in ids if one != other}
    for veto in session.scalars(select(MeetingVeto)):
        assert frozenset((veto.delegate_id, veto.other_delegate_id)) not in together


def test_addresses_of_generated_people_end_in_example(fixture_of: Callable[..., Any]) -> None:
    addresses = list(fixture_of("F-BIG").scalars(select(Delegate.email)))
    assert len(set(addresses)) == 1000
    assert all(address.endswith("@f-big.example") for address in addresses)


def test_reasons_of_the_small_pairs_sum_to_their_value(fixture_of: Callable[..., Any]) -> None:
    session = fixture_of("F-SMALL")
    for partnership in session.scalars(select(Partnership)):
        points = select(func.sum(PartnershipReason.points)).where(PartnershipReason.partnership_id == partnership.id)
        assert session.scalar(points) == partnership.value


def test_a_second_loading_and_an_unknown_name_are_refused(session: Any) -> None:
    load_fixture(session, name="F-SMALL", seed=3, now=TWO_WEEKS_BEFORE)
    with pytest.raises(Conflict, match="f-small-3"):
        load_fixture(session, name="F-SMALL", seed=3, now=TWO_WEEKS_BEFORE)
    load_fixture(session, name="F-SMALL", seed=4, now=TWO_WEEKS_BEFORE)
    with pytest.raises(NotFound, match="F-BIG"):
        load_fixture(session, name="F-HUGE", seed=0, now=TWO_WEEKS_BEFORE)
