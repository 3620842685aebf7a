"""A page that all visitors see alike is made once, and never older than the rows."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event as listening
from sqlalchemy import select
from starlette.testclient import TestClient

from app.agenda.models import AgendaSession
from app.agenda.service import cancel_session, release
from app.events.models import Event
from app.main import QUIET, create_app
from app.platform import i18n
from app.platform.actor import Actor
from app.platform.audit import record, record_at_once
from app.platform.database.engine import Database
from app.platform.log_follower import LogFollower
from app.platform.page_cache import MOST_PAGES, Basis, KeptPage, PageCache, is_known, takes_gzip


@contextmanager
def _counting(database: Any) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        # What goes by itself (sweeps of runs and wishes) asks too, and speaks no language.
        if i18n._current.get(None) is not None:
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


def test_a_browser_that_has_it_is_told_so_and_one_that_packs_gets_it_packed(client: Any, published: Any) -> None:
    """ETag and 304, gzip or not, first and later alike; what it varies by is said."""
    address = f"/e/{published.event.slug}/agenda"
    plain = [client.get(address, headers={"Accept-Encoding": "identity"}) for _ in range(2)]
    packed = [client.get(address, headers={"Accept-Encoding": "gzip"}) for _ in range(2)]
    assert {one.headers.get("Content-Encoding") for one in plain} == {None}
    assert {one.headers["Content-Encoding"] for one in packed} == {"gzip"}
    assert len({one.text for one in (*plain, *packed)}) == 1
    assert int(packed[0].headers["Content-Length"]) < int(plain[0].headers["Content-Length"]) / 2
    assert {one.headers["Vary"] for one in (*plain, *packed)} == {
        "HX-Request, Accept-Language, Cookie, Accept-Encoding"
    }
    tag = plain[0].headers["ETag"]
    again = client.get(address, headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert again.headers["Content-Security-Policy"] == plain[0].headers["Content-Security-Policy"]
    french = client.get(address, headers={"If-None-Match": tag, "Accept-Language": "fr"})
    assert french.status_code == 200


def test_a_new_release_and_a_withdrawal_are_seen_at_once(
    client: Any, published: Any, placed: Any, actor: Any, now: Any
) -> None:
    address = f"/e/{published.event.slug}/agenda"
    before = client.get(address)
    with client.app.state.database.writing() as session:
        placed(session, "Water", (), 180)
    assert client.get(address).text == before.text, "a draft is nobody's business"
    with client.app.state.database.writing() as session:
        event = session.get_one(Event, published.event.id)
        release(session, event=event, name="Two", note=None, actor=actor, now=now)
    after = client.get(address, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert "Water" in after.text
    with client.app.state.database.writing() as session:
        event = session.get_one(Event, published.event.id)
        item = session.scalars(select(AgendaSession).where(AgendaSession.title == "Water")).one()
        cancel_session(session, item=item, version=item.version, actor=actor, now=now)
        release(session, event=event, name="Three", note=None, actor=actor, now=now)
    assert "Water" not in client.get(address).text


def test_files_of_the_programme_are_kept_with_what_their_route_says(client: Any, published: Any) -> None:
    address = f"/e/{published.event.slug}/agenda.json"
    first, second = client.get(address), client.get(address)
    assert second.headers["Content-Disposition"] == first.headers["Content-Disposition"] != ""
    assert second.headers["Content-Type"] == first.headers["Content-Type"]
    assert second.json() == first.json()


def test_two_web_processes_see_a_change_of_the_other_at_once(
    client: Any, settings: Any, clock: Any, published: Any, database: Any, actor: Any, now: Any
) -> None:
    """Each keeps pages of its own; both ask the log that they share."""
    other = create_app(settings, clock=clock)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "serve_alone", lambda _self: None)  # on SQLite a second server refuses to start
        with TestClient(other, base_url="http://testserver") as second:
            address = f"/e/{published.event.slug}/agenda"
            assert client.get(address).text == second.get(address).text
            with client.app.state.database.writing() as session:
                event = session.get_one(Event, published.event.id)
                event.name = "A new name"
                record(
                    session, actor=actor, now=now, event_id=event.id, action="event.renamed", entity="event",
                    entity_id=event.id, changes={},
                )  # fmt: skip
            assert "A new name" in second.get(address).text
            assert "A new name" in client.get(address).text


@pytest.mark.parametrize(
    "path", ["", "/agenda", "/agenda/session-0", "/changes", "/cities", "/agenda.json", "/agenda.ics"]
)
def test_pages_for_visitors_read_nothing_that_is_quiet(client: Any, published: Any, path: str) -> None:
    """The control of ``QUIET``: what those lines are about stands in tables that no such page asks."""
    with _counting(client.app.state.database) as asked:
        answer = client.get(f"/e/{published.event.slug}{path}")
    assert answer.status_code == 200, answer.text
    tables = {table for one in asked for table in re.findall(r"(?:FROM|JOIN) (\w+)", one)}
    assert tables, asked
    assert tables & {*QUIET, "wish_person", "run_progress", "substitution", "meeting_settings"} == set()


def test_a_booking_leaves_the_pages_of_visitors_kept(client: Any, published: Any, actor: Any, now: Any) -> None:
    address = f"/e/{published.event.slug}/agenda"
    client.get(address)
    client.get(address)
    with client.app.state.database.writing() as session:
        record(
            session, actor=actor, now=now, event_id=published.event.id, action="meeting.held", entity="meeting",
            entity_id=1, changes={},
        )  # fmt: skip
    with _counting(client.app.state.database) as asked:
        client.get(address)
    assert len([one for one in asked if one.lstrip().upper().startswith("SELECT")]) == 1, asked


def test_a_log_that_nobody_wrote_to_is_not_looked_at_again(client: Any, published: Any) -> None:
    """By the number of changes that SQLite counts; PostgreSQL has none, and is asked each time."""
    address, own = f"/e/{published.event.slug}/agenda", client.app.state.database
    client.get(address)
    client.get(address)
    with _counting(own) as asked:
        client.get(address)
    assert len([one for one in asked if one.lstrip().upper().startswith("SELECT")]) == (0 if own.is_sqlite else 1), (
        asked
    )


def test_many_who_ask_at_once_share_a_look_and_none_is_older_than_its_question(database: Any, event: Any) -> None:
    """Each change is committed before the look that must see it is asked for."""
    follower = LogFollower(database)

    def change(number: int) -> int:
        with database.writing() as session:
            return record_at_once(
                session, actor=Actor.system("test"), now=datetime(2019, 8, 20, tzinfo=UTC), event_id=event.id,
                action="event.renamed", entity="event", entity_id=number, changes={},
            ).id  # fmt: skip

    async def ask(number: int) -> tuple[int, int]:
        line = await asyncio.to_thread(change, number)
        return line, (await follower.look()).of(event.id)

    async def many() -> list[tuple[int, int]]:
        await follower.look()
        return await asyncio.gather(*(ask(number) for number in range(30)))

    seen = asyncio.run(many())
    assert all(line <= look for line, look in seen), seen


@pytest.mark.parametrize(
    ("asked", "known"),
    [(None, False), ('W/"a"', True), ('"a"', True), ('"b", W/"a"', True), ("*", True), ('"b"', False)],
)
def test_tags_are_compared_without_their_strength(asked: str | None, known: bool) -> None:
    assert is_known(asked, 'W/"a"') is known


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [("gzip, br", True), ("", False), ("identity", False), ("gzip;q=0", False), ("br, gzip; q=0.5", True), ("*", True)],
)
def test_who_takes_packed_pages(accepted: str, takes: bool) -> None:
    assert takes_gzip(accepted) is takes


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    page = KeptPage(basis=Basis(event_id=1, as_of=1), tag='W/"a"', headers=(), plain=b"page", packed=None, route=None)
    pages = PageCache()
    for number in range(MOST_PAGES):
        pages.keep((number,), page)
    pages.find((0,))
    pages.keep((MOST_PAGES,), page)
    assert pages.find((0,)) is page
    assert pages.find((1,)) is None
