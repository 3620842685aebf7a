"""ADM-04: each kind of personal data goes on its day, from the rows and from the log, and nothing goes before."""

from datetime import UTC, datetime, time, timedelta
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
    with database.writing() as session:
        purge(session, now=_on(cast.event, field.days - 1))
        assert _kept(session, person)[field.code]
        gone = purge(session, now=_on(cast.event, field.days))
        session.expire_all()
        assert gone[field.code] >= 1
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


def test_purging_twice_erases_once_and_writes_one_line_a_field(database: Any, cast: Any, person: int) -> None:
    with database.writing() as session:
        first = purge(session, now=_on(cast.event, 31))
        lines = len(session.scalars(select(AuditEntry).where(AuditEntry.action == "privacy.purged")).all())
        assert lines == len(first) >= 3
        assert purge(session, now=_on(cast.event, 31)) == {}
        assert len(session.scalars(select(AuditEntry).where(AuditEntry.action == "privacy.purged")).all()) == lines


def test_the_round_of_the_server_follows_the_clock(database: Any, cast: Any, person: int) -> None:
    clock = FixedClock(_on(cast.event, -20))
    with database.reading() as session:
        assert not is_due(session, now=clock.now())
    assert purge_now(database, clock) == {}
    clock.set(_on(cast.event, 8))
    assert purge_now(database, clock) == {"passport": 1}


def test_every_field_has_a_purpose_a_word_and_what_erases_it() -> None:
    for field in FIELDS:
        assert purpose_of(field.code)
        assert word_of(field.code)
        assert (field.code in ERASERS) == (field.days is not None)
        assert field.readers
