"""T04: many answer links at one moment, on a real server, with a look that is always out of date before the write."""

import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import uvicorn
from sqlalchemy import select, text

from app.claims.enums import HoldingKind
from app.events.models import MeetingSlot
from app.main import THREADS, create_app
from app.meetings.enums import Answer
from app.meetings.models import Meeting, MeetingWish
from app.meetings.places import Hall
from app.meetings.queries import meetings_of
from app.meetings.service import wish_meeting
from app.platform.database.writes import Writes
from tests.reliability.together import together

both = pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])


@pytest.fixture
def server(settings: Any, clock: Any) -> Iterator[str]:
    """A server on a free port, in this process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    application = create_app(settings.model_copy(update={"base_url": url}), clock=clock)
    server = uvicorn.Server(uvicorn.Config(application, port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield url
    server.should_exit = True
    thread.join()


@pytest.fixture
def address(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A server where whoever looks whether something is free is always told yes."""
    monkeypatch.setattr(Hall, "is_free", lambda *_: True)
    monkeypatch.setattr(Hall, "is_open", lambda *_: True)
    return server


@pytest.fixture
def links(database: Any, cast: Any, actor: Any, now: Any) -> tuple[str, ...]:
    """Six people wish to meet one person, all in the same slot."""
    with database.writing() as session:
        slot = session.scalars(select(MeetingSlot.id).order_by(MeetingSlot.starts_at)).first()
        asking = [one for one in cast.people if one not in (cast.heads[0], cast.staff[0])]
        return tuple(
            wish_meeting(
                session, event=cast.event, from_id=one, to_id=cast.heads[0], topic=None, message=None, slot_id=slot,
                actor=actor, now=now,
            ).token
            for one in asking
        )  # fmt: skip


def _all_accept(url: str, links: tuple[str, ...], times: int) -> Counter[int]:
    tokens = [token for token in links for _ in range(times)]

    return Counter(together(len(tokens), lambda number: _accept(url, tokens[number]).status_code))


def _accept(url: str, token: str) -> httpx.Response:
    return httpx.post(
        f"{url}/m/{token}", data={"answer": "accepted"}, headers={"Sec-Fetch-Site": "same-origin"}, timeout=30
    )


@both
def test_one_of_many_links_for_one_time_is_accepted(
    database: Any, cast: Any, links: tuple[str, ...], address: str, kind: str
) -> None:
    """T04, T44, MTG-02: each link twice at once; one wish has the time, the others are told and go on waiting."""
    said = _all_accept(address, links, 2)
    assert set(said) == {303, 409}, said
    with database.reading() as session:
        held = meetings_of(session, cast.event.id)
        assert len(held) == 1
        answers = Counter(session.scalars(select(MeetingWish.answer)))
        assert answers == {Answer.ACCEPTED: 1, Answer.PENDING: len(links) - 1}, "who was refused is not half accepted"
        lines = session.scalars(text("SELECT entity_id FROM audit_entry WHERE action = 'meeting.held'")).all()
        assert len(lines) == 1
        kinds = session.execute(text("SELECT kind, count(*) FROM holding GROUP BY kind")).all()
        assert kinds == [(HoldingKind.MEETING.value, 1)]


@both
def test_more_answers_at_once_than_threads_wait_for_their_turn(
    database: Any, cast: Any, links: tuple[str, ...], address: str, kind: str
) -> None:
    """G3: a request holds its connection while it waits for its next thread; nobody else may hold all threads then."""
    began = time.monotonic()
    said = _all_accept(address, links, 5)
    assert set(said) == {303, 409}, said
    assert said.total() == 5 * len(links) > THREADS
    assert time.monotonic() - began < 25, "the pool gives up after 30 seconds, and answers 503"


@pytest.mark.postgres
@pytest.mark.parametrize("lost", ["before the work", "behind the work"])
def test_answers_whose_line_to_postgresql_is_lost_may_be_sent_again(
    database: Any, cast: Any, links: tuple[str, ...], server: str, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    """Three answers share a commit, and the second loses the line: none is stored, and each is told when to come back."""
    do, came, begun = Writes.do, threading.Semaphore(0), []

    async def losing(writes: Writes, work: Any, **more: Any) -> Any:
        def in_turn(session: Any) -> Any:
            begun.append(work)
            if len(begun) == 1:
                assert all(came.acquire(timeout=30) for _ in range(3))
            if len(begun) == 2 and lost == "before the work":
                _end_line_of(session, database)
            result = work(session)
            if len(begun) == 2:
                _end_line_of(session, database)
            return result

        came.release()
        return await do(writes, in_turn, **more)

    monkeypatch.setattr("app.platform.database.writes.BATCH_SECONDS", 60)
    with database.writing() as session:
        slots = session.scalars(select(MeetingSlot.id).order_by(MeetingSlot.starts_at)).all()
        for wish, slot in zip(session.scalars(select(MeetingWish)), slots, strict=True):
            wish.slot_id = slot  # each to a time of its own: none is refused for the sake of another
    with monkeypatch.context() as patched:
        patched.setattr(Writes, "do", losing)
        answers = together(3, lambda number: _accept(server, links[number]))
    told = sorted((one.status_code, one.headers.get("retry-after")) for one in answers)
    assert told == ([(503, "5")] * 3 if lost == "behind the work" else [(303, None), (503, "5"), (503, "5")])
    with database.reading() as session:
        assert len(meetings_of(session, cast.event.id)) == told.count((303, None))
    assert [_accept(server, link).status_code for link in links[3:]] == [303] * 3, "the next ones find another line"


def _end_line_of(session: Any, database: Any) -> None:
    own = session.scalar(text("SELECT pg_backend_pid()"))
    with database.engine.connect() as another:
        assert another.scalar(text("SELECT pg_terminate_backend(:own, 10000)"), {"own": own})


@both
def test_without_the_key_the_same_links_book_one_person_many_times(
    database: Any, cast: Any, links: tuple[str, ...], address: str, drop_key: Any, kind: str
) -> None:
    """T02 over HTTP: the control of the test above."""
    drop_key(database)
    assert _all_accept(address, links, 1) == {303: len(links)}
    with database.reading() as session:
        assert len(session.scalars(select(Meeting)).all()) == len(links)


@both
def test_the_log_of_a_race_is_a_serial_history(hall: Any, race: Callable[..., Any], kind: str) -> None:
    """T05: read line by line, no person and no table is ever held by two meetings."""
    race(attempts=12, seed=5)
    with hall.database.reading() as session:
        rows = session.execute(
            text(
                "SELECT e.entity_id, e.action, v.after FROM audit_entry e LEFT JOIN audit_value v"
                " ON v.entry_id = e.id AND v.field = 'place' WHERE e.entity = 'meeting' ORDER BY e.id"
            )
        ).all()
        people = {
            meeting.id: {person.delegate_id for person in meeting.wish.people}
            for meeting in session.scalars(select(Meeting).options(*_with_people()))
        }
    assert len(rows) > 20
    where: dict[int, tuple[int, int]] = {}
    for meeting_id, action, after in rows:
        where.pop(int(meeting_id), None)
        if action == "meeting.cancelled":
            continue
        slot, table = map(int, re.findall(r"\d+", after))
        for other, (their_slot, their_table) in where.items():
            if their_slot == slot:
                assert their_table != table, "a table was held twice"
                assert not people[other] & people[int(meeting_id)], "a person was held twice"
        where[int(meeting_id)] = slot, table


def _with_people() -> tuple[Any, ...]:
    from sqlalchemy.orm import selectinload

    return (selectinload(Meeting.wish).selectinload(MeetingWish.people),)
