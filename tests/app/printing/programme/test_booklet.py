"""The programme booklet of a release: cover, days, rooms, sessions with people, index, in six languages."""

import io
import re
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from app.delegations.models import Delegate
from app.events.models import Event
from app.platform import i18n
from app.printing.programme.booklet import booklet_of
from app.printing.programme.values import programme_of

LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")


def _pages(client: Any, cast: Any, query: str = "") -> list[str]:
    answer = client.get(f"/e/{cast.event.slug}/programme.pdf{query}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(answer.content)).pages]


def test_there_is_none_before_a_release(client: Any, cast: Any) -> None:
    assert client.get(f"/e/{cast.event.slug}/programme.pdf").status_code == 404


def test_a_visitor_reads_cover_contents_days_rooms_and_index(client: Any, cast: Any, agenda: Any) -> None:
    client.cookies.clear()
    cover, contents, *rest = _pages(client, cast)
    assert cast.event.name in cover
    assert "Release 1, One" in cover
    for said in ("Tuesday 3 September", "Wednesday 4 September", "Rooms", "Index of people", "=SUM of waste"):
        assert said in contents
    whole = " ".join(rest)
    for said in (
        "Opening, with “quotes” & <marks>",
        "Session of a partnership",
        "09:00",
        "10:15",
        "Nothing is planned on this day.",
    ):
        assert said in whole
    assert "Secret" not in whole
    assert "hidden" not in whole


def test_who_agreed_stands_on_the_session_and_in_the_index_with_the_page(client: Any, cast: Any, agenda: Any) -> None:
    with client.app.state.database.reading() as session:
        named, other = (session.get_one(Delegate, cast.people[number]).badge_name for number in (0, 1))
    pages = _pages(client, cast)
    with_session = next(number for number, text in enumerate(pages, start=1) if "Opening, with" in text and number > 2)
    index = pages[-1]
    assert named in pages[with_session - 1]
    assert re.search(rf"{re.escape(named)} {with_session}\b", index)
    assert not any(other in page for page in pages)


def test_the_contents_lead_to_the_right_pages(client: Any, cast: Any, agenda: Any) -> None:
    pages = _pages(client, cast)
    for title in ("Tuesday 3 September", "Wednesday 4 September", "Rooms"):
        number = int(re.search(rf"{title}[ .]*?(\d+)", pages[1])[1])
        assert pages[number - 1].startswith(title)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_ours_is_in_the_language(client: Any, cast: Any, agenda: Any, language: str) -> None:
    with client.app.state.database.reading() as session:
        programme = programme_of(session, session.scalars(select(Event)).one(), base_url="http://x.example")
        with i18n.speaking("en"):
            english = booklet_of(programme)["words"]
        with i18n.speaking(language):
            spoken = booklet_of(programme)
    assert spoken["lang"] == language
    assert spoken["rtl"] is (language == "ar")
    same = {"fr": {"page"}}.get(language, set())
    if language != "en":
        assert not {word for key, word in spoken["words"].items() if word == english[key]} - same
    page = " ".join(_pages(client, cast, f"?lang={language}"))
    if language not in ("ar",):
        assert spoken["words"]["contents"] in page


def test_the_same_release_gives_the_same_bytes_also_to_who_signed_in(
    client: Any, cast: Any, agenda: Any, sign_in: Any
) -> None:
    path = f"/e/{cast.event.slug}/programme.pdf"
    client.cookies.clear()
    once = client.get(path).content
    assert client.get(path).content == once
    sign_in("organiser", event_id=cast.event.id)
    assert client.get(path).content == once
    agenda(move=30)
    assert client.get(path).content != once


def test_pages_lead_to_the_booklet(client: Any, cast: Any, agenda: Any, sign_in: Any) -> None:
    assert f'href="/e/{cast.event.slug}/programme.pdf"' in client.get(f"/e/{cast.event.slug}/agenda").text
    sign_in("desk", event_id=cast.event.id)
    room = client.get(f"/e/{cast.event.slug}/manage/print").text
    for language in LANGUAGES:
        assert f'href="/e/{cast.event.slug}/programme.pdf?lang={language}"' in room
