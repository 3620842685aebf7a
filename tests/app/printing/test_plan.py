"""PRT-01: the plan of the rooms is drawn from the rooms as they stand, fills those of the sheet, and says what is made up."""

import dataclasses
import io
from typing import Any

from pypdf import PdfReader

from app.events.models import Room, Walk
from app.printing.plan import plan_of
from app.printing.service import preview
from app.printing.sheets import Edition, content_of, sheet_of
from app.printing.venue import NOWHERE, PlanRoom, PlanSite, Venue, chain_of, floors_of
from app.printing.words import part_words


def _sheet(press: Any, code: str = "shenzhen") -> dict[str, Any]:
    edition = Edition(number=None, printed_at=press.now, before=None, live_address=None)
    return sheet_of(press.event, dataclasses.replace(press.itinerary(code), locale="en"), edition)


def test_prt_01_every_room_stands_on_the_plan_by_building_and_floor(press: Any) -> None:
    plan = _sheet(press)["plan"]
    drawn = {
        (site["name"], floor["label"], room["name"], room["attested"])
        for site in plan["sites"]
        for floor in site["floors"]
        for room in floor["rooms"]
    }
    assert ("Building C", "4th floor", "Boardroom D", True) in drawn
    assert ("Building C", "ground floor", "Meeting hall", False) in drawn
    assert len(drawn) == 8
    assert [site["name"] for site in plan["sites"]] == ["Gate 1", "Building C", "Building M"]
    assert plan["steps"] == ["3 min", "6 min"]
    assert "Building M – Gate 1: 7 min · Vienna City Hall – Gate 1: 30 min." in plan["note"]
    assert "Dashed: illustrative. The minutes are illustrative." in plan["note"]


def test_prt_01_the_rooms_of_the_sheet_are_filled(released: Any) -> None:
    sheet = _sheet(released)
    assert set(sheet["used"]) == {row["place"] for day in sheet["days"] for row in day["items"]}
    assert "Meeting hall" in sheet["used"]


def test_prt_01_the_plan_stands_on_paper(released: Any) -> None:
    itinerary = dataclasses.replace(released.itinerary("shenzhen"), locale="en")
    pdf = preview(released.session, event=released.event, itinerary=itinerary, live_address=None, now=released.now)
    text = " ".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())
    for said in ("Where the rooms are", "Conference Room II", "7th floor", "3 min", "Not to scale"):
        assert said in text


def test_a_room_that_moves_makes_the_sheet_another_and_what_it_fills_alone_does_not(press: Any) -> None:
    session, before = press.session, content_of(press.event, press.itinerary("shenzhen"))
    assert "used" not in before["head"]
    assert content_of(press.event, press.itinerary("shenzhen")) == before
    session.query(Walk).filter(Walk.minutes == 6).one().minutes = 8
    session.flush()
    assert content_of(press.event, press.itinerary("shenzhen"))["head"] != before["head"]
    session.query(Walk).filter(Walk.minutes == 8).one().minutes = 6
    session.query(Room).filter(Room.slug == "rotunda").one().floor = "2nd floor"
    session.flush()
    assert content_of(press.event, press.itinerary("shenzhen"))["head"] != before["head"]


def _site(number: int, *rooms: PlanRoom, offsite: bool = False) -> PlanSite:
    return PlanSite(id=number, name=f"Site {number}", is_offsite=offsite, rooms=rooms)


def _room(name: str, floor: str | None = None) -> PlanRoom:
    return PlanRoom(name=name, floor=floor, is_attested=True)


def test_whoever_comes_in_walks_from_the_gate_to_the_nearest() -> None:
    sites = (_site(1, _room("a")), _site(2, _room("b")), _site(3), _site(4, offsite=True))
    venue = Venue(sites=sites, minutes={(1, 3): 9, (2, 3): 2, (1, 2): 4})
    assert [site.id for site in chain_of(venue)] == [3, 2, 1]


def test_floors_stand_above_each_other() -> None:
    rooms = [
        _room("a", "ground floor"),
        _room("b", "12th floor"),
        _room("c"),
        _room("d", "4th floor"),
        _room("e", "12th floor"),
    ]
    assert [floor for floor, _rooms in floors_of(rooms)] == ["12th floor", "4th floor", "ground floor", None]


def test_there_is_no_plan_where_nothing_is_entered() -> None:
    assert plan_of(NOWHERE, is_illustrative=False) is None
    assert plan_of(Venue(sites=(_site(1),), minutes={}), is_illustrative=False) is None


def test_many_buildings_are_said_in_words() -> None:
    sites = tuple(_site(number, _room(f"room {number}")) for number in range(1, 7))
    plan = plan_of(Venue(sites=sites, minutes={(1, 2): 5}), is_illustrative=False)
    assert plan is not None
    assert set(plan["steps"]) == {""}
    assert plan["note"].startswith("Site 1 – Site 2: 5 min.")


def test_a_pack_says_who_has_which_part(released: Any) -> None:
    """Where members of a delegation do different things in a session, each part is said with the letters of who has it."""
    seen = 0
    for code in released.numbers:
        itinerary = dataclasses.replace(released.itinerary(code), locale="en")
        letters = {one.delegate_id: one.letter for one in itinerary.travellers}
        rows = {row["title"]: row for day in _sheet(released, code)["days"] for row in day["items"]}
        for item in itinerary.items:
            if len(set(item.parts.values())) < 2:
                continue
            seen += 1
            note = rows[item.title_in("en")]["note"]
            for part in set(item.parts.values()):
                who = ", ".join(letters[one] for one in item.goes if item.parts[one] == part)
                assert f"({who})" in note
                assert part_words(part, None) in note
    assert seen
