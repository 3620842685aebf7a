"""Page, paper and calendar say the same rows; names in every script can be read back from the paper."""

import dataclasses
import io
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from markupsafe import escape
from pypdf import PdfReader

from app.printing import words
from app.printing.feeds import calendar_of, told_now
from app.printing.service import preview
from app.printing.sheets import Edition, sheet_of
from app.printing.typesetting import typeset

NAMES = {
    "zh": "深圳市代表团",
    "ru": "Делегация города Алматы",
    "vi": "Đoàn đại biểu Thành phố Đà Nẵng",
    "fr": "Délégation de Saint-Étienne",
    "ar": "وفد مدينة المنامة",
}


def _text(pdf: bytes) -> str:
    return " ".join("".join(page.extract_text() + "\n" for page in PdfReader(io.BytesIO(pdf)).pages).split())


def _pdf(press: Any, itinerary: Any) -> bytes:
    return preview(press.session, event=press.event, itinerary=itinerary, live_address=None, now=press.now)


def test_every_item_stands_on_paper_and_in_the_calendar(press: Any) -> None:
    seen = 0
    for code in press.numbers:
        itinerary = dataclasses.replace(press.itinerary(code), locale="en")
        text = _text(_pdf(press, itinerary))
        told = told_now(press.event, itinerary, {}, now=press.now)
        read = Calendar.from_ical(
            calendar_of(press.event, name=itinerary.name, locale="en", items=told, shows_guarded=True)
        )
        entries = {str(entry["UID"]): entry for entry in read.walk("VEVENT")}
        assert set(entries) == {item.uid for item in itinerary.items}
        for item in itinerary.items:
            entry = entries[item.uid]
            assert str(entry["SUMMARY"]) == words.title_words(item)
            assert entry.decoded("DTSTART").astimezone(UTC) == item.starts_at
            assert entry.decoded("DTEND").astimezone(UTC) == item.ends_at
            for said in (words.title_words(item), words.clock_words(item.starts_at, press.event.timezone), item.place):
                assert said in text, f"{code}: {said!r} is not on paper"
            seen += 1
    assert seen > 10


def test_every_item_stands_on_the_page_and_in_its_calendar(client: Any, demonstration: Any, sign_in: Any) -> None:
    from app.printing.queries import itinerary_of_delegation

    with client.app.state.database.reading() as session:
        event, numbers = demonstration(session)
        found = {code: itinerary_of_delegation(session, event, numbers[code]) for code in ("tehran", "trieste")}
    sign_in("organiser", event_id=event.id)
    for code, itinerary in found.items():
        address = f"/e/{event.slug}/delegations/{numbers[code]}/schedule"
        page = client.get(address)
        assert page.status_code == 200
        calendar = client.get(f"{address}.ics")
        assert calendar.headers["content-type"].startswith("text/calendar")
        uids = {str(entry["UID"]) for entry in Calendar.from_ical(calendar.content).walk("VEVENT")}
        assert uids == {item.uid for item in itinerary.items}
        assert f'href="{address}.ics"' in page.text
        for item in itinerary.items:
            assert str(escape(words.title_words(item))) in page.text
            assert words.clock_words(item.starts_at, event.timezone) in page.text


def test_equal_input_gives_equal_bytes_and_other_input_does_not(press: Any) -> None:
    itinerary = press.itinerary("tehran")
    once = _pdf(press, itinerary)
    assert _pdf(press, itinerary) == once
    assert _pdf(press, dataclasses.replace(itinerary, name="Another")) != once


def test_two_may_look_at_their_paper_at_the_same_time(press: Any) -> None:
    itinerary = press.itinerary("tehran")
    sheet = sheet_of(press.event, itinerary, Edition(number=1, printed_at=press.now, before=None, live_address=None))
    with ThreadPoolExecutor(4) as pool:
        papers = list(pool.map(lambda _: typeset([sheet], title="One", at=press.now), range(8)))
    assert len(set(papers)) == 1


@pytest.mark.parametrize("language", sorted(NAMES))
def test_a_name_in_its_own_script_is_read_back_from_paper(press: Any, tmp_path: Path, language: str) -> None:
    tool = shutil.which("pdftotext")
    if tool is None:
        if os.environ.get("BRIDGE_REQUIRE_BROWSER") == "1":
            pytest.fail("pdftotext is not installed, and this run requires it")
        pytest.skip("pdftotext is not installed")
    name = NAMES[language]
    itinerary = dataclasses.replace(
        press.itinerary("trieste"),
        native_name=name,
        native_language=language,
        locale="ar" if language == "ar" else "en",
    )
    paper = tmp_path / "sheet.pdf"
    paper.write_bytes(_pdf(press, itinerary))
    run = subprocess.run([tool, "-enc", "UTF-8", str(paper), "-"], capture_output=True, check=True, text=True)
    said = " ".join(run.stdout.split())
    if language != "ar":
        assert name in said
        return
    # Tools order the words of a right-to-left line as they please; each word must be whole.
    assert all(word in said for word in name.split()), said
