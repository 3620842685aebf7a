"""What an organiser must do, what leaves the house, and who may read the log."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from app.delegations.models import Delegate
from app.events.models import Event, MeetingSlot, MeetingTable
from app.meetings.service import hold_meeting
from app.office.needs import needs_of
from app.office.overlaps import overlapping_drafts
from app.office.queries import recent_doings
from app.platform.actor import Actor
from app.platform.audit import AuditEntry, record
from app.platform.outbox import MailState, OutboxMail, queue
from app.visits.enums import VisitKind
from app.visits.models import Visit, VisitMember


def _mail(session: Any, cast: Any, now: datetime, *, cause: str, number: int) -> None:
    queue(
        session,
        now=now,
        event_id=cast.event.id,
        cause=cause,
        key=f"{cause} {number}",
        to=f"mayor-{number}@city.example",
        locale="en",
        template="mail/sign_in",
        context={"name": "Mayor", "address": "http://testserver/sign-in", "minutes": 15},
        is_held=True,
    )


@pytest.fixture
def waiting(client: Any, sign_in: Any, cast: Any, now: datetime) -> Callable[[], Any]:
    """An organiser with two held mails of one cause and one of another; ``waiting()`` reads states by cause."""
    with client.app.state.database.writing() as session:
        for number, cause in enumerate(("release 1", "release 1", "release 2")):
            _mail(session, cast, now, cause=cause, number=number)
    sign_in("organiser", event_id=cast.event.id)

    def read() -> list[tuple[str, MailState, str | None]]:
        with client.app.state.database.reading() as session:
            rows = session.scalars(select(OutboxMail).order_by(OutboxMail.id))
            return [(mail.cause, mail.state, mail.reason) for mail in rows]

    return read


def _decide(client: Any, cast: Any, **form: str) -> Any:
    return client.post(f"/e/{cast.event.slug}/manage/outbox", data=form)


def _lines(client: Any) -> list[str]:
    with client.app.state.database.reading() as session:
        return list(session.scalars(select(AuditEntry.action).where(AuditEntry.action.startswith("outbox."))))


def test_sending_lets_the_mails_of_one_cause_go_and_is_logged(client: Any, cast: Any, waiting: Any) -> None:
    assert _decide(client, cast, cause="release 1", action="send").status_code == 303
    assert [state for _, state, _ in waiting()] == [MailState.QUEUED, MailState.QUEUED, MailState.HELD]
    assert _lines(client) == ["outbox.sent"]


@pytest.mark.parametrize("reason", ["", "   "])
def test_dropping_needs_a_reason(client: Any, cast: Any, waiting: Any, reason: str) -> None:
    assert _decide(client, cast, cause="release 1", action="drop", reason=reason).status_code == 422
    assert {state for _, state, _ in waiting()} == {MailState.HELD}
    assert _lines(client) == []


def test_dropping_with_a_reason_is_logged_with_it(client: Any, cast: Any, waiting: Any) -> None:
    assert _decide(client, cast, cause="release 1", action="drop", reason="told by phone").status_code == 303
    assert waiting()[0] == ("release 1", MailState.DROPPED, "told by phone")
    assert waiting()[2][1] is MailState.HELD
    assert _lines(client) == ["outbox.dropped"]


def test_what_was_decided_is_not_decided_again(client: Any, cast: Any, waiting: Any) -> None:
    _decide(client, cast, cause="release 1", action="send")
    _decide(client, cast, cause="release 1", action="drop", reason="too late")
    assert [state for _, state, _ in waiting()] == [MailState.QUEUED, MailState.QUEUED, MailState.HELD]
    assert _lines(client) == ["outbox.sent"]


@pytest.mark.parametrize(("of_event", "of_server"), [(True, True), (True, False), (False, True)])
def test_the_outbox_of_a_demonstration_shows_links_to_sign_in(
    client: Any, sign_in: Any, cast: Any, of_event: bool, of_server: bool
) -> None:
    """Nothing is sent there; anywhere else such a link is its receiver's business alone."""
    with client.app.state.database.writing() as session:
        session.get_one(Event, cast.event.id).is_demonstration = of_event
    sign_in("organiser", event_id=cast.event.id)
    client.post("/sign-in", data={"email": "organiser@test.example"})
    client.app.state.settings = client.app.state.settings.model_copy(update={"demonstration": of_server})
    page = client.get(f"/e/{cast.event.slug}/manage/outbox").text
    assert ("organiser@test.example" in page) == (of_event and of_server)
    assert f'href="/e/{cast.event.slug}/manage/outbox"' in client.get(f"/e/{cast.event.slug}/manage").text


def test_the_outbox_begins_with_the_first_state_that_has_mails(client: Any, cast: Any, waiting: Any) -> None:
    assert "mayor-0@city.example" in client.get(f"/e/{cast.event.slug}/manage/outbox").text
    for cause in ("release 1", "release 2"):
        _decide(client, cast, cause=cause, action="send")
    assert "mayor-0@city.example" in client.get(f"/e/{cast.event.slug}/manage/outbox").text
    assert "mayor-0@city.example" not in client.get(f"/e/{cast.event.slug}/manage/outbox?state=held").text


def test_an_address_of_an_edition_with_a_stroke_at_its_end_leads_to_its_page(client: Any, event: Any) -> None:
    answer = client.get(f"/e/{event.slug}/")
    assert (answer.status_code, answer.headers["location"]) == (308, f"/e/{event.slug}")
    assert client.get("/e/nowhere/").status_code == 404
    assert client.post(f"/e/{event.slug}/").status_code == 405


def test_home_warns_of_a_visit_that_overlaps_what_its_people_do(
    client: Any, sign_in: Any, cast: Any, accepted: Any, actor: Actor, now: datetime, nine: datetime
) -> None:
    with client.app.state.database.writing() as session:
        slot, table = session.scalars(select(MeetingSlot)).first(), session.scalars(select(MeetingTable)).first()
        wish = accepted(session, cast.heads[0], cast.heads[1])
        hold_meeting(session, event=cast.event, wish=wish, slot=slot, table=table, actor=actor, now=now)
        times = {"before": (0, 60), "beside": (70, 75), "also beside": (75, 120)}
        for title, (start, end) in times.items():
            session.add(
                Visit(
                    event_id=cast.event.id, delegation_id=cast.delegations[0], kind=VisitKind.BILATERAL, title=title,
                    place="Lounge", starts_at=nine + timedelta(minutes=start), ends_at=nine + timedelta(minutes=end),
                    members=[VisitMember(delegate_id=cast.heads[0])],
                )
            )  # fmt: skip
    with client.app.state.database.reading() as session:
        found = overlapping_drafts(session, cast.event)
    assert [one.title for one in found] == ["beside", "also beside"]
    sign_in("organiser", event_id=cast.event.id)
    page = client.get(f"/e/{cast.event.slug}/manage").text
    assert "2 visits that are not confirmed overlap something else" in page
    assert "Mayor of Phnom Penh: beside overlaps Phnom Penh · Shenzhen." in page


def test_two_drafts_of_one_person_overlap_each_other(session: Any, cast: Any, nine: datetime) -> None:
    for person, minutes in ((cast.heads[0], 0), (cast.heads[0], 30), (cast.staff[0], 30)):
        session.add(
            Visit(
                event_id=cast.event.id, delegation_id=cast.delegations[0], kind=VisitKind.MEAL, title=f"At {minutes}",
                place="Hotel", starts_at=nine + timedelta(minutes=minutes), ends_at=nine + timedelta(minutes=minutes + 40),
                members=[VisitMember(delegate_id=person)],
            )
        )  # fmt: skip
    session.flush()
    assert [(one.title, one.other) for one in overlapping_drafts(session, cast.event)] == [("At 0", "At 30")]


def test_home_lists_what_needs_doing_and_nothing_else(
    client: Any, sign_in: Any, cast: Any, accepted: Any, placed: Any, now: datetime, nine: datetime
) -> None:
    sign_in("organiser", event_id=cast.event.id)
    address = f"/e/{cast.event.slug}/manage"
    with client.app.state.database.writing() as session:
        session.execute(update(Delegate).values(approved_at=now))
    with client.app.state.database.reading() as session:
        assert needs_of(session, cast.event) == ()
    assert client.get(address).status_code == 200
    with client.app.state.database.writing() as session:
        _mail(session, cast, now, cause="release 1", number=1)
        accepted(session, cast.heads[0], cast.heads[1])
        placed(session, "One", cast.heads[:1], 60)
        session.add(
            Visit(
                event_id=cast.event.id,
                delegation_id=cast.delegations[0],
                kind=VisitKind.MEAL,
                title="Breakfast",
                place="Hotel",
                starts_at=nine,
                ends_at=nine + timedelta(hours=1),
                members=[VisitMember(delegate_id=cast.heads[0])],
            )
        )
    expected = [
        "The agenda is not released yet",
        "1 accepted meeting has no time",
        "1 visit is not confirmed",
        "1 notice waits in the outbox",
    ]
    with client.app.state.database.reading() as session:
        assert [one.title for one in needs_of(session, cast.event)] == expected
    page = client.get(address)
    assert all(title in page.text for title in expected)


def test_the_first_thing_on_the_list_is_what_blocks(client: Any, cast: Any, placed: Any) -> None:
    with client.app.state.database.writing() as session:
        placed(session, "One", cast.heads[:1], 60)
        placed(session, "Same room", (), 60)
    with client.app.state.database.reading() as session:
        first = needs_of(session, cast.event)[0]
    assert first.harm == "danger"
    assert "blocks the release" in first.title or "block the release" in first.title


@pytest.mark.parametrize("role", ["organiser", "desk", "delegate"])
def test_the_log_is_for_administrators_alone(client: Any, sign_in: Any, cast: Any, role: str) -> None:
    more = {"delegation_id": cast.delegations[0], "delegate_id": cast.heads[0]} if role == "delegate" else {}
    sign_in(role, event_id=cast.event.id, **more)
    assert client.get("/admin/log").status_code in {403, 404}


def test_nobody_reads_the_log_unknown(client: Any) -> None:
    answer = client.get("/admin/log")
    assert answer.status_code in {303, 401, 403}
    assert "The chain" not in answer.text


def test_the_log_says_whether_the_chain_holds(client: Any, cast: Any, sign_in: Any, waiting: Any) -> None:
    _decide(client, cast, cause="release 1", action="send")
    sign_in("administrator")
    page = client.get("/admin/log")
    assert page.status_code == 200
    assert "outbox.sent" in page.text
    assert "The chain holds" in page.text
    assert "outbox.sent" not in client.get("/admin/log", params={"what": "nothing.like.this"}).text
    with client.app.state.database.writing() as session:
        if client.app.state.database.is_sqlite:
            for trigger in session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                session.execute(text(f"DROP TRIGGER {trigger}"))
        else:
            session.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER ALL"))
        number = session.scalars(select(AuditEntry.id).where(AuditEntry.action == "outbox.sent")).one()
        session.execute(text("UPDATE audit_entry SET actor = 'Somebody else' WHERE id = :id"), {"id": number})
    assert f"The chain breaks at line {number}" in client.get("/admin/log").text


def test_reg_04_the_home_names_what_waits_about_people(
    client: Any, cast: Any, sign_in: Any, actor: Any, now: Any
) -> None:
    """REG-05, REG-07: each need leads to the list that shows just these rows."""
    import re

    from app.delegations.service import change_person
    from app.registration.forms import DelegationForm, MemberForm
    from app.registration.service import submit

    with client.app.state.database.writing() as session:
        for number, person in enumerate(session.get(Delegate, one) for one in cast.people):
            person.approved_at = now if number else None
        session.flush()
        renamed = session.get(Delegate, cast.heads[1])
        change_person(
            session, event=cast.event, delegate=renamed, changes={"family_name": "Other"}, version=renamed.version,
            actor=actor, now=now,
        )  # fmt: skip
        twin = Delegate(
            event_id=cast.event.id, delegation_id=cast.delegations[3], family_name="X", badge_name="X", approved_at=now,
            email="mayor@gothenburg.example",
        )  # fmt: skip
        session.add(twin)
        for email in ("mayor@essen.example", "new@essen.example"):
            member = MemberForm(family_name=email.partition("@")[0], is_head=True, email=email)
            form = DelegationForm(
                party_kind="city", party_name="Essen", country="DE", contact_name="F", contact_email="f@essen.example",
                members=[member],
            )  # fmt: skip
            submit(session, event=cast.event, form=form, base_url="http://testserver", actor=actor, now=now)
    sign_in("organiser", event_id=cast.event.id)
    base = f"/e/{cast.event.slug}/manage"
    home = client.get(base).text
    for words, path, rows in (
        ("2 registrations wait for a decision", "/registrations?state=submitted", 2),
        ("1 registration looks like people we already have", "/registrations?state=all&amp;flag=duplicate", 1),
        ("1 person waits for approval", "/people?state=new", 1),
        ("1 changed field waits for a look", "/people?state=recheck", 1),
    ):
        assert words in home
        assert f'href="{base}{path}"' in home
        page = client.get(f"{base}{path.replace('&amp;', '&')}").text
        assert len(re.findall(r'<tr id="row-', page)) == rows, words
    assert "1 pair looks like one person" in home


def test_the_home_tells_what_was_done_several_times_once(client: Any, cast: Any, sign_in: Any, now: datetime) -> None:
    with client.app.state.database.writing() as session:
        for number, action in enumerate(("sheet.printed", "sheet.printed", "room.renamed", "sheet.printed")):
            record(
                session,
                actor=Actor(account_id=None, label="Print room"),
                now=now + timedelta(minutes=number),
                event_id=cast.event.id,
                action=action,
                entity="sheet",
                entity_id=number,
                changes={},
            )
    with client.app.state.database.reading() as session:
        newest = recent_doings(session, cast.event.id)[:3]
    assert [(one.action, one.times) for one in newest] == [
        ("sheet.printed", 1),
        ("room.renamed", 1),
        ("sheet.printed", 2),
    ]
    sign_in("organiser", event_id=cast.event.id)
    page = client.get(f"/e/{cast.event.slug}/manage").text
    assert "sheet printed, 2 times" in page
    assert "signed in" not in page
