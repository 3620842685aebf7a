"""PRT-01: one personal schedule on two pages at most; the page on a telephone says the same rows from the same values."""

import dataclasses
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from lxml import html
from pypdf import PdfReader
from sqlalchemy import select

from app.agenda.enums import Part
from app.delegations.models import Delegate
from app.events.models import Resource
from app.platform.audit import ReadLog
from app.platform.i18n import speaking
from app.printing import words
from app.printing.itinerary import DayOfItems, Itinerary
from app.printing.queries import itineraries_of_event, itinerary_of_person, personal_itineraries_of_event
from app.printing.service import live_address, preview
from app.printing.sheets import Edition, Sheet, code_of, rows_of, sheet_of

LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")
LIVE = "https://bridge.example"


def _sheet(press: Any, itinerary: Itinerary) -> Sheet:
    address = live_address(LIVE, press.event, itinerary)
    return sheet_of(press.event, itinerary, Edition(number=2, printed_at=press.now, before=None, live_address=address))


def _pages(press: Any, itinerary: Itinerary) -> list[str]:
    pdf = preview(press.session, event=press.event, itinerary=itinerary, live_address=LIVE, now=press.now)
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def _busiest(press: Any, *, locale: str = "en") -> Itinerary:
    found = personal_itineraries_of_event(press.session, press.event)
    return dataclasses.replace(max(found, key=lambda one: len(one.items)), locale=locale)


def _of_fifteen(itinerary: Itinerary) -> Itinerary:
    """The same person with fifteen appointments on two days, in the longest words that there are."""
    longest = sorted(itinerary.items, key=lambda item: -len(item.counterpart or item.detail or item.title))
    items = [
        dataclasses.replace(
            longest[number % 4], uid=f"{number}", starts_at=longest[0].starts_at + timedelta(days=number // 8)
        )
        for number in range(15)
    ]
    first, second = items[:8], items[8:]
    days = [DayOfItems(on=part[0].starts_at.date(), items=tuple(part)) for part in (first, second)]
    return dataclasses.replace(itinerary, days=tuple(days))


@pytest.mark.parametrize("language", LANGUAGES)
def test_prt_01_fifteen_items_fit_on_two_pages(released: Any, language: str) -> None:
    itinerary = _of_fifteen(_busiest(released, locale=language))
    assert len(itinerary.items) == 15
    assert len(_pages(released, itinerary)) <= 2


def test_prt_01_a_page_more_is_seen(released: Any) -> None:
    """The control: three times as many do not fit, so the count of pages counts something."""
    itinerary = _of_fifteen(_busiest(released))
    days = tuple(dataclasses.replace(day, items=day.items * 3) for day in itinerary.days)
    assert len(_pages(released, dataclasses.replace(itinerary, days=days))) > 2


def test_prt_01_name_delegation_version_and_contact_stand_on_top(released: Any) -> None:
    itinerary = dataclasses.replace(_busiest(released), liaison_name="Liaison 20", liaison_phone="+43 1 555 01 20")
    sheet, page = _sheet(released, itinerary), _pages(released, itinerary)[0]
    assert sheet["version"] == "Release 1, sheet 2"
    assert sheet["qr"] == code_of(f"{LIVE}/e/{released.event.slug}/people/{itinerary.delegate_id}/schedule")
    head = page[: page.index("From, to")]
    for said in (
        itinerary.name,
        f"Delegation: {itinerary.delegation_name}.",
        "Liaison 20",
        "+43 1 555 01 20",
        "printed ",
    ):
        assert said in head
    assert f"Release {itinerary.release_number}, preview" in head


def test_prt_01_a_meeting_says_table_counterpart_and_who_comes_along(released: Any) -> None:
    seen = 0
    for itinerary in personal_itineraries_of_event(released.session, released.event):
        me = released.session.get_one(Delegate, itinerary.delegate_id)
        for item in itinerary.items:
            if item.kind != "meeting":
                continue
            note = words.note_words(item, zone=released.event.timezone, itinerary=itinerary)
            assert item.table_number
            assert item.counterpart
            assert item.counterpart in note
            assert itinerary.delegation_name not in item.title or "," in item.title, "the other side, not one's own"
            if item.companions:
                assert f"together with {item.companions}" in note
                assert me.badge_name not in item.companions
                seen += 1
    assert seen, "somebody goes with a colleague"


def test_prt_01_a_session_says_part_and_channel(released: Any) -> None:
    released.session.scalars(select(Resource).where(Resource.language == "zh")).one().channel = 5
    released.session.flush()
    for itinerary in personal_itineraries_of_event(released.session, released.event):
        for item in itinerary.items:
            if item.kind == "session" and "zh" in item.languages and item.part:
                row = next(
                    row
                    for day in _sheet(released, dataclasses.replace(itinerary, locale="en"))["days"]
                    for row in day["items"]
                    if row["title"] == item.title
                )
                assert "Chinese 5" in row["languages"]
                assert words.own_part_words(item.part, item.speaking_minutes) in row["note"]
                return
    pytest.fail("nobody is on a session in Chinese")


def _cells(page: str) -> list[tuple[str, ...]]:
    """The rows of a page, each cell as text; the tag of an illustrative time and what is not printed are the page's own."""
    tree = html.fromstring(page)
    for link in tree.find_class("no-print"):
        link.drop_tree()
    rows = tree.xpath("//table[.//time]//tbody/tr")
    return [tuple(" ".join(cell.text_content().split()) for cell in row.xpath("th|td")) for row in rows]


def _expected(sheet: Sheet) -> list[tuple[str, ...]]:
    rows = [row for day in sheet["days"] for row in day["items"]]
    return [
        (
            f"{row['start']} {row['until']}",
            f"{row['title']}{row['note']}",
            f"{row['place']}{', table ' + str(row['table']) if row['table'] else ''}{row['where']}",
            row["languages"],
        )
        for row in rows
    ]


def test_prt_01_page_and_paper_say_the_same_rows(client: Any, released: Any, sign_in: Any) -> None:
    found = personal_itineraries_of_event(released.session, released.event)
    chosen = sorted(found, key=lambda one: -len(one.items))[:6]
    expected = {one.delegate_id: _expected(_sheet(released, dataclasses.replace(one, locale="en"))) for one in chosen}
    slug, event_id = released.event.slug, released.event.id
    released.session.commit()
    sign_in("organiser", event_id=event_id)
    for delegate_id, rows in expected.items():
        page = client.get(f"/e/{slug}/people/{delegate_id}/schedule")
        assert page.status_code == 200
        shown = [
            tuple(cell.replace(" time illustrative", "").replace("time illustrative", "") for cell in row)
            for row in _cells(page.text)
        ]
        assert rows
        assert [tuple(cell.replace(" ", "") for cell in row) for row in shown] == [
            tuple(cell.replace(" ", "") for cell in row) for row in rows
        ]


def test_prt_01_the_code_opens_the_page_for_whom_it_is_for(client: Any, released: Any, sign_in: Any) -> None:
    found = personal_itineraries_of_event(released.session, released.event)
    mine = found[0]
    other = next(one for one in found if one.delegation_id != mine.delegation_id)
    slug, event_id = released.event.slug, released.event.id
    released.session.commit()
    own, theirs = (f"/e/{slug}/people/{one.delegate_id}/schedule" for one in (mine, other))
    client.cookies.clear()
    assert "/sign-in" in client.get(own, follow_redirects=False).headers["location"]
    sign_in("delegate", event_id=event_id, delegation_id=mine.delegation_id, delegate_id=mine.delegate_id)
    assert client.get(own).status_code == 200
    assert f'href="{own}.pdf"' in client.get(own).text
    assert client.get(theirs).status_code == 404
    sign_in("focal_point", event_id=event_id, delegation_id=mine.delegation_id)
    assert client.get(own).status_code == 200
    assert client.get(theirs).status_code == 404


def test_a_look_at_the_page_of_a_protected_person_is_noted(client: Any, released: Any, sign_in: Any) -> None:
    person = released.session.scalars(select(Delegate).where(Delegate.is_protected.is_(True))).first()
    person_id, slug, event_id = person.id, released.event.slug, released.event.id
    assert itinerary_of_person(released.session, released.event, person).is_protected
    released.session.commit()
    sign_in("desk", event_id=event_id)
    client.get(f"/e/{slug}/people/{person_id}/schedule")
    with client.app.state.database.reading() as session:
        noted = session.scalars(select(ReadLog).where(ReadLog.entity_id == str(person_id))).all()
        assert any(one.action == "movements.page" for one in noted)


def test_a_schedule_says_who_does_what(released: Any) -> None:
    """To the reader of an own schedule, by name on that of a delegation; nothing reads as if the room spoke."""
    own = [row["note"] for itinerary in personal_itineraries_of_event(released.session, released.event)
           for row in rows_of(released.event, itinerary).values()]  # fmt: skip
    assert any(note.startswith("You speak 8 minutes") for note in own)
    assert not [note for note in own if note.startswith(("speaks", "moderates", "on the panel"))]
    named = 0
    for itinerary in itineraries_of_event(released.session, released.event):
        rows = rows_of(released.event, itinerary)
        for item in itinerary.items:
            note = rows[item.uid]["note"]
            if list(item.parts.values()) == [Part.SPEAKER]:
                assert note.startswith(f"{itinerary.traveller(item.goes[0]).name} speaks")
                named += 1
            elif Part.SPEAKER in item.parts.values():
                who = [itinerary.traveller(one).letter for one in item.goes if item.parts[one] == Part.SPEAKER]
                assert re.search(rf"speaks[^·]* \({', '.join(who)}\)", note), note
    assert named > 2


@pytest.mark.parametrize(
    ("locale", "name", "said"),
    [
        ("en", "A battery maker", "Meeting with a battery maker"),
        ("en", "Shenzhen", "Meeting with Shenzhen"),
        ("en", "A", "Meeting with A"),
        ("fr", "A battery maker", "“A battery maker”"),
    ],
)
def test_a_name_with_an_article_stands_inside_a_sentence(released: Any, locale: str, name: str, said: str) -> None:
    meeting = next(
        item
        for itinerary in personal_itineraries_of_event(released.session, released.event)
        for item in itinerary.items
        if item.kind == "meeting"
    )
    with speaking(locale):
        assert words.title_words(dataclasses.replace(meeting, title=name)).endswith(said)
