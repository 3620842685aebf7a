"""A calendar says what the page says: the same rows, the venue's time zone, identifiers that stay."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from icalendar import Calendar

from app.printing.feeds import calendar_of
from app.printing.itinerary import DayOfItems, Item, Itinerary, letters_for

NOW = datetime(2019, 8, 20, 7, 0, tzinfo=UTC)


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
        "counterpart": None,
        "greeter": None,
        "goes": (1,),
        "parts": {},
        "state": "held",
        "sequence": 2,
        "is_illustrative": True,
        "page": None,
    }
    return Item(**{**values, **changes})


def _itinerary(*items: Item) -> Itinerary:
    return Itinerary(
        event_id=1,
        delegation_id=1,
        delegation_code="shenzhen",
        delegate_id=None,
        name="Shenzhen",
        native_name="深圳市代表团",
        native_language="zh",
        locale="en",
        travellers=(),
        days=(DayOfItems(on=date(2019, 9, 3), items=items),),
        partnerships=(),
        liaison_name=None,
        liaison_phone=None,
        out_of_hours_phone=None,
        release_number=1,
    )


def test_a_calendar_read_back_says_the_same(event: Any) -> None:
    read = Calendar.from_ical(calendar_of(event, _itinerary(_item()), now=NOW))
    (entry,) = read.walk("VEVENT")
    assert entry["UID"] == "meeting-7@test-event"
    assert entry["SEQUENCE"] == 2
    assert entry["STATUS"] == "CONFIRMED"
    assert entry["SUMMARY"] == "Meeting with Phnom Penh"
    assert "table 12" in entry["LOCATION"]
    start = entry.decoded("DTSTART")
    assert start.utcoffset() == timedelta(hours=2)
    assert start.astimezone(UTC) == datetime(2019, 9, 3, 8, 50, tzinfo=UTC)
    assert [zone["TZID"] for zone in read.walk("VTIMEZONE")] == ["Europe/Vienna"]


def test_what_is_cancelled_is_said_so(event: Any) -> None:
    read = Calendar.from_ical(calendar_of(event, _itinerary(_item(state="cancelled")), now=NOW))
    assert read.walk("VEVENT")[0]["STATUS"] == "CANCELLED"


def test_each_traveller_has_a_letter_of_their_own() -> None:
    assert letters_for(["Head", "Director", "Driver", "Head of press"]) == ("H", "D", "R", "E")
    many = letters_for(["Адмирал"] * 30)
    assert len(set(many)) == 30
