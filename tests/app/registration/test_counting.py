"""Registered, approved, accredited and checked in are separate counts, each with its dates."""

from datetime import date, timedelta
from typing import Any

from app.delegations.models import Delegate
from app.delegations.service import accredit, check_in
from app.registration.counting import HeadCounts, counts_by_day, people_counts
from app.registration.enums import RegistrationState
from app.registration.models import Registration


def test_five_counts_are_separate_and_their_days_add_up(session: Any, cast: Any, actor: Any, now: Any) -> None:
    assert people_counts(session, cast.event.id) == HeadCounts(
        invited=0, registered=0, approved=0, accredited=0, checked_in=0
    )
    people = [session.get_one(Delegate, number) for number in cast.heads]
    for number, person in enumerate(people):
        person.invited_at = now
        if number < 3:
            person.registered_at = now + timedelta(days=1)
            person.approved_at = now + timedelta(days=2)
    session.flush()
    for person in people[:2]:
        accredit(session, delegate=person, actor=actor, now=now + timedelta(days=3))
    check_in(session, delegate=people[0], actor=actor, now=now + timedelta(days=14))
    for number, state in enumerate(
        (RegistrationState.SUBMITTED, RegistrationState.WAITING, RegistrationState.REJECTED)
    ):
        session.add(
            Registration(
                event_id=cast.event.id,
                state=state,
                party_name="P",
                contact_name="C",
                contact_email="c@p.example",
                people=5,
                token_digest=f"{number}" * 64,
                started_at=now,
                submitted_at=now + timedelta(days=1),
            )
        )
    session.flush()
    counts = people_counts(session, cast.event.id)
    assert counts == HeadCounts(invited=4, registered=13, approved=3, accredited=2, checked_in=1)
    days = counts_by_day(session, cast.event)
    assert list(days) == sorted(days, reverse=True)
    assert days[date(2019, 8, 21)] == {"registered": 13}
    for name in ("invited", "registered", "approved", "accredited", "checked_in"):
        assert sum(day.get(name, 0) for day in days.values()) == getattr(counts, name)
    people[0].is_active = False
    session.flush()
    assert people_counts(session, cast.event.id) == HeadCounts(
        invited=3, registered=12, approved=2, accredited=1, checked_in=0
    )


def test_the_office_sees_the_counts_and_their_days(client: Any, cast: Any, sign_in: Any, now: Any) -> None:
    with client.app.state.database.writing() as session:
        session.get_one(Delegate, cast.heads[0]).approved_at = now
    sign_in("organiser", event_id=cast.event.id)
    assert f"/e/{cast.event.slug}/manage/counts" in client.get(f"/e/{cast.event.slug}/manage").text
    page = client.get(f"/e/{cast.event.slug}/manage/counts")
    assert page.status_code == 200
    assert 'datetime="2019-08-20"' in page.text
