"""A page that all visitors see alike is made once, and never older than the rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event as listening

from app.agenda.service import release
from app.events.models import Event
from app.platform.audit import record
from app.platform.page_cache import MOST_PAGES, PageCache


@contextmanager
def _counting(database: Any) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    listening.listen(database.read_engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        listening.remove(database.read_engine, "before_cursor_execute", note)


@pytest.fixture
def published(client: Any, cast: Any, placed: Any, actor: Any, now: Any) -> Any:
    with client.app.state.database.writing() as session:
        placed(session, "Opening", (), 0)
        placed(session, "Waste", (), 90)
        release(session, event=session.get_one(Event, cast.event.id), name="One", note=None, actor=actor, now=now)
    return cast


@pytest.mark.parametrize("path", ["", "/agenda", "/cities"])
def test_the_second_visitor_costs_few_questions(client: Any, published: Any, path: str) -> None:
    address = f"/e/{published.event.slug}{path}"
    first = client.get(address)
    with _counting(client.app.state.database) as asked:
        second = client.get(address)
    assert (second.status_code, second.text, second.headers["Vary"]) == (200, first.text, first.headers["Vary"])
    assert second.headers["Cache-Control"] == first.headers["Cache-Control"]
    assert len([one for one in asked if one.lstrip().upper().startswith("SELECT")]) <= 3, asked


def test_a_change_is_seen_at_once(client: Any, published: Any, actor: Any, now: Any) -> None:
    address = f"/e/{published.event.slug}"
    assert "A new name" not in client.get(address).text
    with client.app.state.database.writing() as session:
        event = session.get_one(Event, published.event.id)
        before, event.name = event.name, "A new name"
        record(
            session,
            actor=actor,
            now=now,
            event_id=event.id,
            action="event.renamed",
            entity="event",
            entity_id=event.id,
            changes={"name": (before, event.name)},
        )
    assert "A new name" in client.get(address).text


def test_languages_and_blocks_and_signed_in_people_get_their_own(client: Any, published: Any, sign_in: Any) -> None:
    """T36."""
    address = f"/e/{published.event.slug}/agenda"
    english = client.get(address, headers={"Accept-Language": "en"}).text
    french = client.get(address, headers={"Accept-Language": "fr"}).text
    block = client.get(address, headers={"HX-Request": "true"}).text
    assert len({english, french, block}) == 3
    assert 'lang="fr"' in french
    assert "<html" not in block
    sign_in("organiser", event_id=published.event.id)
    assert client.get(address).text != english
    client.cookies.clear()
    assert client.get(address, headers={"Accept-Language": "en"}).text == english


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    pages = PageCache()
    for number in range(MOST_PAGES):
        pages.keep((number,), b"page")
    pages.find((0,))
    pages.keep((MOST_PAGES,), b"page")
    assert pages.find((0,)) == b"page"
    assert pages.find((1,)) is None
