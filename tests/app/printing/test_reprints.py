"""The reprint queue holds exactly whose printed content differs from the last sheet (PRT-03)."""

import io
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from app.agenda.models import ReleasedPerson, ReleasedSession
from app.delegations.models import Delegate, Delegation
from app.delegations.queries import delegations_of
from app.events.models import MeetingTable
from app.meetings.models import Meeting
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Refused
from app.printing.models import PrintedSheet, SheetKind
from app.printing.queries import (
    itineraries_of_event,
    itinerary_of_delegation,
    itinerary_of_person,
    personal_itineraries_of_event,
)
from app.printing.reprints import reprint_queue
from app.printing.service import print_sheets
from app.printing.sheets import Edition, sheet_of
from app.visits.enums import VisitKind, VisitState
from app.visits.models import Visit, VisitMember
from app.visits.service import cancel, move

Key = tuple[int, int | None]


def _said(press: Any, itinerary: Any) -> str:
    """Everything that would be set, but which paper it is: what an eye would compare."""
    sheet = sheet_of(press.event, itinerary, Edition(number=1, printed_at=press.now, before=None, live_address=None))
    return repr({name: said for name, said in sheet.items() if name not in ("version", "printed")})


def _one_by_one(press: Any) -> dict[Key, str]:
    """What everybody's sheet says now, each read on its own."""
    press.session.expire_all()
    said: dict[Key, str] = {}
    for delegation in delegations_of(press.session, press.event.id):
        pack = itinerary_of_delegation(press.session, press.event, delegation.id)
        said[delegation.id, None] = _said(press, pack)
        for member in delegation.delegates:
            if member.is_active:
                said[delegation.id, member.id] = _said(press, itinerary_of_person(press.session, press.event, member))
    return said


def _queue(press: Any) -> set[Key]:
    press.session.expire_all()
    queue = reprint_queue(press.session, press.event)
    return {(one.itinerary.delegation_id, one.itinerary.delegate_id) for one in (*queue.delegations, *queue.persons)}


def _print(press: Any, itineraries: list[Any], **more: Any) -> str:
    printed = print_sheets(
        press.session, event=press.event, itineraries=itineraries, base_url=None, actor=press.actor, now=press.now,
        **more,
    )  # fmt: skip
    pages = PdfReader(io.BytesIO(printed.pdf)).pages
    return " ".join("".join(page.extract_text() + "\n" for page in pages).split())


def _everything(press: Any) -> list[Any]:
    return [
        *itineraries_of_event(press.session, press.event),
        *personal_itineraries_of_event(press.session, press.event),
    ]


def _change(press: Any, dice: random.Random) -> None:
    """One random change of something that stands on paper, or of something that does not."""
    session = press.session

    def some(model: Any, *where: Any) -> Any:
        return dice.choice(session.scalars(select(model).where(*where).order_by(*model.__table__.primary_key)).all())

    def visit_time() -> None:
        some(Visit).starts_at += timedelta(minutes=dice.choice((-15, 15)))

    def visit_state() -> None:
        some(Visit).state = dice.choice(list(VisitState))

    def visit_member() -> None:
        session.delete(some(VisitMember))

    def visit_place() -> None:
        some(Visit).place = dice.choice(("Gate 1", "City Hall", "Hall 7"))

    def function() -> None:
        some(Delegate).function = dice.choice(("Adviser", "Deputy", None))

    def phone() -> None:
        some(Delegation).liaison_phone = f"+43 1 {dice.randint(100, 999)}"

    def language() -> None:
        some(Delegation).locale = dice.choice(("en", "fr", "ar", "zh"))

    def own_language() -> None:
        some(Delegate).locale = dice.choice(("en", "ru", None))

    def hotel() -> None:
        some(Delegation).hotel = f"Hotel {dice.randint(1, 9)}"  # not printed

    def diet() -> None:
        some(Delegate).diet = dice.choice(("none", "vegetarian"))  # not printed

    def session_time() -> None:
        placed = some(ReleasedSession)
        placed.starts_at += timedelta(minutes=5)
        placed.ends_at += timedelta(minutes=5)

    def session_part() -> None:
        some(ReleasedPerson).speaking_minutes = dice.choice((5, 10, None))

    def member_gone() -> None:
        some(Delegate, Delegate.is_head.is_(False)).is_active = False

    def meeting_table() -> None:
        some(Meeting).table_id = some(MeetingTable).id

    def meeting_sequence() -> None:
        some(Meeting).sequence += 1  # not printed

    done = [
        visit_time, visit_state, visit_member, visit_place, function, phone, language, own_language, hotel, diet,
        session_time, session_part, member_gone, meeting_table, meeting_sequence,
    ]  # fmt: skip
    dice.choice(done)()
    session.flush()


@pytest.mark.parametrize("changes", [40, pytest.param(100, marks=pytest.mark.long)])
def test_prt_03_the_queue_equals_a_comparison_of_every_sheet_after_random_changes(released: Any, changes: int) -> None:
    press, dice = released, random.Random(7)
    _print(press, _everything(press))
    held = _one_by_one(press)
    assert _queue(press) == set()
    seen = 0
    for number in range(1, changes + 1):
        _change(press, dice)
        if number % 20:
            continue
        now = _one_by_one(press)
        expected = {key for key, said in now.items() if held[key] != said}
        assert _queue(press) == expected, f"after {number} changes"
        seen = max(seen, len(expected))
        if number == 20:
            queue = reprint_queue(press.session, press.event)
            some = [one.itinerary for one in (*queue.delegations, *queue.persons)][: len(queue) // 2]
            _print(press, some)
            for one in some:
                held[one.delegation_id, one.delegate_id] = now[one.delegation_id, one.delegate_id]
    assert 5 < seen < len(held)
    queue = reprint_queue(press.session, press.event)
    _print(press, [one.itinerary for one in (*queue.delegations, *queue.persons)])
    assert _queue(press) == set(), "printing empties it"


def test_prt_03_the_new_sheet_marks_what_moved_what_is_new_and_what_is_gone(press: Any) -> None:
    press.session.get_one(Delegation, press.numbers["shenzhen"]).locale = "en"
    press.session.flush()
    members = [one.delegate_id for one in press.itinerary("shenzhen").travellers]
    made = [
        Visit(
            event_id=press.event.id,
            delegation_id=press.numbers["shenzhen"],
            kind=VisitKind.BILATERAL,
            title=title,
            starts_at=datetime(2019, 9, 3, hour, tzinfo=UTC),
            ends_at=datetime(2019, 9, 3, hour + 1, tzinfo=UTC),
            place="City Hall",
            members=[VisitMember(delegate_id=one) for one in members],
        )
        for hour, title in ((6, "Gone soon"), (8, "Moved soon"), (10, "New soon"))
    ]
    press.session.add_all(made)
    made[2].state = VisitState.CANCELLED
    press.session.flush()
    gone, moved, fresh = "Gone soon", "Moved soon", made[2]
    press.hand_out("shenzhen")
    known = {"event": press.event, "actor": press.actor, "now": press.now}
    visit = press.visit(gone)
    cancel(press.session, visit=visit, version=visit.version, **known)
    visit = press.visit(moved)
    was = visit.starts_at
    move(press.session, visit=visit, version=visit.version, starts_at=was + timedelta(hours=1), **known)
    fresh.state = VisitState.DRAFT
    press.session.flush()
    (waiting,) = reprint_queue(press.session, press.event).delegations
    assert (waiting.changes.moved, waiting.changes.new, waiting.changes.gone) == (1, 1, 1)
    text = _print(press, [press.itinerary("shenzhen")])
    assert "no longer planned" in text
    assert gone in text
    assert "was " in text
    again = _print(press, [press.itinerary("shenzhen")])
    assert gone not in again
    assert "no longer planned" not in again


def test_prt_03_copies_of_a_protected_person_are_counted_and_others_are_not(press: Any) -> None:
    session = press.session
    head = session.scalars(
        select(Delegate).where(Delegate.delegation_id == press.numbers["trieste"], Delegate.is_head.is_(True))
    ).one()
    head.is_protected = True
    session.flush()
    itineraries = personal_itineraries_of_event(session, press.event)
    own = [one for one in itineraries if one.delegate_id == head.id]
    text = _print(press, own, copies=3)
    assert [text.count(f"copy {number} of 3") for number in (1, 2, 3)] == [1, 1, 1]
    other = next(one for one in itineraries if not one.is_protected and one.locale == "en")
    assert "counted" not in _print(press, [other], copies=3)
    sheets = session.scalars(select(PrintedSheet).where(PrintedSheet.kind == SheetKind.PERSON)).all()
    assert {sheet.delegate_id: sheet.copies for sheet in sheets} == {head.id: 3, other.delegate_id: 1}
    with pytest.raises(Refused):
        _print(press, own, copies=0)


def test_prt_03_the_print_room_shows_the_queue_prints_it_and_is_empty_then(
    client: Any, sign_in: Any, cast: Any, database: Any
) -> None:
    sign_in("desk", event_id=cast.event.id)
    address = f"/e/{cast.event.slug}/manage/print"
    for what in ("packs", "persons"):
        answer = client.post(address, data={"what": what})
        assert answer.headers["content-type"] == "application/pdf"
    assert "0 sheets no longer match the plan" in client.get(address).text
    with database.writing() as session:
        session.get_one(Delegate, cast.staff[0]).function = "Adviser"
    page = client.get(address).text
    assert "2 sheets no longer match the plan" in page, "the person's and the delegation's"
    assert "Planner of" in page
    assert "names, members, numbers to call or the plan of the rooms" in page, "what differs is said"
    assert "Print 2" in page
    refused = client.post(address, data={"what": "outdated", "copies": "many"})
    assert refused.status_code == 422
    assert client.post(address, data={"what": "outdated"}).content.startswith(b"%PDF")
    assert "0 sheets no longer match the plan" in client.get(address).text
    assert client.post(address, data={"what": "outdated"}).status_code == 422, "there is nothing left to print"


def test_prt_03_the_home_counts_the_queue_once_for_each_state_of_the_edition(
    client: Any, sign_in: Any, cast: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PRT-03: what the home says is the queue, and a look after which nothing changed reads no itinerary."""
    sign_in("organiser", event_id=cast.event.id)
    home = f"/e/{cast.event.slug}/manage"
    client.post(f"{home}/print", data={"what": "persons"})
    counts: list[int] = []

    def counted(session: Any, event: Any) -> Any:
        queue = reprint_queue(session, event)
        counts.append(len(queue))
        return queue

    monkeypatch.setattr("app.printing.reprints.reprint_queue", counted)
    assert "out of date" not in client.get(home).text
    client.get(home)
    assert counts == [0]
    with client.app.state.database.writing() as session:
        member = session.get_one(Delegate, cast.staff[0])
        member.function = "Adviser"
        record(
            session,
            actor=Actor.system("test"),
            now=clock.now(),
            event_id=cast.event.id,
            action="delegate.changed",
            entity="delegate",
            entity_id=member.id,
            changes={"function": ("Planner", "Adviser")},
        )
    assert "1 printed sheet is out of date" in client.get(home).text
    client.get(home)
    assert counts == [0, 1]
    client.post(f"{home}/print", data={"what": "outdated"})
    assert "out of date" not in client.get(home).text
