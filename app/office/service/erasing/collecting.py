"""All that is of one person, whatever it is called and wherever it stands, and what may be theirs too."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.delegations.likeness import mail_key
from app.delegations.models import Delegate
from app.delegations.queries import ids_of_person
from app.office.service.erasing import forms
from app.office.service.erasing.likely import Likely, Marks, keys_of_row, likely_records
from app.platform.errors import Refused
from app.platform.i18n import gettext as _
from app.registration.models import Registration

KINDS = ("delegate", "registration")


@dataclass(frozen=True, kw_only=True)
class Theirs:
    """All that is known to be of one person: rows, forms, names; and records that may be theirs too."""

    rows: tuple[Delegate, ...]
    found: forms.Forms
    names: frozenset[str]
    likely: tuple[Likely, ...]

    @property
    def people(self) -> tuple[int, ...]:
        return tuple(row.id for row in self.rows)


def theirs_of_person(session: Session, delegate: Delegate, *, also: Collection[str] = ()) -> Theirs:
    """What is of a delegate; ``also`` are keys of likely records that somebody said are theirs.

    Raises:
        Refused: a key that does not stand among the likely records.
    """
    return _theirs(session, _rows_of(session, delegate), whole=(), event_id=delegate.event_id, also=also)


def theirs_of_form(session: Session, registration: Registration, *, also: Collection[str] = ()) -> Theirs:
    """What is of whoever handed in a form that made no person; a delegate of the same address is a likely record.

    Raises:
        Refused: a key that does not stand among the likely records.
    """
    return _theirs(session, (), whole=(registration.id,), event_id=registration.event_id, also=also)


def _theirs(
    session: Session, known: Sequence[Delegate], *, whole: Collection[int], event_id: int, also: Collection[str]
) -> Theirs:
    """Collected once; where likely records are said to be theirs, again with these and what hangs on them."""
    first = _collected(session, known, whole=whole, named_on=(), mails=(), event_id=event_id)
    chosen = [one for one in first.likely if one.key in also]
    if len(chosen) != len(set(also)):
        raise Refused({"also": _("What may be theirs has changed. Look again.")})
    if not chosen:
        return first
    numbers = {kind: [int(one.key.split(":")[1]) for one in chosen if one.key.startswith(kind)] for kind in KINDS}
    rows_too = [row for one in numbers["delegate"] for row in _rows_of(session, session.get_one(Delegate, one))]
    all_rows = {row.id: row for row in (*known, *rows_too)}
    mails = {mail for one in chosen for mail in one.mails}
    again = _collected(
        session, tuple(all_rows.values()), whole=whole, named_on=numbers["registration"], mails=mails, event_id=event_id
    )
    left = {one.key for one in first.likely} - set(also)
    return replace(again, likely=tuple(one for one in again.likely if one.key in left))


def _collected(
    session: Session,
    known: Sequence[Delegate],
    *,
    whole: Collection[int],
    named_on: Collection[int],
    mails: Collection[str],
    event_id: int,
) -> Theirs:
    addresses = {row.email for row in known if row.email} | set(mails)
    people = tuple(row.id for row in known)
    found = forms.forms_of(session, people, addresses, whole=whole, named_on=named_on)
    names = forms.names_of(found) | {key for row in known for key in keys_of_row(row)}
    likely = likely_records(
        session,
        marks=Marks(names=names, mails=frozenset(key for key in map(mail_key, found.mails) if key)),
        events={event_id, *(row.event_id for row in known)},
        people=people,
        forms={form.id for form in found.own},
        cleaned={form.id for form in found.others},
    )
    return Theirs(rows=tuple(known), found=found, names=names, likely=likely)


def _rows_of(session: Session, delegate: Delegate) -> list[Delegate]:
    """All rows that this person is: those merged into theirs, and theirs in other editions by the same address."""
    mail = (delegate.email or "").lower()
    same = select(Delegate.id).where(func.lower(Delegate.email) == mail, Delegate.erased_at.is_(None))
    ids = {delegate.id, *(session.scalars(same) if delegate.email else ())}
    whole = {one for found in ids for one in ids_of_person(session, found)}
    return [session.get_one(Delegate, one) for one in sorted(whole)]
