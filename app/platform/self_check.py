"""What must be true of the machine before the server answers: said at the start, not found out at the event."""

import enum
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from sqlalchemy import select, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from app.platform import audit
from app.platform.audit_lines import key_of_name
from app.platform.database.engine import Database
from app.platform.database.migrating import is_current
from app.platform.settings import Settings

LEAST_FREE_BYTES = 200 * 2**20
SHORTEST_SECRET = 12
WRITTEN = datetime(2026, 11, 1, tzinfo=UTC)
"""When this was written: a machine whose clock shows an earlier time is wrong."""

WANTED_PRAGMAS = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "recursive_triggers": "1"}
WANTED_OF_POSTGRES = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}

log = structlog.get_logger("bridge.self_check")


class Weight(enum.StrEnum):
    STOPS = "stops"
    WARNS = "warns"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that is not as it must be, in a sentence that says what to do."""

    weight: Weight
    sentence: str


class UnfitToServe(RuntimeError):
    """The server does not start; the message has a line for each reason."""


def run(database: Database, settings: Settings, *, now: datetime) -> None:
    """Log what warns.

    Raises:
        UnfitToServe: with everything that stops the server.
    """
    findings = list(findings_of(database, settings, now=now))
    for finding in findings:
        log.warning("self-check", weight=finding.weight, sentence=finding.sentence)
    stopping = [finding.sentence for finding in findings if finding.weight is Weight.STOPS]
    if stopping:
        raise UnfitToServe("\n".join(stopping))


def findings_of(database: Database, settings: Settings, *, now: datetime) -> Iterator[Finding]:
    """Everything that is not as it must be, what stops the server first."""
    yield from _of_settings(settings)
    has_tables = is_current(database)
    if not has_tables:
        yield _stops("The tables are not those of this version. Run `bridge migrate` first.")
    with database.write_sessions() as session:
        if database.is_sqlite:
            yield from _of_sqlite(session)
        else:
            yield from _of_postgres(session, now=now)
        if has_tables and not _is_written_with_our_key(session):
            yield _warns(
                "BRIDGE_SECRET is another one than the log was written with. Every machine of an installation needs the"
                " same, and a restored one its old one: else the log cannot be proved."
            )
        session.rollback()
    yield from _of_machine(database, settings, now=now)


def _of_settings(settings: Settings) -> Iterator[Finding]:
    address = urlsplit(settings.base_url)
    if address.scheme not in {"http", "https"} or not address.netloc or address.path.strip("/"):
        yield _stops(f"BRIDGE_BASE_URL is {settings.base_url}. It takes the form https://bridge.example.")
    elif address.scheme == "http" and not _is_loopback(address.hostname or ""):
        # A name of one word is of a local network: nobody reaches it, or reads along, from outside.
        tell = _stops if "." in (address.hostname or "") else _warns
        yield tell(f"BRIDGE_BASE_URL is {settings.base_url}. Anywhere but on this machine it must be https.")
    if settings.secret and len(settings.secret) < SHORTEST_SECRET:
        yield _stops(f"BRIDGE_SECRET has under {SHORTEST_SECRET} letters. `openssl rand -hex 20` makes a good one.")
    if not settings.secret and not settings.demonstration:
        kept = settings.var / "secret.key"
        yield _warns(
            f"BRIDGE_SECRET is empty: the key is in {kept}. Keep it with the backups, apart from the database."
        )


def _of_sqlite(session: Session) -> Iterator[Finding]:
    for name, wanted in WANTED_PRAGMAS.items():
        found = str(session.scalar(text(f"PRAGMA {name}")))
        if found != wanted:
            yield _stops(f"SQLite has {name}={found} and needs {wanted}. Is the file on a network drive?")


def _of_postgres(session: Session, *, now: datetime) -> Iterator[Finding]:
    for name, wanted in WANTED_OF_POSTGRES.items():
        found = session.scalar(text("SELECT current_setting(:name)"), {"name": name})
        if found != wanted:
            yield _stops(
                f"PostgreSQL has {name}={found} and needs {wanted}, else a power cut loses what was confirmed."
            )
    apart = abs((session.scalars(text("SELECT clock_timestamp()")).one() - now).total_seconds())
    if apart > 60 and now >= WRITTEN:
        yield _warns(f"This machine's clock and the database's are {apart:.0f} s apart.")


def _is_written_with_our_key(session: Session) -> bool:
    """Whether a name in the log stands under the key that we would give it; where there is none, yes."""
    row = session.execute(select(audit.AuditName.key, audit.AuditName.name).limit(1)).first()
    return row is None or row.key == key_of_name(row.name)


def _of_machine(database: Database, settings: Settings, *, now: datetime) -> Iterator[Finding]:
    folders = [settings.var]
    if database.is_sqlite:
        folders.append(Path(make_url(database.url).database or ".").parent)
    for folder in dict.fromkeys(one.resolve() for one in folders):
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
        if free < LEAST_FREE_BYTES:
            yield _warns(f"Only {free // 2**20} MB are free under {folder}.")
    if now < WRITTEN and not settings.demonstration:
        yield _warns(f"The clock shows {now:%d %B %Y}, before this program was written.")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _stops(sentence: str) -> Finding:
    return Finding(weight=Weight.STOPS, sentence=sentence)


def _warns(sentence: str) -> Finding:
    return Finding(weight=Weight.WARNS, sentence=sentence)
