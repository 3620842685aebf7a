"""T52, G15: one command proves that an installation can be restored, and finds what a backup must not carry on."""

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy.engine import make_url

from app.meetings.models import Meeting
from app.office.soundness import faults_of
from app.platform.database.engine import Database
from app.platform.errors import Conflict


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.long])])
def test_a_drill_while_many_book_ends_well(hall: Any, bridge: Callable[..., Any], kind: str) -> None:
    """T52: saved while others write, restored elsewhere, equal to the last hash, and nothing in it half written."""
    stop, booked = threading.Event(), []

    def book() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            try:
                booked.append(hall.book(hall.wishes[number % 12], hall.slots[number % 6], hall.tables[number % 3]))
            except Conflict:
                hall.free(hall.wishes[(number + 5) % 12])

    writer = threading.Thread(target=book)
    writer.start()
    try:
        ended = bridge("drill")
        during = len(booked)
    finally:
        stop.set()
        writer.join()
    assert ended.returncode == 0, ended.stderr + ended.stdout
    assert during > 5, "it was written to meanwhile"
    found = re.search(r"Compared: (\d+) tables, (\d+) rows, all hashes equal", ended.stdout)
    assert found is not None and int(found[1]) > 60 and int(found[2]) > 100
    assert "nothing is booked twice" in ended.stdout
    if kind == "postgres":
        engine = create_engine(make_url(hall.database.url).set(database="postgres"))
        with engine.connect() as connection:
            names = connection.scalars(text("SELECT datname FROM pg_database")).all()
        engine.dispose()
        assert not [name for name in names if name.startswith("bridge_drill_")], "what the drill made is thrown away"


def test_a_drill_restores_to_where_it_is_told(hall: Any, bridge: Callable[..., Any], tmp_path: Any) -> None:
    if not hall.database.is_sqlite:
        pytest.skip("SQLite only: a place is a file")
    ended = bridge("drill", "--to", str(tmp_path / "elsewhere.sqlite"))
    assert ended.returncode == 0
    restored = Database(f"sqlite:///{tmp_path / 'elsewhere.sqlite'}")
    with restored.reading() as session:
        assert list(faults_of(session)) == []
    restored.close()
    assert bridge("drill", "--to", str(tmp_path / "elsewhere.sqlite")).returncode == 1, "nothing is overwritten"


DAMAGES = {
    "takes nothing": "DELETE FROM claim WHERE holding_id = (SELECT holding_id FROM meeting LIMIT 1)",
    "takes things for nobody": "UPDATE meeting SET holding_id = NULL",
    "has 2 meetings in slot": "UPDATE meeting SET slot_id = (SELECT min(slot_id) FROM meeting)",
    "is cancelled and holds": "UPDATE meeting SET state = 'cancelled'",
}


@pytest.mark.parametrize("said", DAMAGES)
def test_what_cannot_be_is_found(hall: Any, said: str) -> None:
    """T52: the control of what a drill looks for. Rows that were changed past the application are named."""
    hall.book(hall.wishes[0], hall.slots[0], hall.tables[0])
    assert any(_books(lambda wish=wish: hall.book(wish, hall.slots[1], hall.tables[0])) for wish in hall.wishes[1:])
    with hall.database.writing() as session:
        session.execute(text(DAMAGES[said]))
        assert any(said in sentence for sentence in faults_of(session))


def _books(book: Callable[[], int]) -> bool:
    try:
        book()
    except Conflict:
        return False
    return True


def test_a_drill_finds_a_log_that_was_changed(hall: Any, bridge: Callable[..., Any]) -> None:
    """T52: the trigger is put aside for the forgery and put back, as somebody would who wants it to stay unseen."""
    if not hall.database.is_sqlite:
        pytest.skip("SQLite only: how a trigger is put aside differs")
    hall.book(hall.wishes[0], hall.slots[0], hall.tables[0])
    with hall.database.writing() as session:
        triggers = session.execute(
            text("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'audit_entry'")
        ).all()
        for name, _sql in triggers:
            session.execute(text(f"DROP TRIGGER {name}"))
        session.execute(text("UPDATE audit_entry SET action = 'nothing.happened' WHERE id = 2"))
        for _name, sql in triggers:
            session.execute(text(sql))
    assert triggers
    ended = bridge("drill")
    assert ended.returncode == 1
    assert "The log does not hold together from line" in ended.stderr


def test_the_looker_sees_every_table_that_owns_a_holding(database: Database) -> None:
    """A new table that takes scarce things is looked at by itself."""
    from app.office.soundness import _owners

    found = {table for table in inspect(database.engine).get_table_names() if "holding_id" in _columns(database, table)}
    assert {table.name for table in _owners()} == found - {"claim"}
    with database.reading() as session:
        assert session.scalars(select(Meeting)).all() == []


def _columns(database: Database, table: str) -> set[str]:
    return {column["name"] for column in inspect(database.engine).get_columns(table)}
