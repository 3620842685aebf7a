"""The demonstration as rows."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from app.accounts.enums import Role
from app.accounts.models import Account, RoleGrant
from app.agenda.models import AgendaSession, SessionUse
from app.claims.models import Holding
from app.delegations.enums import CaseCityStage
from app.delegations.models import City, Delegate, Delegation, Organisation, Tie
from app.demo.load import DEMO_ACCOUNTS, load_demo
from app.events.country_lists import ensure_country_list
from app.events.models import CountryClassification, Event, MeetingSlot, MeetingTable, Room
from app.meetings.enums import Answer
from app.meetings.models import MeetingWish, WishPerson
from app.pairing.models import PairingPin
from app.platform.database.base import Attestation, Attested, Base
from app.platform.errors import Conflict
from app.registration.enums import QuestionKind, RegistrationState
from app.registration.flags import blocking_of, read_review_facts
from app.registration.forms import form_of
from app.registration.models import Registration
from app.visits.enums import VisitState
from app.visits.models import Visit


def count(session: Any, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model))


def test_how_many_of_each_there_are(demo: Any) -> None:
    assert count(demo, City) == 24
    assert count(demo, Organisation) == 14
    assert count(demo, Delegation) == 38
    assert count(demo, Delegate) == 110
    assert count(demo, AgendaSession) == 26
    assert count(demo, MeetingSlot) == 24
    assert demo.scalar(select(func.count()).where(MeetingTable.zone == "hall")) == 40
    answers = Counter(demo.scalars(select(MeetingWish.answer)))
    assert answers[Answer.ACCEPTED] == 140
    assert answers[Answer.PENDING] == 10


def test_the_rooms_have_the_stated_seats_and_booths(demo: Any) -> None:
    rooms = {room.name: (room.capacity, room.booths) for room in demo.scalars(select(Room))}
    assert rooms["Boardroom D"] == (400, 6)
    assert rooms["Plenary Hall"] == (500, 6)
    assert rooms["Boardroom A"] == (160, 4)
    assert rooms["Boardroom C"] == (120, 2)
    assert rooms["Conference Room II"] == (60, 0)


def test_each_row_that_can_says_where_it_comes_from(demo: Any) -> None:
    models = [mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Attested)]
    assert len(models) > 8
    for model in models:
        for row in demo.scalars(select(model)):
            assert row.attestation is not Attestation.ENTERED
            assert row.source


def test_times_are_those_of_the_clocks_in_vienna(demo: Any) -> None:
    first = demo.scalars(select(MeetingSlot).order_by(MeetingSlot.starts_at)).first()
    assert first.starts_at == datetime(2019, 9, 3, 8, 50, tzinfo=UTC)
    assert first.starts_at.astimezone(ZoneInfo("Europe/Vienna")).hour == 10


def test_the_pair_of_the_issue_paper_is_pinned_and_its_tie_dormant(demo: Any) -> None:
    ids = {city.slug: city.id for city in demo.scalars(select(City))}
    pair = {ids["phnom-penh"], ids["shenzhen"]}
    assert [set(pin.party_ids) for pin in demo.scalars(select(PairingPin))] == [pair]
    tie = next(tie for tie in demo.scalars(select(Tie)) if {tie.city_id, tie.other_city_id} == pair)
    assert (tie.state.value, tie.attestation) == ("dormant", Attestation.ATTESTED)
    assert demo.get(City, ids["tehran"]).stage is CaseCityStage.NONE


def test_two_languages_share_a_booth_and_each_needs_a_team(demo: Any) -> None:
    for item in demo.scalars(select(AgendaSession)):
        uses = demo.scalar(select(func.count()).where(SessionUse.session_id == item.id))
        assert uses == len(item.languages) - 1
        assert item.booths == {1: 0, 2: 1}.get(len(item.languages), len(item.languages))


def test_nobody_meets_themselves_and_nobody_has_too_many_wishes(demo: Any) -> None:
    people: dict[int, list[int]] = {}
    for person in demo.scalars(select(WishPerson)):
        people.setdefault(person.wish_id, []).append(person.delegate_id)
    assert all(len(set(ids)) == len(ids) >= 2 for ids in people.values())
    load = Counter(person for ids in people.values() for person in ids)
    assert max(load.values()) <= 16


def test_confirmed_items_of_a_stay_are_in_the_ledger(demo: Any) -> None:
    visits = demo.scalars(select(Visit)).all()
    confirmed = [visit for visit in visits if visit.state is VisitState.CONFIRMED]
    assert confirmed
    assert {visit.holding_id for visit in confirmed} <= set(demo.scalars(select(Holding.id)))
    assert all(visit.holding_id is None for visit in visits if visit.state is VisitState.DRAFT)


def test_there_is_a_registration_in_each_state_and_each_form_can_be_read(demo: Any) -> None:
    registrations = demo.scalars(select(Registration)).all()
    states = Counter(one.state for one in registrations)
    assert set(states) == set(RegistrationState)
    assert states[RegistrationState.APPROVED] == 38
    for one in registrations:
        assert form_of(one.door, one.answers).contact_email == one.contact_email
        assert (one.delegation_id is not None) == (one.state is RegistrationState.APPROVED)


def test_there_is_an_account_for_each_role(demo: Any) -> None:
    grants = {
        account.email: grant for account, grant in demo.execute(select(Account, RoleGrant).join(RoleGrant.account))
    }
    assert set(grants) == {person.email for person in DEMO_ACCOUNTS}
    assert {grant.role for grant in grants.values()} == set(Role) - {Role.PUBLIC}
    for person in DEMO_ACCOUNTS:
        if not person.delegate:
            continue
        grant = grants[person.email]
        delegate = demo.scalars(select(Delegate).where(Delegate.account_id == grant.account_id)).one()
        assert delegate.email == person.email
        assert (grant.delegate_id == delegate.id) == (person.acting_for is None)


def test_an_assistant_acts_for_a_mayor_of_the_same_delegation(demo: Any) -> None:
    grant = demo.scalars(select(RoleGrant).where(RoleGrant.acting_for.is_not(None))).one()
    mayor = demo.get(Delegate, grant.delegate_id)
    assistant = demo.scalars(select(Delegate).where(Delegate.account_id == grant.account_id)).one()
    assert (grant.acting_for, mayor.function) == (mayor.badge_name, "Mayor")
    assert mayor.delegation_id == assistant.delegation_id == grant.delegation_id


def test_the_inbox_has_something_to_ask_of_a_nomination_and_a_second_form(demo: Any) -> None:
    waiting = demo.scalars(select(Registration).where(Registration.state == RegistrationState.SUBMITTED)).all()
    facts = read_review_facts(demo, demo.scalars(select(Event)).one())
    asked = {one.party_name: {flag.kind for flag in blocking_of(one, facts)} for one in waiting}
    assert QuestionKind.COMMITMENT in asked["Sample Harbour (made up)"]
    assert QuestionKind.DUPLICATE in asked["A Battery Maker"]


def test_a_second_loading_is_refused(session: Any) -> None:
    now = datetime(2019, 8, 20, tzinfo=UTC)
    load_demo(session, now=now)
    with pytest.raises(Conflict, match="bridge-2019"):
        load_demo(session, now=now)


@pytest.mark.parametrize("now", [datetime(2019, 8, 20, tzinfo=UTC), datetime(2031, 1, 5, tzinfo=UTC)])
def test_registration_and_wishes_are_open_whenever_it_is_loaded(session: Any, now: datetime) -> None:
    event = load_demo(session, now=now).event
    assert event.registration_opens_at < now + timedelta(days=7) < event.registration_closes_at
    assert event.wishes_open_at < now + timedelta(days=7) < event.wishes_close_at
    assert event.starts_on.isoformat() == "2019-09-03"


def test_the_list_of_countries_is_read_once(session: Any) -> None:
    assert ensure_country_list(session).id == ensure_country_list(session).id
    assert count(session, CountryClassification) == 1
