"""Who changed what, when: written with the change, append-only, hash-chained.

The chain runs over IDs, field names and keyed digests. The values themselves, and the names of who acted and for whom,
stand in side tables that an erasure empties, so that a person can be forgotten and the chain still holds.
"""

import hashlib
import hmac
import json
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import JSON, ForeignKey, String, Text, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.platform.actor import Actor
from app.platform.audit_chain import FIRST, About, chain_of, names_begun_anew
from app.platform.database.base import Base, ShortText
from app.platform.database.inserting import insert_of, write_new, write_row

_key: dict[str, bytes] = {}
NAME = "name:"
SYSTEM = "system:"
ERASED = "erased"


class AuditEntry(Base):
    """One line of the log. ``digests`` holds keyed digests of the values before and after, by field."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    event_id: Mapped[int | None] = mapped_column(index=True)
    account_id: Mapped[int | None] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(ShortText)
    acting_for: Mapped[str | None] = mapped_column(ShortText)
    action: Mapped[str] = mapped_column(String(80), index=True)
    entity: Mapped[str] = mapped_column(String(60), index=True)
    entity_id: Mapped[str] = mapped_column(String(60), index=True)
    digests: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class AuditValue(Base):
    """A value before and after; what an erasure empties."""

    __tablename__ = "audit_value"

    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_entry.id"), primary_key=True)
    field: Mapped[str] = mapped_column(String(80), primary_key=True)
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)


class AuditName(Base):
    """The name behind a key that lines carry as ``actor`` or ``acting_for``; what an erasure takes out."""

    __tablename__ = "audit_name"

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(ShortText)


class ReadLog(Base):
    """Who looked at something protected."""

    __tablename__ = "read_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    event_id: Mapped[int | None] = mapped_column(index=True)
    account_id: Mapped[int | None]
    actor: Mapped[str] = mapped_column(ShortText)
    action: Mapped[str] = mapped_column(String(80))
    entity: Mapped[str] = mapped_column(String(60))
    entity_id: Mapped[str] = mapped_column(String(60))


class Line(NamedTuple):
    """A line as it was written."""

    id: int
    hash: str


def use_key(key: bytes) -> None:
    """The key of digests, set once by whoever starts the program."""
    _key["key"] = key


def record(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    event_id: int | None,
    action: str,
    entity: str,
    entity_id: int | str,
    changes: Mapping[str, tuple[Any, Any]],
) -> Line:
    """Write one line in the transaction of the change: each field with its value before and after."""
    session.flush()
    chain = chain_of(session)
    said = {field: (_text(before), _text(after)) for field, (before, after) in changes.items()}
    line: dict[str, Any] = {
        "at": now,
        "event_id": event_id,
        "account_id": actor.account_id,
        "actor": _name_kept(session, actor.label, chain.names),
        "acting_for": actor.acting_for and _name_kept(session, actor.acting_for, chain.names),
        "action": action,
        "entity": entity,
        "entity_id": str(entity_id),
        "digests": {field: [_digest(before), _digest(after)] for field, (before, after) in sorted(said.items())},
        "previous_hash": chain.hash,
    }
    chain.hash = line["hash"] = _hash(line)
    # Past the ORM, which would keep each line in mind for the rest of the transaction: nobody changes one.
    line_id = write_row(session, AuditEntry, line)
    said_of = [{"entry_id": line_id, "field": name, "before": one[0], "after": one[1]} for name, one in said.items()]
    if said_of:
        session.connection().execute(insert_of(AuditValue), said_of)
    chain.lines.append(About(event_id, action, entity))
    return Line(line_id, chain.hash)


class Kept(Protocol):
    """A row of an edition."""

    __tablename__: str

    @property
    def id(self) -> int: ...

    @property
    def event_id(self) -> int: ...


def record_change(
    session: Session, row: Kept, action: str, actor: Actor, now: datetime, changes: Mapping[str, tuple[Any, Any]]
) -> Line:
    """The same of one row, which is named by its table and number in the line."""
    return record(
        session,
        actor=actor,
        now=now,
        event_id=row.event_id,
        action=action,
        entity=row.__tablename__,
        entity_id=row.id,
        changes=changes,
    )


def record_read(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    event_id: int | None,
    action: str,
    entity: str,
    entity_id: int | str,
) -> None:
    """Note that somebody looked at something protected."""
    session.add(
        ReadLog(
            at=now,
            event_id=event_id,
            account_id=actor.account_id,
            actor=_name_kept(session, actor.label, set()),
            action=action,
            entity=entity,
            entity_id=str(entity_id),
        )
    )


def verify(session: Session) -> int | None:
    """The ID of the first line at which the chain or a stored value does not hold, or nothing."""
    previous = FIRST
    for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=1000)):
        if entry.previous_hash != previous or entry.hash != _hash(vars(entry)):
            return entry.id
        previous = entry.hash
    return _first_false_value(session)


def head(session: Session) -> tuple[int, str]:
    """The ID and hash of the last line, 0 and zeros at first. Kept elsewhere, they prove that no end was cut off."""
    row = session.execute(select(AuditEntry.id, AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)).first()
    return (row.id, row.hash) if row else (0, FIRST)


def forget_values(session: Session, *, entry_ids: Iterable[int]) -> None:
    """Empty the values of these lines; the lines and their digests stay."""
    session.execute(delete(AuditValue).where(AuditValue.entry_id.in_(list(entry_ids))))


def forget_name(session: Session, name: str) -> None:
    """Take a name out of every line that carries it; the lines stay, and say that somebody was erased."""
    session.execute(delete(AuditName).where(AuditName.key == key_of_name(name)))
    names_begun_anew(session)


def names_of(session: Session, keys: Iterable[str | None]) -> dict[str, str]:
    """The names behind what lines carry as ``actor`` and ``acting_for``; parts of the program keep their own."""
    wanted = {key for key in keys if key}
    kept = {row.key: row.name for row in session.scalars(select(AuditName).where(AuditName.key.in_(wanted)))}
    return {key: kept.get(key, ERASED if key.startswith(NAME) else key) for key in wanted}


def keys_named(session: Session, part: str) -> list[str]:
    """The keys of all names that hold this text, regardless of case."""
    return list(session.scalars(select(AuditName.key).where(AuditName.name.icontains(part, autoescape=True))))


def _name_kept(session: Session, label: str, known: set[str]) -> str:
    """The key that a line carries for a name; a part of the program keeps its own.

    Args:
        known: keys that this transaction has written or found; the new one is added.
    """
    label = label[:200]
    if label.startswith(SYSTEM):
        return label
    key = key_of_name(label)
    if key not in known:
        write_new(session, AuditName, [{"key": key, "name": label}])
        known.add(key)
    return key


def key_of_name(name: str) -> str:
    """The key that lines carry for a name; it depends on the key of digests."""
    return f"{NAME}{_digest(name[:200])}"[:40]


def _first_false_value(session: Session) -> int | None:
    rows = session.execute(
        select(AuditEntry.id, AuditEntry.digests, AuditValue.field, AuditValue.before, AuditValue.after)
        .join(AuditValue, AuditValue.entry_id == AuditEntry.id)
        .order_by(AuditEntry.id)
    )
    for entry_id, digests, field, before, after in rows:
        if digests.get(field) != [_digest(before), _digest(after)]:
            return int(entry_id)
    return None


def _hash(line: Mapping[str, Any]) -> str:
    content = [
        line["previous_hash"],
        line["at"].astimezone(UTC).isoformat(),
        *(line[name] for name in ("event_id", "account_id", "actor", "acting_for", "action", "entity", "entity_id")),
        line["digests"],
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _digest(value: str | None) -> str | None:
    if value is None:
        return None
    return hmac.new(_key.get("key", b""), value.encode(), hashlib.sha256).hexdigest()


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def last_change_of(
    session: Session, *, entity: str, entity_id: int, actions: Collection[str] = (), field: str = ""
) -> tuple[str, datetime | None]:
    """Who changed something last, and when; nobody and None where the log has no line about it.

    Args:
        actions: count these alone; any where it is empty.
        field: count lines alone that changed this field.
    """
    statement = select(AuditEntry).where(AuditEntry.entity == entity, AuditEntry.entity_id == str(entity_id))
    if actions:
        statement = statement.where(AuditEntry.action.in_(actions))
    if field:
        statement = statement.join(AuditValue, AuditValue.entry_id == AuditEntry.id).where(AuditValue.field == field)
    entry = session.scalars(statement.order_by(AuditEntry.id.desc()).limit(1)).first()
    return (names_of(session, [entry.actor])[entry.actor], entry.at) if entry else ("", None)
