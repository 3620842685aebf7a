"""Who changed what, when: written with the change, append-only, hash-chained.

The chain runs over IDs, field names and keyed digests. The values themselves, and the names of who acted and for whom,
stand in side tables that an erasure empties, so that a person can be forgotten and the chain still holds.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol, Unpack

from sqlalchemy import JSON, Connection, ForeignKey, String, Text, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.platform.actor import Actor
from app.platform.audit_chain import FIRST, Chain, chain_of, names_begun_anew, wait, waiting_in
from app.platform.audit_lines import NAME, Said, Unwritten, digest_of, hash_of, key_of_label, key_of_name, line_of
from app.platform.audit_lines import use_key as use_key
from app.platform.database.base import Base, ShortText
from app.platform.database.inserting import write_many, write_new, write_rows

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


def record(session: Session, **said: Unpack[Said]) -> None:
    """Write one line in the transaction of the change: each field with its value before and after.

    At once, or with those of others at the end of a transaction that they share.
    """
    session.flush()
    line = line_of(said)
    if not wait(session, line):
        write_lines(session.connection(), chain_of(session), [line])


def record_at_once(session: Session, **said: Unpack[Said]) -> Line:
    """The same for whoever needs the number of the line; not within a short change, whose lines wait."""
    assert waiting_in(session) is None, "the line has no number yet"
    session.flush()
    return write_lines(session.connection(), chain_of(session), [line_of(said)])[0]


def write_lines(connection: Connection, chain: Chain, unwritten: Sequence[Unwritten]) -> list[Line]:
    """Write lines behind the end of the log, in their order."""
    names = {key: name for one in unwritten for key, name in one.names.items() if key not in chain.names}
    write_new(connection, AuditName, [{"key": key, "name": name} for key, name in names.items()])
    chain.names.update(names)
    rows: list[dict[str, Any]] = []
    for one in unwritten:
        row = {**one.line, "previous_hash": chain.hash}
        chain.hash = row["hash"] = hash_of(row)
        chain.lines.append(one.about)
        rows.append(row)
    # Past the ORM, which would keep each line in mind for the rest of the transaction: nobody changes one.
    numbers = write_rows(connection, AuditEntry, rows)
    values = [
        {"entry_id": number, "field": field, "before": before, "after": after}
        for number, one in zip(numbers, unwritten, strict=True)
        for field, (before, after) in one.values.items()
    ]
    write_many(connection, AuditValue, values)
    return [Line(number, row["hash"]) for number, row in zip(numbers, rows, strict=True)]


class Kept(Protocol):
    """A row of an edition."""

    __tablename__: str

    @property
    def id(self) -> int: ...

    @property
    def event_id(self) -> int: ...


def record_change(
    session: Session, row: Kept, action: str, actor: Actor, now: datetime, changes: Mapping[str, tuple[Any, Any]]
) -> None:
    """The same of one row, which is named by its table and number in the line."""
    record(
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
    key = key_of_label(actor.label)
    if key.startswith(NAME):
        write_new(session.connection(), AuditName, [{"key": key, "name": actor.label[:200]}])
    session.add(
        ReadLog(
            at=now,
            event_id=event_id,
            account_id=actor.account_id,
            actor=key,
            action=action,
            entity=entity,
            entity_id=str(entity_id),
        )
    )


def verify(session: Session) -> int | None:
    """The ID of the first line at which the chain or a stored value does not hold, or nothing."""
    previous = FIRST
    for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=1000)):
        if entry.previous_hash != previous or entry.hash != hash_of(vars(entry)):
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


def _first_false_value(session: Session) -> int | None:
    rows = session.execute(
        select(AuditEntry.id, AuditEntry.digests, AuditValue.field, AuditValue.before, AuditValue.after)
        .join(AuditValue, AuditValue.entry_id == AuditEntry.id)
        .order_by(AuditEntry.id)
    )
    for entry_id, digests, field, before, after in rows:
        if digests.get(field) != [digest_of(before), digest_of(after)]:
            return int(entry_id)
    return None


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
