"""Every row that points at a delegate points at the one who stays; what both have is kept once.

Tables are found by their foreign keys, so that a table that somebody adds is moved too.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, UniqueConstraint, and_, delete, func, select, tuple_, update
from sqlalchemy.orm import Session

from app.accounts.models import RoleGrant
from app.agenda.models import ReleasedPerson, SessionPerson
from app.delegations.enums import RecheckState
from app.delegations.models import Photo, Recheck
from app.meetings.models import Meeting, MeetingVeto, MeetingWish, WishPerson
from app.platform.database.base import Base
from app.platform.errors import Refused
from app.platform.i18n import gettext as _
from app.printing.models import PrintedSheet

PARTS = ("host", "moderator", "speaker", "panellist", "must_attend", "may_attend")
"""Of two parts in one session the weightier stays."""


def pointing_columns() -> list[Column[Any]]:
    """All columns that point at a delegate, but the shell's own pointer."""
    return [
        key.parent
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "delegate"
    ]


def count_rows(session: Session, delegate_id: int) -> dict[str, int]:
    """How many rows of each table point at a delegate, by table."""
    counts: dict[str, int] = {}
    for column in pointing_columns():
        found = session.scalar(select(func.count()).select_from(column.table).where(column == delegate_id)) or 0
        if found:
            counts[column.table.name] = counts.get(column.table.name, 0) + found
    return counts


def move_rows(session: Session, *, from_id: int, to_id: int) -> None:
    """Point every row at the one who stays.

    Raises:
        Refused: the two have a meeting with each other.
    """
    _settle_between(session, from_id, to_id)
    _keep_weightier_part(session, SessionPerson, "session_id", from_id, to_id)
    _keep_weightier_part(session, ReleasedPerson, "released_session_id", from_id, to_id)
    _renumber_sheets(session, from_id, to_id)
    _withdraw_rechecks(session, from_id, to_id)
    _keep_one_photo(session, from_id, to_id)
    _end_second_grants(session, from_id, to_id)
    for column in pointing_columns():
        _drop_twins(session, column, from_id, to_id)
        session.execute(update(column.table).where(column == from_id).values({column.name: to_id}))


def _settle_between(session: Session, from_id: int, to_id: int) -> None:
    """A wish or a veto between two rows of one person means nothing; a meeting is for a person to look at first."""
    both = tuple_(MeetingWish.from_delegate_id, MeetingWish.to_delegate_id).in_([(from_id, to_id), (to_id, from_id)])
    wishes = list(session.scalars(select(MeetingWish.id).where(both)))
    if session.scalar(select(Meeting.id).where(Meeting.wish_id.in_(wishes)).limit(1)) is not None:
        raise Refused(_("These two have a meeting with each other. Cancel it and delete it first."))
    session.execute(delete(WishPerson).where(WishPerson.wish_id.in_(wishes)))
    session.execute(delete(MeetingWish).where(MeetingWish.id.in_(wishes)))
    vetoes = tuple_(MeetingVeto.delegate_id, MeetingVeto.other_delegate_id)
    session.execute(delete(MeetingVeto).where(vetoes.in_([(from_id, to_id), (to_id, from_id)])))


def _keep_weightier_part(
    session: Session, model: type[SessionPerson] | type[ReleasedPerson], key: str, from_id: int, to_id: int
) -> None:
    rows: Sequence[Any] = session.scalars(select(model).where(model.delegate_id.in_([from_id, to_id]))).all()
    mine = {getattr(row, key): row for row in rows if row.delegate_id == to_id}
    for row in rows:
        stays = mine.get(getattr(row, key))
        if row.delegate_id != from_id or stays is None:
            continue
        if PARTS.index(row.part.value) < PARTS.index(stays.part.value):
            stays.part, stays.speaking_minutes = row.part, row.speaking_minutes
        session.delete(row)
    session.flush()


def _renumber_sheets(session: Session, from_id: int, to_id: int) -> None:
    """Sheets of both are kept: numbers go on after those of the one who stays."""
    statement = select(PrintedSheet).where(PrintedSheet.delegate_id == from_id).order_by(PrintedSheet.id)
    for sheet in session.scalars(statement).all():
        newest = session.scalar(
            select(func.max(PrintedSheet.number)).where(
                PrintedSheet.delegate_id == to_id,
                PrintedSheet.kind == sheet.kind,
                PrintedSheet.delegation_id == sheet.delegation_id,
            )
        )
        sheet.number, sheet.delegate_id = max(sheet.number, (newest or 0) + 1), to_id
        session.flush()


def _withdraw_rechecks(session: Session, from_id: int, to_id: int) -> None:
    asked = (Recheck.delegate_id == to_id, Recheck.state == RecheckState.ASKED)
    twice = select(Recheck.field).where(*asked)
    theirs = (Recheck.delegate_id == from_id, Recheck.state == RecheckState.ASKED, Recheck.field.in_(twice))
    values = {"state": RecheckState.REPLACED}
    session.execute(update(Recheck).where(*theirs).values(values).execution_options(synchronize_session=False))


def _keep_one_photo(session: Session, from_id: int, to_id: int) -> None:
    has_own = session.scalar(select(Photo.id).where(Photo.delegate_id == to_id, Photo.is_in_force.is_(True)))
    if has_own is not None:
        session.execute(delete(Photo).where(Photo.delegate_id == from_id, Photo.is_in_force.is_(True)))


def _end_second_grants(session: Session, from_id: int, to_id: int) -> None:
    """A role that the account holds for both rows is held once."""
    columns = (RoleGrant.account_id, RoleGrant.role, RoleGrant.event_id)
    mine = {tuple(row) for row in session.execute(select(*columns).where(RoleGrant.delegate_id == to_id))}
    for grant in session.scalars(select(RoleGrant).where(RoleGrant.delegate_id == from_id)).all():
        if (grant.account_id, grant.role, grant.event_id) in mine:
            session.delete(grant)
    session.flush()


def _drop_twins(session: Session, column: Column[Any], from_id: int, to_id: int) -> None:
    """Delete the rows that would stand beside an equal one of the person who stays."""
    for others in _unique_with(column):
        if not others:
            mine = select(column).where(column == to_id)
            if session.execute(mine).first() is not None:
                session.execute(delete(column.table).where(column == from_id))
            continue
        twin = column.table.alias()
        same: list[ColumnElement[bool]] = [twin.c[other.name] == other for other in others]
        beside = select(1).where(twin.c[column.name] == to_id, and_(*same)).exists()
        session.execute(delete(column.table).where(column == from_id, beside))


def _unique_with(column: Column[Any]) -> list[Sequence[Column[Any]]]:
    """For each unique group of columns that holds this one: the others."""
    table = column.table
    assert isinstance(table, Table)
    groups = [tuple(table.primary_key.columns)]
    groups += [tuple(one.columns) for one in table.constraints if isinstance(one, UniqueConstraint)]
    groups += [tuple(table.c[column.name] for _ in (0,))] if column.unique else []
    return [tuple(other for other in group if other is not column) for group in groups if column in group]
