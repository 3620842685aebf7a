"""Double booking is refused by the insert itself, and walks are taken between neighbours."""

from typing import Any

import pytest
from sqlalchemy import select

from app.claims.enums import ClaimKind, HoldingKind
from app.claims.forms import Wanted
from app.claims.queries import busy_ticks
from app.claims.service import AlreadyTaken, calendars, give_back, hold, hold_beside, lock_days
from app.events.models import Site
from app.events.queries import walks_in_grains


def _meeting(start: int, end: int, *people: int, **more: Any) -> Wanted:
    return Wanted(kind=HoldingKind.MEETING, start_tick=start, end_tick=end, person_ids=people, **more)


@pytest.mark.parametrize("kind", [None, pytest.param("pg", marks=pytest.mark.postgres)])
def test_a_person_is_held_once_and_the_transaction_goes_on(session: Any, event: Any, kind: Any) -> None:
    hold(session, event_id=event.id, wanted=_meeting(10, 14, 1, 2))
    with pytest.raises(AlreadyTaken) as refused:
        hold(session, event_id=event.id, wanted=_meeting(13, 15, 2, 3))
    assert {(thing.resource, thing.tick) for thing in refused.value.things} == {("2", 13)}
    hold(session, event_id=event.id, wanted=_meeting(14, 16, 2, 3))
    assert busy_ticks(session, event_id=event.id, kind=ClaimKind.PERSON)["3"] == {14, 15}


def test_half_open_neighbours_touch_without_a_clash(session: Any, event: Any) -> None:
    hold(session, event_id=event.id, wanted=_meeting(10, 12, 1, table_id=1))
    hold(session, event_id=event.id, wanted=_meeting(12, 14, 1, table_id=1))


def test_a_room_stays_taken_while_it_is_set_up_again(session: Any, event: Any) -> None:
    first = Wanted(kind=HoldingKind.SESSION, start_tick=10, end_tick=12, room_id=1, room_end_tick=14)
    hold(session, event_id=event.id, wanted=first)
    second = Wanted(kind=HoldingKind.SESSION, start_tick=13, end_tick=15, room_id=1)
    with pytest.raises(AlreadyTaken):
        hold(session, event_id=event.id, wanted=second)


def test_units_of_a_resource_are_counted_at_each_tick(session: Any, event: Any) -> None:
    def interpreters(start: int, end: int, units: int) -> Wanted:
        return Wanted(
            kind=HoldingKind.SESSION,
            start_tick=start,
            end_tick=end,
            resources={"zh": units},
            capacities={"zh": 2},
        )

    hold(session, event_id=event.id, wanted=interpreters(0, 4, 1))
    hold(session, event_id=event.id, wanted=interpreters(2, 6, 1))
    # From tick 4 one unit is free again, whichever of the two it is.
    hold(session, event_id=event.id, wanted=interpreters(4, 8, 1))
    with pytest.raises(AlreadyTaken):
        hold(session, event_id=event.id, wanted=interpreters(3, 5, 1))


def test_given_back_is_free_again(session: Any, event: Any) -> None:
    held = hold(session, event_id=event.id, wanted=_meeting(10, 12, 1))
    give_back(session, holding_ids=[held])
    hold(session, event_id=event.id, wanted=_meeting(10, 12, 1))


@pytest.mark.parametrize("kind", [None, pytest.param("pg", marks=pytest.mark.postgres)])
def test_a_walk_is_taken_between_sites_and_refused_without_time(session: Any, event: Any, kind: Any) -> None:
    sites = list(session.scalars(select(Site.id).order_by(Site.id)))
    walks = walks_in_grains(session, event)
    with calendars(session, event_id=event.id, person_ids=[1], walks=walks):
        hold(session, event_id=event.id, wanted=_meeting(10, 12, 1, site_id=sites[0]))
        hold(session, event_id=event.id, wanted=_meeting(14, 16, 1, site_id=sites[1]))
    assert busy_ticks(session, event_id=event.id, kind=ClaimKind.PERSON)["1"] == set(range(10, 16))
    with calendars(session, event_id=event.id, person_ids=[1], walks=walks):
        hold(session, event_id=event.id, wanted=_meeting(18, 20, 1, site_id=sites[1]))
    assert 17 not in busy_ticks(session, event_id=event.id, kind=ClaimKind.PERSON)["1"]
    too_soon = calendars(session, event_id=event.id, person_ids=[1], walks=walks)
    with pytest.raises(AlreadyTaken), too_soon:
        hold(session, event_id=event.id, wanted=_meeting(21, 22, 1, site_id=sites[0]))


@pytest.mark.parametrize("kind", [None, pytest.param("pg", marks=pytest.mark.postgres)])
def test_what_is_added_to_a_locked_day_takes_the_walks_that_it_needs(session: Any, event: Any, kind: Any) -> None:
    one, other = session.scalars(select(Site.id).order_by(Site.id).limit(2))
    walks = walks_in_grains(session, event)

    def add(wanted: Wanted) -> int:
        days = lock_days(session, event_id=event.id, person_ids=wanted.person_ids)
        return hold_beside(session, days=days, wanted=wanted, walks=walks)

    def taken() -> set[int]:
        return busy_ticks(session, event_id=event.id, kind=ClaimKind.PERSON)["1"]

    add(_meeting(10, 12, 1, site_id=one))
    add(_meeting(20, 22, 1, site_id=other))
    assert taken() == {10, 11, 18, 19, 20, 21}
    with pytest.raises(AlreadyTaken):
        add(_meeting(17, 19, 1, site_id=one))
    assert taken() == {10, 11, 18, 19, 20, 21}, "what was refused took nothing, and took no walk away"
    add(_meeting(15, 17, 1, site_id=other))
    assert taken() == {10, 11, 13, 14, 15, 16, 20, 21}, "the walk comes before the first of those over there"
    walked = lock_days(session, event_id=event.id, person_ids=[1]).walks
    add(_meeting(8, 10, 1, site_id=one))
    assert lock_days(session, event_id=event.id, person_ids=[1]).walks == walked, (
        "no walk changed, and none was touched"
    )


@pytest.mark.parametrize("kind", [None, pytest.param("pg", marks=pytest.mark.postgres)])
def test_a_table_that_is_taken_is_refused_and_takes_nothing_of_the_people(session: Any, event: Any, kind: Any) -> None:
    hold(session, event_id=event.id, wanted=_meeting(10, 12, 1, table_id=1))
    days = lock_days(session, event_id=event.id, person_ids=[2, 3])
    with pytest.raises(AlreadyTaken) as refused:
        hold_beside(session, days=days, wanted=_meeting(11, 13, 2, 3, table_id=1), walks={})
    assert {(thing.kind, thing.resource, thing.tick) for thing in refused.value.things} == {("table", "1", 11)}
    assert busy_ticks(session, event_id=event.id, kind=ClaimKind.PERSON) == {"1": {10, 11}}
    hold_beside(session, days=days, wanted=_meeting(11, 13, 2, 3, table_id=2), walks={})
