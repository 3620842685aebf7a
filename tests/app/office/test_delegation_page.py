"""DEL-1: a focal point sees first what is missing, whom it touches and until when; a member sees names and functions."""

from typing import Any

import pytest

from app.delegations.models import Delegate, Delegation, PassportDetail
from app.delegations.queries import delegation_in_event
from app.events.models import Event
from app.office.missing import missing_of_delegation


@pytest.fixture
def path(cast: Any) -> str:
    return f"/e/{cast.event.slug}/delegations/{cast.delegations[0]}"


def _missing(client: Any, cast: Any) -> dict[str, tuple[int, ...]]:
    with client.app.state.database.reading() as session:
        event = session.get_one(Event, cast.event.id)
        found = missing_of_delegation(session, event, delegation_in_event(session, event.id, cast.delegations[0]))
    return {one.title: tuple(person.id for person in one.people) for one in found}


def test_each_thing_that_is_missing_is_named_with_whom_it_touches(client: Any, cast: Any, now: Any) -> None:
    head, planner = cast.heads[0], cast.staff[0]
    before = _missing(client, cast)
    assert before["2 passports are missing"] == (head, planner)
    assert before["Not approved yet"] == (head, planner)
    with client.app.state.database.writing() as session:
        session.add(PassportDetail(delegate_id=head, number="P0", nationality="KH"))
        for person, mail, function in ((head, None, None), (planner, "a@b.example", "Planner")):
            one = session.get_one(Delegate, person)
            one.email, one.function, one.approved_at, one.arrives_at = mail, function, now, now
    after = _missing(client, cast)
    assert after["1 passport is missing"] == (planner,)
    assert after["No mail address"] == (head,)
    assert after["No function for the badge"] == (head,)
    assert "Not approved yet" not in after
    assert "Nobody knows when they are there" not in after


def test_an_empty_delegation_is_told_how_to_begin(client: Any, sign_in: Any, cast: Any) -> None:
    with client.app.state.database.writing() as session:
        party = session.get_one(Delegation, cast.delegations[0]).party_id
        empty = Delegation(event_id=cast.event.id, party_id=party, code="empty", name="Empty", locale="en")
        session.add(empty)
        session.flush()
        number = empty.id
    sign_in("focal_point", event_id=cast.event.id, delegation_id=number)
    assert "Add the head first" in client.get(f"/e/{cast.event.slug}/delegations/{number}").text


def test_what_is_missing_is_for_those_who_can_mend_it(client: Any, sign_in: Any, cast: Any, path: str) -> None:
    sign_in("focal_point", event_id=cast.event.id, delegation_id=cast.delegations[0])
    page = client.get(path).text
    assert "Still missing" in page
    assert f'href="{path}/sheet"' in page
    sign_in("delegate", event_id=cast.event.id, delegation_id=cast.delegations[0], delegate_id=cast.staff[0])
    page = client.get(path).text
    assert "Still missing" not in page
    assert "waits for a decision" not in page
