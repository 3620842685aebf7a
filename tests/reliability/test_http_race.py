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
from tests.reliability.together import together

both = pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])


@pytest.fixture
def address(settings: Any, clock: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server on a free port, in this process, so that whoever looks whether something is free is always told yes."""
    monkeypatch.setattr(Hall, "is_free", lambda *_: True)
    monkeypatch.setattr(Hall, "is_open", lambda *_: True)
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

    def accept(number: int) -> int:
        answer = httpx.post(
            f"{url}/m/{tokens[number]}",
            data={"answer": "accepted"},
            headers={"Sec-Fetch-Site": "same-origin"},
            timeout=30,
        )
        return answer.status_code

    return Counter(together(len(tokens), accept))


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
