"""Whom to meet: what fits comes first, the list is the same however it is cut, and a search finds by name."""

from typing import Any

import pytest
from sqlalchemy import select

from app.delegations.models import Delegate, Need, Offer
from app.demo.load import load_fixture
from app.events.models import Event
from app.meetings.matches import Filters, matches_for
from app.meetings.places import Hall, read_hall
from app.meetings.pool import pool_of


@pytest.fixture
def own(session: Any, now: Any) -> Delegate:
    event = load_fixture(session, name="F-SMALL", seed=0, now=now)
    session.flush()
    return session.scalars(
        select(Delegate).where(Delegate.event_id == event.id, Delegate.takes_meetings).order_by(Delegate.id)
    ).first()


def _loaded(session: Any, own: Delegate) -> tuple[Event, Delegate]:
    from app.delegations.queries import delegates_by_id

    return session.get_one(Event, own.event_id), delegates_by_id(session, [own.id])[own.id]


def _free(hall: Hall, person: int) -> set[int]:
    return {slot.id for slot in hall.slots if any(hall.is_free(person, slot, site) for site in hall.sites)}


def test_everybody_is_weighed_as_in_a_plain_count(session: Any, own: Delegate) -> None:
    event, own = _loaded(session, own)
    whole = matches_for(session, own, pool=pool_of(session, event), filters=Filters(query=""), most=10_000)
    assert whole.count == len(whole.best) > 3
    assert own.delegation_id not in {match.delegate.delegation_id for match in whole.best}
    mine = own.delegation.party_id
    seeks = set(session.scalars(select(Need.challenge_id).where(Need.party_id == mine)))
    gives = set(session.scalars(select(Offer.challenge_id).where(Offer.party_id == mine)))
    for match in whole.best:
        offers = set(session.scalars(select(Offer.challenge_id).where(Offer.party_id == match.party.id)))
        needs = set(session.scalars(select(Need.challenge_id).where(Need.party_id == match.party.id)))
        assert set(match.reasons.they_offer) == offers & seeks
        assert set(match.reasons.they_seek) == needs & gives
        hall = read_hall(session, event, [own.id, match.delegate.id])
        assert match.free_slots == len(_free(hall, own.id) & _free(hall, match.delegate.id))
    order = [(-one.fit, -one.free_slots, one.delegate.rank, one.delegate.id) for one in whole.best]
    assert order == sorted(order)


@pytest.mark.parametrize("most", [1, 2, 5])
def test_the_best_are_the_beginning_of_the_whole_list(session: Any, own: Delegate, most: int) -> None:
    event, own = _loaded(session, own)
    whole, best = (
        matches_for(session, own, pool=pool_of(session, event), filters=Filters(query=""), most=many)
        for many in (10_000, most)
    )
    assert [one.delegate.id for one in best.best] == [one.delegate.id for one in whole.best[:most]]
    assert best.count == whole.count


def test_a_search_finds_by_the_name_of_the_delegation(session: Any, own: Delegate) -> None:
    event, own = _loaded(session, own)
    other = matches_for(session, own, pool=pool_of(session, event), filters=Filters(query=""), most=1).best[0].delegate
    found = matches_for(
        session, own, pool=pool_of(session, event), filters=Filters(query=other.delegation.name.upper()), most=100
    )
    assert {match.delegate.delegation_id for match in found.best} == {other.delegation_id}
    assert matches_for(
        session, own, pool=pool_of(session, event), filters=Filters(query="nobody is called this"), most=100
    ) == type(found)((), 0)
