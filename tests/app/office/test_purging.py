"""ADM-04: each kind of personal data goes on its day, from the rows and from the log, and nothing goes before."""

import hashlib
import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.delegations.models import BlockedTime, Delegate, PassportDetail
from app.delegations.service import change_person
from app.events.models import Event
from app.office.privacy import FIELDS, purpose_of, word_of
from app.office.service.purging import ERASERS, is_due, purge
from app.office.tasks import purge_now
from app.platform import audit
from app.platform.audit import AuditEntry, AuditValue
from app.platform.clock import FixedClock
from app.platform.database.base import Base

SECRETS = {
    "passport": "C01X00T478",
    "diet": "no nuts at all",
    "access_needs": "a ramp, please",
    "phone": "+855 12 000 111",
    "travel": "sees a doctor",
}


@pytest.fixture
def person(database: Any, cast: Any, actor: Any, now: Any) -> int:
    """Somebody of whom everything is known, written through the service so that the log has it too."""
    with database.writing() as session:
        delegate = session.get_one(Delegate, cast.heads[0])
        session.add(PassportDetail(delegate_id=delegate.id, number=SECRETS["passport"], nationality="KH"))
        session.add(
            BlockedTime(
                delegate_id=delegate.id, starts_at=now, ends_at=now + timedelta(hours=1), reason=SECRETS["travel"]
            )
        )
        change_person(
            session,
            event=session.get_one(Event, cast.event.id),
            delegate=delegate,
            changes={
                "phone": SECRETS["phone"],
                "diet": SECRETS["diet"],
                "access_needs": SECRETS["access_needs"],
                "arrives_at": now,
            },
            version=delegate.version,
            actor=actor,
            now=now,
        )
        return delegate.id


def _on(event: Any, days: int) -> datetime:
    return datetime.combine(event.ends_on + timedelta(days=days), time(12), tzinfo=UTC)


def _kept(session: Any, person: int) -> dict[str, bool]:
    delegate = session.get_one(Delegate, person)
    blocked = session.scalar(select(BlockedTime.reason).where(BlockedTime.delegate_id == person))
    return {
        "passport": session.get(PassportDetail, person) is not None,
        "diet": delegate.diet is not None,
        "access_needs": delegate.access_needs is not None,
        "phone": delegate.phone is not None,
        "travel": delegate.arrives_at is not None or blocked is not None,
    }


@pytest.mark.parametrize("field", [one for one in FIELDS if one.code in SECRETS], ids=lambda one: one.code)
def test_adm_04_a_field_goes_on_its_day_and_not_before(database: Any, cast: Any, person: int, field: Any) -> None:
    """T57."""
    with database.writing() as session:
        purge(session, now=_on(cast.event, field.days - 1))
        assert _kept(session, person)[field.code]
        gone = purge(session, now=_on(cast.event, field.days))
        session.expire_all()
        assert next(one.count for one in gone if one.code == field.code) >= 1
        assert not _kept(session, person)[field.code]
        said = " ".join(f"{row.before} {row.after}" for row in session.scalars(select(AuditValue)))
        assert SECRETS[field.code] not in said
        assert audit.verify(session) is None


def test_adm_04_the_name_and_the_person_stay(database: Any, cast: Any, person: int) -> None:
    with database.writing() as session:
        purge(session, now=_on(cast.event, 4000))
        session.expire_all()
        delegate = session.get_one(Delegate, person)
        assert delegate.badge_name
        assert delegate.email
        assert delegate.is_active


def _lines(session: Any) -> list[AuditEntry]:
    return list(session.scalars(select(AuditEntry).where(AuditEntry.action == "privacy.purged")))


def test_purging_twice_erases_once_and_a_run_writes_one_line(database: Any, cast: Any, person: int) -> None:
    with database.writing() as session:
        first = purge(session, now=_on(cast.event, 31))
        assert [one.code for one in first] == ["passport", "diet", "access_needs"]
        assert set(_lines(session)[0].digests) == {f"{one.code} test-event" for one in first}
        assert purge(session, now=_on(cast.event, 31)) == ()
        assert len(_lines(session)) == 1


def test_adm_04_what_somebody_took_back_goes_from_the_log_too(
    database: Any, cast: Any, person: int, actor: Any, now: Any
) -> None:
    with database.writing() as session:
        delegate = session.get_one(Delegate, person)
        change_person(
            session, event=session.get_one(Event, cast.event.id), delegate=delegate, changes={"diet": None},
            version=delegate.version, actor=actor, now=now,
        )  # fmt: skip
        gone = {one.code: one.count for one in purge(session, now=_on(cast.event, 31))}
        assert gone["diet"] == 2, "the value that came and went, in two lines"
        assert SECRETS["diet"] not in " ".join(
            f"{one.before} {one.after}" for one in session.scalars(select(AuditValue))
        )


def _sum(database: Any) -> str:
    """Everything that stands in every table."""
    with database.reading() as session:
        rows = (
            (table.name, sorted(map(str, session.execute(select(table)).all())))
            for table in Base.metadata.sorted_tables
        )
        return hashlib.sha256(repr(list(rows)).encode()).hexdigest()


def test_adm_04_the_command_says_what_would_go_then_does_it_once(
    bridge: Any, database: Any, cast: Any, person: int, monkeypatch: Any
) -> None:
    """``bridge purge``: 0 done or nothing due, 3 where a dry run found something, 1 where it is refused."""
    clock = FixedClock(_on(cast.event, -20))
    monkeypatch.setattr("app.cli.keeping.time_of", lambda *_: clock.now())
    before = _sum(database)
    early = bridge("purge", "--dry-run")
    assert (early.returncode, early.stdout) == (0, "Nothing is due.\n")
    ahead = bridge("purge", "--dry-run", "--on", "2019-10-04")
    assert ahead.returncode == 3
    assert re.search(r"diet +test-event +2019-10-04 +1$", ahead.stdout, re.MULTILINE), ahead.stdout
    assert bridge("purge", "--on", "2019-10-04").returncode == 1, "nothing goes before its day"
    assert _sum(database) == before
    clock.set(_on(cast.event, 31))
    tried = bridge("purge", "--dry-run")
    assert tried.returncode == 3 and "would go" in tried.stdout
    assert [line.split()[0] for line in tried.stdout.splitlines()[1:]] == ["passport", "diet", "access_needs"]
    assert _sum(database) == before, "a dry run changes nothing"
    done = bridge("purge")
    assert done.returncode == 0
    assert done.stdout.splitlines()[1:] == tried.stdout.splitlines()[1:], "what it said is what it did"
    with database.reading() as session:
        assert not _kept(session, person)["diet"] and len(_lines(session)) == 1
        assert audit.verify(session) is None
    after = _sum(database)
    again = bridge("purge")
    assert (again.returncode, again.stdout) == (0, "Nothing is due.\n")
    assert _sum(database) == after
    if database.is_sqlite:
        file = Path(database.engine.url.database)
        for one in (file, file.with_name(file.name + "-wal")):
            assert not one.exists() or SECRETS["diet"].encode() not in one.read_bytes()


def test_the_table_of_retention_is_the_same_on_paper_and_by_command(bridge: Any) -> None:
    """One table, in ``app.office.privacy``: the README and ``bridge retention`` show it."""
    readme = (Path(__file__).parents[3] / "README.md").read_text()
    told = bridge("retention").stdout
    for field in FIELDS:
        when = "with the person" if field.days is None else f"{field.days} days"
        assert f"| {word_of(field.code)} | {when} | {purpose_of(field.code)} |" in readme
        assert re.search(rf"^{re.escape(word_of(field.code))} +{when} ", told, re.MULTILINE), field.code


def test_the_round_of_the_server_follows_the_clock(database: Any, cast: Any, person: int) -> None:
    clock = FixedClock(_on(cast.event, -20))
    with database.reading() as session:
        assert not is_due(session, now=clock.now())
    assert purge_now(database, now=clock.now()) == ()
    clock.set(_on(cast.event, 8))
    assert [(one.code, one.count) for one in purge_now(database, now=clock.now())] == [("passport", 1)]


def test_every_field_has_a_purpose_a_word_and_what_erases_it() -> None:
    for field in FIELDS:
        assert purpose_of(field.code)
        assert word_of(field.code)
        assert (field.code in ERASERS) == (field.days is not None)
        assert field.readers
