"""A calendar is told each change once, with a rising number, and of nothing twice (PRT-07)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import vobject
from icalendar import Calendar
from sqlalchemy import func, select

from app.delegations.models import Delegate
from app.meetings.queries import meetings_of
from app.printing.feeds import calendar_of, told_now
from app.printing.itinerary import DayOfItems, Item, Itinerary, Traveller, letters_for
from app.printing.models import CalendarEntry, CalendarLink
from app.printing.queries.items import item_of_meeting
from app.visits.enums import VisitKind, VisitState
from app.visits.models import Visit, VisitMember

NOW = datetime(2019, 8, 20, 7, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def _item(**changes: Any) -> Item:
    values = {
        "uid": "meeting-7@test-event",
        "kind": "meeting",
        "subkind": "meeting",
        "starts_at": datetime(2019, 9, 3, 8, 50, tzinfo=UTC),
        "ends_at": datetime(2019, 9, 3, 9, 10, tzinfo=UTC),
        "leave_at": None,
        "is_time_known": True,
        "title": "Phnom Penh",
        "titles": {},
        "part": None,
        "speaking_minutes": None,
        "detail": "waste",
        "place": "Hall",
        "floor": None,
        "site": "Building C",
        "table_number": 12,
        "languages": (),
        "channels": {},
        "counterpart": None,
        "companions": None,
        "greeter": None,
        "goes": (1,),
        "parts": {},
        "state": "held",
        "sequence": 2,
        "is_illustrative": True,
        "page": None,
    }
    return Item(**{**values, **changes})


def _itinerary(*items: Item, is_protected: bool = False) -> Itinerary:
    head = Traveller(
        delegate_id=1, letter="H", is_head=True, name="Mayor", native_name=None, native_language=None, function=None,
        is_protected=is_protected,
    )  # fmt: skip
    return Itinerary(
        event_id=1,
        delegation_id=1,
        delegation_code="shenzhen",
        delegation_name="Shenzhen",
        delegate_id=None,
        name="Shenzhen",
        native_name="深圳市代表团",
        native_language="zh",
        locale="en",
        travellers=(head,),
        days=(DayOfItems(on=date(2019, 9, 3), items=items),),
        partnerships=(),
        liaison_name=None,
        liaison_phone=None,
        out_of_hours_phone=None,
        release_number=1,
    )


def _calendar(event: Any, told: Any, *, shows_guarded: bool = True) -> bytes:
    return calendar_of(event, name="Shenzhen", locale="en", items=told, shows_guarded=shows_guarded)


def _one(content: bytes) -> Any:
    (entry,) = Calendar.from_ical(content).walk("VEVENT")
    return entry


def test_prt_07_a_calendar_read_back_says_the_same_with_the_whole_time_zone(event: Any) -> None:
    """T56."""
    content = _calendar(event, told_now(event, _itinerary(_item()), {}, now=NOW))
    entry = _one(content)
    assert entry["UID"] == "meeting-7@test-event"
    assert entry["STATUS"] == "CONFIRMED"
    assert entry["SUMMARY"] == "Meeting with Phnom Penh"
    assert "table 12" in entry["LOCATION"]
    assert entry.decoded("LAST-MODIFIED") == NOW
    start = entry.decoded("DTSTART")
    assert start.utcoffset() == timedelta(hours=2)
    assert start.astimezone(UTC) == datetime(2019, 9, 3, 8, 50, tzinfo=UTC)
    (zone,) = Calendar.from_ical(content).walk("VTIMEZONE")
    assert zone["TZID"] == "Europe/Vienna" == entry["DTSTART"].params["TZID"]
    parts = {part.name: (part["TZOFFSETFROM"].td, part["TZOFFSETTO"].td) for part in zone.subcomponents}
    one, two = timedelta(hours=1), timedelta(hours=2)
    assert parts["DAYLIGHT"] == (one, two)
    assert parts["STANDARD"] == (two, one)


def test_prt_07_a_move_raises_the_number_and_what_is_gone_is_cancelled(event: Any) -> None:
    first = told_now(event, _itinerary(_item()), {}, now=NOW)
    kept = {one.uid: one for one in first}
    assert told_now(event, _itinerary(_item()), kept, now=LATER) == first, "nothing differs, nothing is told anew"
    moved_item = _item(starts_at=_item().starts_at + timedelta(minutes=15))
    moved = told_now(event, _itinerary(moved_item), kept, now=LATER)
    entry = _one(_calendar(event, moved))
    assert (entry["UID"], entry["SEQUENCE"], entry["STATUS"]) == ("meeting-7@test-event", 1, "CONFIRMED")
    assert entry.decoded("LAST-MODIFIED") == LATER
    gone = told_now(event, _itinerary(), {one.uid: one for one in moved}, now=LATER)
    entry = _one(_calendar(event, gone))
    assert (entry["UID"], entry["SEQUENCE"], entry["STATUS"]) == ("meeting-7@test-event", 2, "CANCELLED")
    back = told_now(event, _itinerary(_item()), {one.uid: one for one in gone}, now=LATER)
    entry = _one(_calendar(event, back))
    assert (entry["SEQUENCE"], entry["STATUS"]) == (3, "CONFIRMED")


def test_prt_07_what_a_protected_person_does_is_told_in_general_words_unless_asked_for(event: Any) -> None:
    told = told_now(event, _itinerary(_item(), is_protected=True), {}, now=NOW)
    hidden = _calendar(event, told, shows_guarded=False)
    entry = _one(hidden)
    assert entry["SUMMARY"] == "Appointment"
    for secret in (b"Phnom", b"Hall", b"waste", b"table"):
        assert secret not in hidden
    assert _one(_calendar(event, told))["SUMMARY"] == "Meeting with Phnom Penh"
    open_day = replace(_item(), uid="other@test-event", goes=(2,))
    told = told_now(event, _itinerary(open_day, is_protected=True), {}, now=NOW)
    assert _one(_calendar(event, told, shows_guarded=False))["SUMMARY"] == "Meeting with Phnom Penh"


def test_prt_07_what_one_does_beside_a_protected_person_is_told_in_general_words_too(event: Any) -> None:
    """The calendar of somebody else must not say where a protected person is, nor whom they meet."""
    item = _item(is_beside_protected=True, counterpart="H.E. Mayor of Phnom Penh", companions="Deputy Mayor")
    told = told_now(event, _itinerary(item), {}, now=NOW)
    hidden = _calendar(event, told, shows_guarded=False)
    assert _one(hidden)["SUMMARY"] == "Appointment"
    for secret in (b"Mayor", b"Phnom", b"Hall", b"waste", b"table"):
        assert secret not in hidden
    assert _one(_calendar(event, told))["SUMMARY"] == "Meeting with Phnom Penh"


@pytest.mark.parametrize("side", ["other", "own"])
def test_prt_07_a_meeting_with_a_protected_person_is_known_as_one(released: Any, side: str) -> None:
    """PRT-07: of the partners and of the colleagues who are not on the sheet alike."""
    meetings = meetings_of(released.session, released.event.id)
    meeting = next(one for one in meetings if len(one.wish.people) == 2)
    reader, other = (one.delegate for one in meeting.wish.people)
    if side == "own":
        other.delegation_id = reader.delegation_id
    assert not item_of_meeting(released.event, meeting, {reader.id}).is_beside_protected or other.is_protected
    other.is_protected = True
    assert item_of_meeting(released.event, meeting, {reader.id}).is_beside_protected
    assert not item_of_meeting(released.event, meeting, {reader.id, other.id}).is_beside_protected


def test_each_traveller_has_a_letter_of_their_own() -> None:
    assert letters_for(["Head", "Director", "Driver", "Head of press"]) == ("H", "D", "R", "E")
    many = letters_for(["Адмирал"] * 30)
    assert len(set(many)) == 30


@pytest.fixture
def visit(cast: Any, database: Any) -> int:
    with database.writing() as session:
        made = Visit(
            event_id=cast.event.id,
            delegation_id=cast.delegations[0],
            kind=VisitKind.BILATERAL,
            title="Water board",
            starts_at=datetime(2019, 9, 3, 8, tzinfo=UTC),
            ends_at=datetime(2019, 9, 3, 9, tzinfo=UTC),
            place="City Hall",
            state=VisitState.CONFIRMED,
            members=[VisitMember(delegate_id=cast.heads[0])],
        )
        session.add(made)
        session.flush()
        return made.id


def _link_of(page: str) -> str:
    start = page.index("http://", page.index('id="new-address"'))
    return page[start : page.index('"', start)]


def _delegate(sign_in: Any, cast: Any) -> None:
    sign_in("delegate", event_id=cast.event.id, delegation_id=cast.delegations[0], delegate_id=cast.heads[0])


def _poll(client: Any, link: str) -> Any:
    client.cookies.clear()
    return client.get("/" + link.split("/", 3)[3])


def _read(store: dict[str, tuple[int, str, str]], content: bytes) -> None:
    """An independent reader with the memory of a calendar: newer numbers replace, cancelled ones take out."""
    for entry in vobject.readOne(content.decode()).vevent_list:
        number = int(entry.sequence.value)
        if entry.uid.value in store and store[entry.uid.value][0] > number:
            continue
        store[entry.uid.value] = (number, entry.summary.value, entry.status.value)


def test_prt_07_two_polls_give_no_duplicate_in_an_independent_parser(
    client: Any, sign_in: Any, cast: Any, visit: int, database: Any, clock: Any
) -> None:
    _delegate(sign_in, cast)
    page = client.post(f"/e/{cast.event.slug}/my/calendar", data={"do": "make"})
    link, store = _link_of(page.text), dict[str, tuple[int, str, str]]()
    first = _poll(client, link)
    assert first.headers["content-type"].startswith("text/calendar")
    _read(store, first.content)
    assert store == {f"visit-{visit}@{cast.event.slug}": (0, "Water board", "CONFIRMED")}
    clock.advance(timedelta(hours=1))
    assert _poll(client, link).content == first.content, "the same bytes while nothing changes"
    with database.writing() as session:
        session.get_one(Visit, visit).starts_at += timedelta(minutes=30)
    moved = _poll(client, link)
    _read(store, moved.content)
    assert store == {f"visit-{visit}@{cast.event.slug}": (1, "Water board", "CONFIRMED")}
    with database.writing() as session:
        session.execute(VisitMember.__table__.delete())
    for _ in range(2):
        _read(store, _poll(client, link).content)
    assert store == {f"visit-{visit}@{cast.event.slug}": (2, "Water board", "CANCELLED")}
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(CalendarEntry)) == 1


def test_prt_07_a_link_is_kept_as_a_digest_revoked_and_ends_after_the_event(
    client: Any, sign_in: Any, cast: Any, database: Any, visit: int
) -> None:
    """T12."""
    address = f"/e/{cast.event.slug}/my/calendar"
    _delegate(sign_in, cast)
    page = client.post(address, data={"do": "make"})
    assert page.headers["cache-control"] == "private, no-store"
    first = _link_of(page.text)
    token = first.rsplit("/", 1)[1].removesuffix(".ics")
    with database.reading() as session:
        row = session.scalars(select(CalendarLink)).one()
        assert token not in repr({column.name: getattr(row, column.name) for column in row.__table__.columns})
        assert row.expires_at.date() == cast.event.ends_on + timedelta(days=7)
    again = client.get(address)
    assert again.status_code == 200
    assert "is in use" in again.text
    assert token not in again.text, "shown once"
    second = _link_of(client.post(address, data={"do": "make"}).text)
    assert _poll(client, first).status_code == 410, "a new link ends the old one"
    assert _poll(client, second).status_code == 200
    _delegate(sign_in, cast)
    assert client.post(address, data={"do": "revoke"}, follow_redirects=False).status_code == 303
    assert _poll(client, second).status_code == 410
    _delegate(sign_in, cast)
    third = _link_of(client.post(address, data={"do": "make"}).text)
    with database.writing() as session:
        session.scalars(select(CalendarLink).where(CalendarLink.revoked_at.is_(None))).one().expires_at = NOW
    assert _poll(client, third).status_code == 410
    assert client.get(f"/e/{cast.event.slug}/calendar/nonsense.ics").status_code == 404


def test_prt_07_a_focal_point_links_the_delegation_and_its_members_and_no_other(
    client: Any, sign_in: Any, cast: Any, visit: int, database: Any
) -> None:
    with database.writing() as session:
        session.get_one(Delegate, cast.heads[0]).is_protected = True
    sign_in("focal_point", event_id=cast.event.id, delegation_id=cast.delegations[0])
    own = f"/e/{cast.event.slug}/delegations/{cast.delegations[0]}/calendar"
    assert "Show titles" in client.get(own).text
    closed = _link_of(client.post(own, data={"do": "make"}).text)
    assert _poll(client, closed).content.count(b"SUMMARY:Appointment") == 1
    sign_in("focal_point", event_id=cast.event.id, delegation_id=cast.delegations[0])
    shown = _link_of(client.post(own, data={"do": "make", "shows_titles": "yes"}).text)
    assert b"SUMMARY:Water board" in _poll(client, shown).content
    sign_in("focal_point", event_id=cast.event.id, delegation_id=cast.delegations[0])
    head = client.post(f"/e/{cast.event.slug}/people/{cast.heads[0]}/calendar", data={"do": "make"})
    assert b"Mayor of" not in _poll(client, _link_of(head.text)).content, "nor does it say whose days these are"
    sign_in("focal_point", event_id=cast.event.id, delegation_id=cast.delegations[0])
    member = f"/e/{cast.event.slug}/people/{cast.staff[0]}/calendar"
    assert client.post(member, data={"do": "make"}).status_code == 200
    assert client.post(member, data={"do": "give"}).status_code == 422
    for other in (
        f"/e/{cast.event.slug}/delegations/{cast.delegations[1]}/calendar",
        f"/e/{cast.event.slug}/people/{cast.heads[1]}/calendar",
    ):
        assert client.get(other).status_code == 404
        assert client.post(other, data={"do": "make"}).status_code == 404
