"""PRT-08: the CSV of a release brings the same agenda back; a bad one is named by row and column, nothing is written."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from app.agenda.models import AgendaSession, DraftPlacement
from app.agenda.service import release
from app.events.models import Event
from app.platform.audit import AuditEntry


@pytest.fixture
def office(client: Any, cast: Any, placed: Any, sign_in: Any, actor: Any, now: Any) -> Any:
    """Four sessions released; signed in as an organiser."""
    with client.app.state.database.writing() as session:
        for number in range(4):
            room = "room-a" if number % 2 == 0 else "room-b"
            placed(session, f"Session {number}, with a comma", (cast.people[number],), 75 * number, room=room)
        event = session.get_one(Event, cast.event.id)
        release(session, event=event, name="One", note=None, actor=actor, now=now)
    sign_in("organiser", event_id=cast.event.id)
    return client


def _table(client: Any, cast: Any) -> bytes:
    return bytes(client.get(f"/e/{cast.event.slug}/agenda.csv").content)


def _send(client: Any, cast: Any, content: bytes) -> Any:
    files = {"file": ("agenda.csv", content, "text/csv")}
    return client.post(f"/e/{cast.event.slug}/manage/agenda/import", files=files)


def _apply(client: Any, cast: Any, page: str) -> Any:
    from html import unescape
    from re import search

    fields = {name: unescape(search(rf'name="{name}" value="([^"]*)"', page)[1]) for name in ("rows", "seen")}
    return client.post(f"/e/{cast.event.slug}/manage/agenda/import/apply", data=fields)


def _places(client: Any) -> set[tuple[Any, ...]]:
    with client.app.state.database.reading() as session:
        return {(one.session_id, one.room_id, one.starts_at) for one in session.scalars(select(DraftPlacement))}


def _lines(client: Any) -> int:
    with client.app.state.database.reading() as session:
        return session.scalar(select(func.count()).select_from(AuditEntry)) or 0


def _edited(content: bytes, row: int, column: str, said: str) -> bytes:
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    rows[row - 1][rows[0].index(column)] = said
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def test_prt_08_the_csv_brings_the_same_agenda_back(client: Any, office: Any, cast: Any, actor: Any, now: Any) -> None:
    table, places = _table(client, cast), _places(client)
    with client.app.state.database.writing() as session:
        moved, gone = session.scalars(select(DraftPlacement).order_by(DraftPlacement.id)).all()[:2]
        moved.starts_at += timedelta(hours=5)
        session.delete(gone)
    assert _places(client) != places
    page = _send(client, cast, table)
    assert page.status_code == 200
    assert "Move 2 sessions" in page.text
    assert _apply(client, cast, page.text).status_code == 303
    assert _places(client) == places
    with client.app.state.database.writing() as session:
        event = session.get_one(Event, cast.event.id)
        release(session, event=event, name="Two", note=None, actor=actor, now=now)
    assert _table(client, cast) == table, "the same rows to the byte"
    assert "Nothing would move" in _send(client, cast, table).text


def test_prt_08_an_empty_draft_becomes_the_file_and_one_step_takes_it_back(client: Any, office: Any, cast: Any) -> None:
    table, places = _table(client, cast), _places(client)
    with client.app.state.database.writing() as session:
        session.execute(delete(DraftPlacement))
    _apply(client, cast, _send(client, cast, table).text)
    assert _places(client) == places
    board = client.get(f"/e/{cast.event.slug}/manage/agenda").text
    assert "a file, 4 sessions" in board


@pytest.mark.parametrize(
    ("row", "column", "said", "why"),
    [
        (3, "session", "4711", "There is no session “4711”"),
        (3, "session", "x", "There is no session “x”"),
        (4, "room", "cellar", "There is no room “cellar”"),
        (2, "date", "3 September", "is not written like 2019-09-03"),
        (2, "start", "nine", "is not written like 09:30"),
        (5, "start", "09:02", "whole steps"),
        (5, "start", "03:00", "outside the hours"),
        (5, "start", "09:00+02:00", "is not written like 09:30"),
        (5, "date", "0001-01-01", "There is no day “0001-01-01”"),
        (5, "date", "2019-09-02", "There is no day “2019-09-02”"),
        (3, "end", "23:59", "It lasts 60 minutes"),
        (3, "title", "Something else", "A title is changed on the session"),
    ],
)
def test_prt_08_a_bad_cell_is_named_by_row_and_column_and_nothing_is_written(
    client: Any, office: Any, cast: Any, row: int, column: str, said: str, why: str
) -> None:
    places, lines = _places(client), _lines(client)
    answer = _send(client, cast, _edited(_table(client, cast), row, column, said))
    assert answer.status_code == 422
    table = answer.text[answer.text.index('id="faults"') :]
    assert f">{row}</th>" in table
    assert f">{column}<" in table
    assert why in table.replace("&#39;", "'")
    assert (_places(client), _lines(client)) == (places, lines)


def test_prt_08_every_fault_is_named_at_once(client: Any, office: Any, cast: Any) -> None:
    bad = _edited(_edited(_table(client, cast), 2, "room", "cellar"), 4, "start", "nine")
    assert "2 cells are wrong" in _send(client, cast, bad).text
    twice = _table(client, cast)
    twice += twice.splitlines(keepends=True)[1]
    assert "This session stands in row 2 already" in _send(client, cast, twice).text


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"session,date,start\n1,2019-09-03,09:00\n", "This column is missing"),
        (b"session,date,start,room\n", "There is no session below"),
        (b"", ""),
        (b"\x00\x01\x02\xff" * 50, ""),
        (b"<html><body>no</body></html>", ""),
        (b"a,b\n" * 400_000, "larger than 1 MB"),
    ],
)
def test_prt_08_what_is_no_agenda_is_refused(client: Any, office: Any, cast: Any, content: bytes, why: str) -> None:
    places = _places(client)
    answer = _send(client, cast, content)
    assert answer.status_code == 422
    assert why in answer.text
    assert _places(client) == places


def test_prt_08_what_somebody_looked_at_is_what_is_done(client: Any, office: Any, cast: Any) -> None:
    table = _table(client, cast)
    with client.app.state.database.writing() as session:
        session.scalars(select(DraftPlacement).order_by(DraftPlacement.id)).first().starts_at += timedelta(hours=5)
    page = _send(client, cast, table).text
    with client.app.state.database.writing() as session:
        last = session.scalars(select(DraftPlacement).order_by(DraftPlacement.id.desc())).first()
        last.starts_at += timedelta(hours=1)
    places = _places(client)
    late = _apply(client, cast, page)
    assert late.status_code == 409
    assert "changed this" in late.text
    assert "Move " in late.text, "what would move now"
    assert _places(client) == places


def test_prt_08_another_editions_sessions_are_not_here(client: Any, office: Any, cast: Any) -> None:
    with client.app.state.database.writing() as session:
        other = session.scalars(select(AgendaSession).order_by(AgendaSession.id)).first()
        other.is_cancelled = True
    assert "There is no session" in _send(client, cast, _table(client, cast)).text


@pytest.mark.parametrize("role", ["desk", "protocol", "delegate", "focal_point"])
def test_prt_08_only_organisers_bring_an_agenda_back(client: Any, cast: Any, sign_in: Any, role: str) -> None:
    more = {"delegation_id": cast.delegations[0]} if role in ("delegate", "focal_point") else {}
    if role == "delegate":
        more["delegate_id"] = cast.people[0]
    sign_in(role, event_id=cast.event.id, **more)
    assert client.get(f"/e/{cast.event.slug}/manage/agenda/import").status_code == 403
    assert _send(client, cast, b"session\n").status_code == 403


def test_prt_08_a_spreadsheet_may_leave_out_the_first_nought(client: Any, office: Any, cast: Any) -> None:
    """PRT-08: "9:00" and "09:00:00" are what spreadsheets make of 09:00."""
    table = _table(client, cast)
    for said in (b"9:00", b"9:00:00", b"09:00:00"):
        assert "Nothing would move" in _send(client, cast, table.replace(b",09:00,", b"," + said + b",")).text
