"""PRT-08: the public programme as JSON, frab XML valid against its schema, iCal, CSV and XLSX, for everybody."""

import csv
import io
import json
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
import vobject
from icalendar import Calendar
from lxml import etree
from python_calamine import CalamineWorkbook

FILES = ("agenda.json", "schedule.xml", "agenda.ics", "agenda.csv", "agenda.xlsx")
SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("frab_schedule.xsd")))


def _get(client: Any, cast: Any, name: str) -> bytes:
    client.cookies.clear()
    answer = client.get(f"/e/{cast.event.slug}/{name}")
    assert answer.status_code == 200, answer.text
    return bytes(answer.content)


def _entries(content: bytes) -> dict[str, Any]:
    return {str(entry["UID"]): entry for entry in Calendar.from_ical(content).walk("VEVENT")}


@pytest.mark.parametrize("name", FILES)
def test_prt_08_nothing_is_written_before_a_release(client: Any, cast: Any, name: str) -> None:
    assert client.get(f"/e/{cast.event.slug}/{name}").status_code == 404


@pytest.mark.parametrize("name", FILES)
def test_prt_08_a_visitor_reads_every_format_and_no_format_names_who_is_not_public(
    client: Any, cast: Any, agenda: Any, name: str
) -> None:
    content = _get(client, cast, name)
    text = content.decode() if not name.endswith("xlsx") else str(_table(content))
    text = text.replace("\r\n ", "")
    assert "Session of a partnership" in text
    for hidden in ("Secret", "hidden", "secret-with"):
        assert hidden not in text
    if not name.endswith("ics"):
        assert _name_of(client, cast.people[0]) in text, "who agreed is named"
    assert _name_of(client, cast.people[1]) not in text


def _table(content: bytes) -> list[list[Any]]:
    return list(CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python())


def test_prt_08_schedule_xml_is_valid_and_holds_what_the_page_holds(client: Any, cast: Any, agenda: Any) -> None:
    root = etree.fromstring(_get(client, cast, "schedule.xml"))
    SCHEMA.assertValid(root)
    titles = [one.findtext("title") for one in root.iter("event")]
    assert sorted(titles) == ["=SUM of waste", "Opening, with “quotes” & <marks>", "Session of a partnership"]
    opening = next(one for one in root.iter("event") if (one.findtext("title") or "").startswith("Opening"))
    assert (opening.findtext("start"), opening.findtext("duration")) == ("09:00", "01:00")
    assert [one.text for one in opening.iter("person")] == [_name_of(client, cast.people[0])]
    assert client.get(str(opening.findtext("url"))).status_code == 200


def _name_of(client: Any, person: int) -> str:
    from app.delegations.models import Delegate

    with client.app.state.database.reading() as session:
        return str(session.get_one(Delegate, person).badge_name)


@pytest.mark.parametrize(
    ("xpath", "attribute", "wrong"),
    [(".//event", "guid", "no guid"), (".//event", "id", "0"), (".//event/duration", "", "an hour"),
     (".//event/date", "", "2019-09-03T09:00:00"), (".//day", "index", "first"), (".//event/url", "", "mailto:x")],
)  # fmt: skip
def test_the_schema_refuses_what_the_format_refuses(
    client: Any, cast: Any, agenda: Any, xpath: str, attribute: str, wrong: str
) -> None:
    """The control: a file that is wrong in one place is not valid."""
    root = etree.fromstring(_get(client, cast, "schedule.xml"))
    element = root.find(xpath)
    assert element is not None
    if attribute:
        element.set(attribute, wrong)
    else:
        element.text = wrong
    assert not SCHEMA.validate(root)


def test_prt_08_json_says_times_with_their_offset_and_titles_in_all_languages(
    client: Any, cast: Any, agenda: Any
) -> None:
    document = json.loads(_get(client, cast, "agenda.json"))
    workshop = next(one for one in document["sessions"] if one["title"] == "=SUM of waste")
    assert workshop["titles"] == {"fr": "La somme"}
    assert workshop["starts_at"].endswith("T10:15:00+02:00")
    assert workshop["room"] in {room["slug"] for room in document["rooms"]}
    assert (document["release"]["number"], document["event"]["timezone"]) == (1, "Europe/Vienna")


def test_prt_08_tables_hold_the_same_rows_and_calculate_nothing(client: Any, cast: Any, agenda: Any) -> None:
    rows = list(csv.reader(io.StringIO(_get(client, cast, "agenda.csv").decode("utf-8-sig"))))
    sheet = _table(_get(client, cast, "agenda.xlsx"))
    assert len(rows) == len(sheet) == 4
    title = rows[0].index("title")
    assert [row[title].removeprefix("'") for row in rows] == [row[title] for row in sheet]
    assert not any(cell.startswith("=") for row in rows for cell in row)


def test_prt_08_a_calendar_follows_moves_and_what_went(client: Any, cast: Any, agenda: Any, now: Any) -> None:
    """Same identifier, a number that rises with a move, cancelled when it went; two libraries read it."""
    first = _entries(_get(client, cast, "agenda.ics"))
    assert {int(entry["SEQUENCE"]) for entry in first.values()} == {0}
    agenda(move=30, at=now + timedelta(hours=1))
    agenda(drop="=SUM of waste", at=now + timedelta(hours=2))
    content = _get(client, cast, "agenda.ics")
    last = _entries(content)
    assert last.keys() == first.keys()
    workshop = next(uid for uid, entry in first.items() if "waste" in entry["SUMMARY"])
    assert (int(last[workshop]["SEQUENCE"]), str(last[workshop]["STATUS"])) == (2, "CANCELLED")
    moved = last[workshop].decoded("DTSTART") - first[workshop].decoded("DTSTART")
    assert moved == timedelta(minutes=30)
    assert last[workshop].decoded("LAST-MODIFIED") == (now + timedelta(hours=2)).astimezone(UTC)
    assert all(last[uid].to_ical() == first[uid].to_ical() for uid in first if uid != workshop)
    read = vobject.readOne(content.decode())
    assert {one.uid.value for one in read.vevent_list} == set(last)
    assert content == _get(client, cast, "agenda.ics")


def test_the_page_leads_to_every_format(client: Any, cast: Any, agenda: Any) -> None:
    page = client.get(f"/e/{cast.event.slug}/agenda").text
    for name in FILES:
        assert f'href="/e/{cast.event.slug}/{name}"' in page
