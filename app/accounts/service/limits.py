"""How often a mail address and a network peer may ask for what costs a mail or a row. Only digests are kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from zlib import crc32

from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from app.accounts.enums import AttemptKind
from app.accounts.models import SignInAttempt
from app.accounts.queries import attempts_since
from app.platform.errors import TooMany
from app.platform.tokens import digest


@dataclass(frozen=True, kw_only=True)
class Limit:
    """At most so many tries within a window that moves on."""

    most: int
    window: timedelta


LIMITS: Mapping[AttemptKind, Limit] = {
    AttemptKind.ADDRESS: Limit(most=5, window=timedelta(minutes=10)),
    AttemptKind.PEER: Limit(most=20, window=timedelta(minutes=10)),
    # An assistant hands in for an office; a hall full of people shares one network address.
    AttemptKind.FORM_ADDRESS: Limit(most=10, window=timedelta(hours=1)),
    AttemptKind.FORM_PEER: Limit(most=60, window=timedelta(minutes=10)),
    AttemptKind.FORM_JOINS: Limit(most=20, window=timedelta(hours=1)),
    AttemptKind.QUESTION: Limit(most=5, window=timedelta(hours=1)),
    # Six digits stand against guessing: at this pace a year of it finds one in fifty.
    AttemptKind.SECOND_STEP: Limit(most=5, window=timedelta(minutes=10)),
    AttemptKind.SECOND_STEP_OF_DAY: Limit(most=20, window=timedelta(days=1)),
}


def count_try(
    session: Session, subjects: Mapping[AttemptKind, str], *, now: datetime, sentence: Callable[[int], str]
) -> None:
    """Count one try for each subject; refused tries do not count, so that nobody is kept out for longer by trying.

    Args:
        sentence: what is said to whoever tried too often, from the minutes until the next try is open.

    Raises:
        TooMany: with the seconds until the next try is open. Nothing was written.
    """
    _count_alone(session, subjects)
    open_again = [now]
    for kind, subject in subjects.items():
        limit = LIMITS[kind]
        tried_at = attempts_since(session, kind=kind, subject=subject, since=now - limit.window)
        if len(tried_at) >= limit.most:
            open_again.append(tried_at[-limit.most] + limit.window)
    if max(open_again) > now:
        seconds = ceil((max(open_again) - now).total_seconds())
        raise TooMany(sentence(ceil(seconds / 60)), retry_after_seconds=seconds)
    session.add_all(
        SignInAttempt(kind=kind, subject_digest=digest(subject), attempted_at=now) for kind, subject in subjects.items()
    )
    session.flush()


def forget_ended(session: Session, *, now: datetime) -> None:
    """Forget the tries that no limit counts any more."""
    for kind, limit in LIMITS.items():
        session.execute(
            delete(SignInAttempt).where(SignInAttempt.kind == kind, SignInAttempt.attempted_at < now - limit.window)
        )


def _count_alone(session: Session, subjects: Mapping[AttemptKind, str]) -> None:
    """Make tries at the same moment wait for each other, or ten at once would all be counted as the first."""
    if session.get_bind().dialect.name != "postgresql":
        return  # SQLite's writers stand in line anyway
    for key in sorted(crc32(f"{kind}:{subject}".encode()) for kind, subject in subjects.items()):
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
