"""The log: appended, never changed, chained, and still whole after a person is forgotten."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.platform import audit, audit_chain
from app.platform.actor import Actor
from app.platform.audit import AuditEntry, AuditValue
from app.platform.database.engine import Database

pytestmark = pytest.mark.usefixtures("either")
ACTOR = Actor(account_id=7, label="Ana", acting_for="Vienna")


def _record(session: Any, clock: Any, number: int = 1, **changes: tuple[Any, Any]) -> audit.Line:
    return audit.record_at_once(
        session,
        actor=ACTOR,
        now=clock.now() + timedelta(minutes=number),
        event_id=3,
        action="registration.approved",
        entity="registration",
        entity_id=number,
        changes=changes or {"name": ("Li", f"Li {number}"), "seats": (None, number)},
    )


@pytest.fixture
def chained(database: Database, clock: Any) -> Database:
    """A log of four lines."""
    with database.writing() as session:
        for number in range(1, 5):
            _record(session, clock, number)
    return database


def _bypass(database: Database, statement: str) -> None:
    """Change the log as somebody could who owns the database."""
    with database.writing() as session:
        if database.is_sqlite:
            for trigger in session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                session.execute(text(f"DROP TRIGGER {trigger}"))
        else:
            session.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER ALL"))
            session.execute(text("ALTER TABLE audit_value DISABLE TRIGGER ALL"))
        session.execute(text(statement))


def _verified(database: Database) -> int | None:
    with database.reading() as session:
        return audit.verify(session)


def test_a_line_says_who_did_what_to_which(chained: Database, clock: Any) -> None:
    with chained.reading() as session:
        line = session.get_one(AuditEntry, 1)
        values = {value.field: (value.before, value.after) for value in session.scalars(
            select(AuditValue).where(AuditValue.entry_id == 1)
        )}  # fmt: skip
        names = audit.names_of(session, [line.actor, line.acting_for])
    assert (line.account_id, names[line.actor], names[line.acting_for]) == (7, "Ana", "Vienna")
    assert "Ana" not in line.actor
    assert (line.event_id, line.action, line.entity, line.entity_id) == (
        3,
        "registration.approved",
        "registration",
        "1",
    )
    assert line.at == clock.now() + timedelta(minutes=1)
    assert values == {"name": ("Li", "Li 1"), "seats": (None, "1")}
    assert "Li" not in str(line.digests)
    assert _verified(chained) is None


def test_the_line_goes_with_its_change(database: Database, clock: Any) -> None:
    with pytest.raises(RuntimeError), database.writing() as session:
        _record(session, clock)
        raise RuntimeError
    with database.reading() as session:
        assert audit.head(session) == (0, audit_chain.FIRST)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor = 'Eve' WHERE id = 2",
        "DELETE FROM audit_entry WHERE id = 2",
        "UPDATE audit_value SET after = 'Eve' WHERE entry_id = 2",
        "UPDATE read_log SET actor = 'Eve'",
        "DELETE FROM read_log",
    ],
)
def test_the_database_refuses_to_change_a_line(chained: Database, clock: Any, statement: str) -> None:
    """T58."""
    with chained.writing() as session:
        audit.record_read(
            session, actor=ACTOR, now=clock.now(), event_id=3, action="movement.read", entity="delegate", entity_id=1
        )
    with pytest.raises(DBAPIError, match="append-only"), chained.writing() as session:
        session.execute(text(statement))
    assert _verified(chained) is None


def test_replacing_a_line_is_refused_too(chained: Database) -> None:
    """T58."""
    if not chained.is_sqlite:
        with pytest.raises(DBAPIError, match="append-only"), chained.writing() as session:
            session.execute(text("TRUNCATE audit_entry CASCADE"))
        return
    with pytest.raises(DBAPIError, match="append-only"), chained.writing() as session:
        session.execute(text("REPLACE INTO audit_entry SELECT * FROM audit_entry WHERE id = 2"))


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit_entry SET actor = 'Eve' WHERE id = 2", 2),
        ("UPDATE audit_entry SET acting_for = NULL WHERE id = 4", 4),
        ("UPDATE audit_entry SET entity_id = '9' WHERE id = 1", 1),
        ("UPDATE audit_entry SET event_id = 4 WHERE id = 3", 3),
        ("UPDATE audit_value SET after = 'Eve' WHERE entry_id = 3 AND field = 'name'", 3),
        ("INSERT INTO audit_value VALUES (2, 'rank', NULL, 'mayor')", 2),
    ],
)
def test_what_was_changed_behind_its_back_is_found(chained: Database, statement: str, broken: int) -> None:
    _bypass(chained, statement)
    assert _verified(chained) == broken


def test_a_line_that_was_taken_out_is_found(chained: Database) -> None:
    _bypass(chained, "DELETE FROM audit_value WHERE entry_id = 2")
    assert _verified(chained) is None, "values may be forgotten"
    _bypass(chained, "DELETE FROM audit_entry WHERE id = 2")
    assert _verified(chained) == 3


def test_a_cut_end_shows_against_a_head_that_was_kept(chained: Database) -> None:
    with chained.reading() as session:
        kept = audit.head(session)
    _bypass(chained, "DELETE FROM audit_value WHERE entry_id = 4")
    _bypass(chained, "DELETE FROM audit_entry WHERE id = 4")
    assert _verified(chained) is None
    with chained.reading() as session:
        assert audit.head(session) != kept


def test_forgetting_empties_values_and_leaves_the_chain(chained: Database, clock: Any) -> None:
    with chained.writing() as session:
        audit.forget_values(session, entry_ids=[1, 2])
        _record(session, clock, 5)
    with chained.reading() as session:
        assert set(session.scalars(select(AuditValue.entry_id))) == {3, 4, 5}
        assert audit.verify(session) is None


def test_another_key_does_not_fit(chained: Database) -> None:
    audit.use_key(b"another key")
    assert _verified(chained) == 1
    audit.use_key(b"a key for tests")
    assert _verified(chained) is None


def test_the_chain_holds_when_many_write_at_once(database: Database, clock: Any) -> None:
    faults: list[BaseException] = []

    def write(worker: int) -> None:
        try:
            for number in range(10):
                with database.writing() as session:
                    _record(session, clock, worker * 10 + number)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    with database.reading() as session:
        assert audit.head(session)[0] >= 60
        assert len(set(session.scalars(select(AuditEntry.previous_hash)))) == 60
        assert audit.verify(session) is None


def test_adm_04_a_name_can_be_forgotten_and_the_chain_holds(chained: Database) -> None:
    with chained.writing() as session:
        audit.forget_name(session, "Ana")
    with chained.reading() as session:
        line = session.get_one(AuditEntry, 1)
        names = audit.names_of(session, [line.actor, line.acting_for])
        assert (names[line.actor], names[line.acting_for or ""]) == ("erased", "Vienna")
        assert audit.keys_named(session, "ana") == []
        assert audit.keys_named(session, "VIENNA") == [line.acting_for]
    assert _verified(chained) is None


def test_parts_of_the_program_are_called_what_they_are(chained: Database, clock: Any) -> None:
    with chained.writing() as session:
        line = audit.record_at_once(
            session, actor=Actor.system("sweep"), now=clock.now(), event_id=None, action="drafts.swept",
            entity="registration", entity_id=1, changes={},
        )  # fmt: skip
        actor = session.get_one(AuditEntry, line.id).actor
        assert actor == "system: sweep"
        assert audit.names_of(session, [actor, None]) == {"system: sweep": "system: sweep"}
