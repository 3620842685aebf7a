"""The organiser's desk: legal places only, runs that keep or move, tables of many kinds, and who has too few."""

import re
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from app.delegations.models import BlockedTime, City, Delegate, Delegation
from app.events.models import MeetingSlot, MeetingTable
from app.meetings.enums import Answer, Keeping
from app.meetings.fair import shares_of
from app.meetings.models import Meeting, MeetingWish
from app.meetings.planner import build_problem, judge, read_facts
from app.meetings.service import hold_meeting, start_run, veto
from app.solver_runs.enums import RunState
from app.solver_runs.models import SolverRun
from scheduler.core.limits import Limits
from scheduler.meetings.problem import MeetingsProblem
from scheduler.meetings.solution import MeetingsOutcome
from scheduler.meetings.solve import solve


def _all(client: Any, model: Any) -> list[Any]:
    with client.app.state.database.reading() as session:
        return list(session.scalars(select(model).order_by(model.id)))


def _hold(session: Any, cast: Any, wish: Any, number: int, actor: Any, now: datetime, *, table: int = 0) -> Meeting:
    slots = session.scalars(select(MeetingSlot).order_by(MeetingSlot.starts_at)).all()
    tables = session.scalars(select(MeetingTable).order_by(MeetingTable.number)).all()
    return hold_meeting(
        session, event=cast.event, wish=wish, slot=slots[number], table=tables[table], actor=actor, now=now
    )


def _solved(session: Any, event: Any, actor: Any, now: datetime, keeping: Keeping) -> MeetingsOutcome:
    run = start_run(
        session, event=event, label="Test", keeping=keeping, time_limit_seconds=3, seed=1, actor=actor, now=now
    )
    outcome = solve(MeetingsProblem.model_validate_json(run.problem), limits=Limits(time_limit=3, workers=1, seed=1))
    assert outcome.solution is not None
    run.outcome, run.state, run.has_solution = outcome.model_dump_json(), RunState.DONE, True
    session.flush()
    return outcome


def test_the_desk_books_moves_and_calls_off_at_legal_places_only(
    client: Any, cast: Any, desk: str, accepted: Any, actor: Any, now: datetime, mails: Any
) -> None:
    with client.app.state.database.writing() as session:
        meeting = _hold(session, cast, accepted(session, cast.heads[0], cast.heads[1]), 0, actor, now)
        _hold(session, cast, accepted(session, cast.heads[0], cast.heads[2]), 1, actor, now)
        ids, slots = (
            (meeting.id, meeting.version),
            [one.id for one in session.scalars(select(MeetingSlot).order_by(MeetingSlot.starts_at))],
        )
    page = client.get(f"{desk}/{ids[0]}").text
    legal = {tuple(map(int, one)) for one in re.findall(r'value="(\d+)-(\d+)"', page)}
    assert {slot for slot, _table in legal} == {slots[0], *slots[2:]}, "in the second slot somebody is elsewhere"
    illegal = client.post(f"{desk}/{ids[0]}/move", data={"version": ids[1], "place": f"{slots[1]}-2"})
    assert illegal.status_code == 409
    assert "taken meanwhile" in illegal.text
    assert client.post(f"{desk}/{ids[0]}/move", data={"version": 99, "place": f"{slots[3]}-2"}).status_code == 409
    assert client.post(f"{desk}/{ids[0]}/move", data={"version": ids[1], "place": f"{slots[3]}-2"}).status_code == 303
    held = _all(client, Meeting)[0]
    assert (held.slot_id, held.table_id, held.is_pinned) == (slots[3], 2, True)
    assert len(mails("meeting placed")) == 2
    booked = {"a": cast.heads[1], "b": cast.heads[3], "topic": "Heat"}
    assert client.post(f"{desk}/book", data={**booked, "place": f"{slots[3]}-1"}).status_code == 409, "one is engaged"
    assert client.post(f"{desk}/book", data={**booked, "place": f"{slots[4]}-1"}).status_code == 303
    assert client.post(f"{desk}/book", data={**booked, "place": f"{slots[5]}-1"}).status_code == 409, "they meet"
    held = _all(client, Meeting)[0]
    assert client.post(f"{desk}/{held.id}/cancel", data={"version": held.version}).status_code == 422
    assert client.post(f"{desk}/{held.id}/cancel", data={"version": held.version, "reason": "ill"}).status_code == 303
    assert _all(client, MeetingWish)[0].answer is Answer.WITHDRAWN, "its quota is given back"
    assert client.get(desk).status_code == client.get(f"{desk}?view=list").status_code == 200


def test_mtg_13_the_office_reads_both_days_and_what_would_have_to_move(
    client: Any, cast: Any, desk: str, accepted: Any, actor: Any, now: datetime
) -> None:
    """MTG-13: the reason in order, both days slot by slot, and the one meeting whose move would make room."""
    one, other = cast.heads[:2]
    with client.app.state.database.writing() as session:
        slots = session.scalars(select(MeetingSlot).order_by(MeetingSlot.starts_at)).all()
        session.get_one(Delegate, one).arrives_at = slots[4].starts_at
        _hold(session, cast, accepted(session, other, cast.heads[2]), 4, actor, now)
        meeting = _hold(session, cast, accepted(session, other, cast.heads[3]), 5, actor, now).id
        session.add(BlockedTime(delegate_id=cast.heads[2], starts_at=slots[0].starts_at, ends_at=slots[3].ends_at))
    page = client.get(f"{desk}/why?a={one}&b={other}").text
    assert "There is no slot in which both are free." in page
    assert page.count("not there") == 4
    assert f'href="{desk}/{meeting}"' in page, "the other meeting cannot be elsewhere"
    assert "1 meeting, 2 people move." in page
    with client.app.state.database.writing() as session:
        session.get_one(Delegate, one).arrives_at = None
    page = client.get(f"{desk}/why?a={one}&b={other}").text
    assert "Nothing stands in the way." in page
    assert "Book it for them" in page
    with client.app.state.database.writing() as session:
        veto(session, event=cast.event, delegate_id=one, other_id=other, actor=actor, now=now)
    page = client.get(f"{desk}/why?a={other}&b={one}").text
    assert "A private no stands between the two." in page
    assert "Book it for them" not in page
    assert "Shenzhen" in client.get(f"{desk}/why?qa=shenzhen").text


def test_mtg_08_who_has_fewer_than_promised_is_listed_with_the_cause(
    client: Any, cast: Any, desk: str, accepted: Any, actor: Any, now: datetime, settings_for: Any
) -> None:
    """MTG-08: the minimum of the group, per person; without a wish, without an answer, without a place."""
    settings_for(limits={"city": {"min": 1}})
    with client.app.state.database.writing() as session:
        _hold(session, cast, accepted(session, cast.heads[0], cast.heads[1]), 0, actor, now)
        unheld = accepted(session, cast.heads[2], cast.staff[3])
        unheld.unheld_reason = f"person_not_absent: p{cast.staff[3]}"
        problem = build_problem(read_facts(session, cast.event))
        assert {person.min for person in problem.people} == {1}, "the plan counts the same minimum"
    page = client.get(f"{desk}/fair").text
    assert "Mayor of Phnom Penh" not in page
    assert "Mayor of Essen" in page
    assert "Agreed, without a place: Planner of Gothenburg is not there in any slot in question." in page
    assert "Nobody wished to meet them, and they wished nobody." in page


def test_mtg_09_shares_by_region_role_and_size_of_city(
    session: Any, cast: Any, accepted: Any, actor: Any, now: datetime
) -> None:
    """MTG-09: held of agreed by group; of a group of fewer than five people the share is withheld."""
    cities = [session.get_one(City, one) for one in cast.parties]
    for city, region, people in zip(
        cities, ("Asia", "Asia", "Europe", "Europe"), (50_000, 5_000_000, 600_000, None), strict=True
    ):
        city.region, city.population = region, people
    session.flush()
    _hold(session, cast, accepted(session, cast.heads[0], cast.heads[2]), 0, actor, now)
    accepted(session, cast.heads[1], cast.staff[2])
    found = {
        (one.kind, one.name): (one.people, one.agreed, one.held, one.percent) for one in shares_of(session, cast.event)
    }
    assert found == {
        ("region", "Asia"): (4, 2, 1, None),
        ("region", "Europe"): (4, 2, 1, None),
        ("role", "city"): (8, 4, 2, 50),
        ("size", "0"): (2, 1, 1, None),
        ("size", "1"): (2, 2, 1, None),
        ("size", "3"): (2, 1, 0, None),
    }


def test_mtg_10_host_tables_a_room_of_its_own_and_slots_of_three_lengths(
    session: Any, cast: Any, accepted: Any, actor: Any, now: datetime
) -> None:
    """MTG-10: a host is met at the host's table and nobody else is; who asks for the VIP room is there; 15, 20, 30 min."""
    tables = session.scalars(select(MeetingTable).order_by(MeetingTable.number)).all()
    tables[2].zone = "vip"
    session.get_one(Delegation, cast.delegations[1]).host_table_id = tables[1].id
    slots = session.scalars(select(MeetingSlot).order_by(MeetingSlot.starts_at)).all()
    for number, (minutes, block) in enumerate(
        ((15, "short"), (15, "short"), (20, "d1"), (20, "d1"), (30, "vip"), (30, "vip"))
    ):
        start = slots[0].starts_at + timedelta(minutes=35 * number)
        slots[number].starts_at, slots[number].ends_at, slots[number].block = (
            start,
            start + timedelta(minutes=minutes),
            block,
        )
    session.flush()
    host = [accepted(session, cast.heads[0], cast.heads[1]), accepted(session, cast.staff[1], cast.heads[2])]
    vip = accepted(session, cast.heads[3], cast.heads[0])
    vip.zone = "vip"
    plain = [accepted(session, one, other) for one in cast.staff[2:] for other in (cast.heads[0], cast.staff[0])]
    outcome = _solved(session, cast.event, actor, now, Keeping.VALUE_FIRST)
    held = {one.wish: one for one in outcome.solution.meetings}
    assert {held[f"w{wish.id}"].table for wish in host} == {"t2"}
    assert held[f"w{vip.id}"].table == "t3"
    assert {held[f"w{wish.id}"].table for wish in plain} == {"t1"}
    problem = build_problem(read_facts(session, cast.event))
    assert sorted({slot.end - slot.start for slot in problem.slots}) == [3, 4, 6]
    assert judge(problem, outcome.solution).violations == ()


def test_mtg_15_a_top_up_moves_nothing_and_the_least_where_it_may(
    client: Any, cast: Any, desk: str, accepted: Any, actor: Any, now: datetime
) -> None:
    """MTG-15: confirmed meetings stay; with moves allowed the fewest, shown with its number before it is published."""
    with client.app.state.database.writing() as session:
        for number, table in enumerate(session.scalars(select(MeetingTable).order_by(MeetingTable.number))):
            table.seats = 4 if number == 0 else 1
        slots = session.scalars(select(MeetingSlot).order_by(MeetingSlot.starts_at)).all()
        first = accepted(session, cast.heads[0], cast.heads[1])
        second = accepted(session, cast.heads[2], cast.heads[3])
        _hold(session, cast, first, 0, actor, now)
        _hold(session, cast, second, 1, actor, now)
        third = accepted(session, cast.staff[0], cast.staff[1])
        third.value = 5
        late = session.get_one(Delegate, cast.staff[0])
        late.departs_at = slots[0].ends_at
        kept = _solved(session, cast.event, actor, now, Keeping.ALL).solution
        places = {one.wish: one.slot for one in kept.meetings}
        assert places == {f"w{first.id}": f"s{slots[0].id}", f"w{second.id}": f"s{slots[1].id}"}
        assert [one.wish for one in kept.unheld] == [f"w{third.id}"], "the only slot that would do is taken"
        free = _solved(session, cast.event, actor, now, Keeping.VALUE_FIRST).solution
        places = {one.wish: one.slot for one in free.meetings}
        assert places[f"w{third.id}"] == f"s{slots[0].id}"
        assert places[f"w{second.id}"] == f"s{slots[1].id}", "one moves: fewer are not possible"
        assert len(places) == 3
    page = client.get(f"{desk}/plans").text
    row = next(one for one in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if "/plan" in one and ">3<" in one)
    figures = dict(re.findall(r'data-label="(New|Moved|Dropped|People told)">(\d+)<', row))
    assert figures == {"New": "1", "Moved": "1", "Dropped": "0", "People told": "4"}
    run = _all(client, SolverRun)[-1]
    assert client.post(f"{desk}/runs/{run.id}/accept").status_code == 303
    assert len(_all(client, Meeting)) == 3


def test_the_rules_of_meetings_are_set_on_a_page(client: Any, cast: Any, desk: str) -> None:
    page = client.get(f"{desk}/rules").text
    names = re.findall(r'name="((?:mode|min|max)-[^"]+)"', page)
    given = {name: "self_chosen" if name.startswith("mode") else "" for name in names}
    given |= {"wish_expiry_hours": "48", "pending_percent": "25", "musts_max": "2", "offer_minutes": "10"}
    wrong = client.post(f"{desk}/rules", data={**given, "min-city": "5", "max-city": "2"})
    assert wrong.status_code == 422
    assert client.post(f"{desk}/rules", data={**given, "offer_minutes": "0"}).status_code == 422
    given |= {"mode-business+city": "instant", "min-city": "1", "max-city": "8"}
    assert client.post(f"{desk}/rules", data=given).status_code == 303
    page = client.get(f"{desk}/rules").text
    assert re.search(r'name="mode-business\+city">.*?value="instant" selected', page, re.DOTALL)
    assert 'name="max-city" value="8"' in page
    assert 'name="offer_minutes" type="number" value="10"' in page
