"""Erasing a person: one transaction, after which nothing in the database tells who they were.

An empty row stays in their place, so that counts, plans and the log stay whole; it says when it was emptied.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.accounts.enums import STAFF_ROLES, Role
from app.accounts.models import RoleGrant
from app.agenda.models import SessionAbsence
from app.delegations.models import BlockedTime, Delegate, Party, PassportDetail, Photo, Recheck
from app.delegations.names import full_name_of, latin_name_of
from app.events.models import Event
from app.meetings.models import MeetingWish
from app.office.service.erasing import forms, rows
from app.office.service.erasing.collecting import Theirs, theirs_of_form, theirs_of_person
from app.office.service.erasing.likely import Likely
from app.office.service.withdrawing import free
from app.platform import audit
from app.platform.actor import Actor
from app.platform.errors import Refused
from app.platform.i18n import gettext as _
from app.platform.outbox import ERASED
from app.platform.traces import Looked, replace_texts, traces_of
from app.platform.wording import folded
from app.printing.models import BadgeCode, CalendarEntry, CalendarLink, DayLook, PrintedSheet
from app.registration.importing.models import ImportFile
from app.registration.models import MemberLink, Registration

KINDS = ("delegate", "registration")
SHORTEST = 5
"""Shorter Latin texts are not looked for inside others: they are common words."""

NAMES_OF_OTHERS = frozenset(
    f"{table}.{column}"
    for table, columns in {
        "delegate": ("family_name", "given_name", "native_name", "badge_name", "email", "phone"),
        "party": ("name", "native_name"),
        "delegation": ("name", "native_name"),
        "account": ("display_name", "email"),
        "registration": ("party_name",),
    }.items()
    for column in columns
)
"""Columns that name people and places: those of the erased person are emptied by their rows, others keep theirs."""


@dataclass(frozen=True, kw_only=True)
class Erased:
    """What was erased, and the proof: where the person's texts were looked for afterwards, and where one was found.

    ``shared`` are names that others bear too, whole or within a longer one: these stay where they speak of the others.
    ``forms`` went whole; ``alike`` are records under another address that carry their name and were not ticked.
    """

    people: tuple[int, ...]
    forms: tuple[int, ...]
    replaced: dict[str, int]
    shared: tuple[str, ...]
    alike: tuple[Likely, ...]
    proof: Looked


def erase_person(
    session: Session,
    *,
    event: Event,
    delegate: Delegate,
    number: str,
    also: Collection[str] = (),
    actor: Actor,
    now: datetime,
) -> Erased:
    """Erase a person of an edition; there is no way back.

    Args:
        number: the number of the person as it was typed, so that nobody erases the neighbour.
        also: keys of likely records that are theirs too.

    Raises:
        Refused: another number was typed, the person was erased before, holds a role of the office, or a record that
            was ticked is no longer likely.
    """
    _check_number(number, delegate.id)
    if delegate.erased_at is not None:
        raise Refused(_("This person was erased before."))
    theirs = theirs_of_person(session, delegate, also=also)
    return _erase(session, theirs, event=event, entity="delegate", entity_id=delegate.id, actor=actor, now=now)


def erase_form(
    session: Session,
    *,
    event: Event,
    registration: Registration,
    number: str,
    also: Collection[str] = (),
    actor: Actor,
    now: datetime,
) -> Erased:
    """Erase whoever handed in a form, with the form; where it made a delegation or a city, these stay.

    Raises:
        Refused: as ``erase_person``; or the form made a person, who is erased on their own page, or was emptied before.
    """
    _check_number(number, registration.id)
    if registration.delegate_id is not None:
        raise Refused(_("This form made a person. Erase the person on their own page."))
    if registration.is_erased:
        raise Refused(_("This form was erased before."))
    theirs = theirs_of_form(session, registration, also=also)
    return _erase(session, theirs, event=event, entity="registration", entity_id=registration.id, actor=actor, now=now)


def holds_office(session: Session, theirs: Theirs, now: datetime) -> bool:
    """Whether they work in the office, by an account of theirs."""
    accounts = [account.id for account in rows.accounts_of(session, theirs.found.mails, theirs.people)]
    held = session.scalar(
        select(RoleGrant.id)
        .where(
            RoleGrant.account_id.in_(accounts),
            RoleGrant.role.in_(STAFF_ROLES | {Role.ADMINISTRATOR}),
            or_(RoleGrant.until.is_(None), RoleGrant.until > now),
        )
        .limit(1)
    )
    return held is not None


def _erase(
    session: Session, theirs: Theirs, *, event: Event, entity: str, entity_id: int, actor: Actor, now: datetime
) -> Erased:
    people, found = theirs.people, theirs.found
    # Who works in the office gives the role back first: else the office could lose its last administrator.
    if holds_office(session, theirs, now):
        raise Refused(_("This person holds a role of the office. Take the role back first."))
    texts = {text for row in theirs.rows for text in _texts_of(session, row)}
    texts |= {text for text in forms.texts_of(found) if _is_telling(text)}
    for event_id in sorted({event.id, *(row.event_id for row in theirs.rows)}):
        one = event if event_id == event.id else session.get_one(Event, event_id)
        own = tuple(row.id for row in theirs.rows if row.event_id == event_id)
        if own:
            free(session, event=one, people=own, actor=actor, now=now)
        _erase_around(session, one, own)
        rows.erase_log(session, one, own)
    forms.erase_forms(session, found, names=theirs.names, actor=actor, now=now)
    mails = found.mails - _mails_of_others(session, found.mails, people)
    accounts = rows.accounts_of(session, mails, people)
    texts |= {account.email for account in accounts}
    rows.erase_mails(session, {*mails, *(account.email.lower() for account in accounts)})
    rows.erase_accounts(session, accounts, mails=mails, people=people)
    shared = _shared(session, texts, people)
    for row in theirs.rows:
        rows.empty(row, now)
    session.flush()
    looked_for = texts - shared - (found.mails - mails)
    rows.forget_in_log(session, looked_for)
    replaced = replace_texts(session, looked_for, by=ERASED, kept=NAMES_OF_OTHERS)
    session.expire_all()
    audit.record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action=f"{'person' if entity == 'delegate' else 'form'}.erased",
        entity=entity,
        entity_id=entity_id,
        changes={"rows": (len(people), 0), "forms": (len(found.own), 0)},
    )
    return Erased(
        people=people,
        forms=tuple(form.id for form in found.own),
        replaced=replaced,
        shared=tuple(sorted(shared)),
        alike=theirs.likely,
        proof=traces_of(session, looked_for, kept=NAMES_OF_OTHERS),
    )


def _check_number(number: str, wanted: int) -> None:
    if number.strip() != str(wanted):
        raise Refused({"number": _("Type the number that is shown: %(number)s.") % {"number": wanted}})


def _mails_of_others(session: Session, mails: Collection[str], people: tuple[int, ...]) -> set[str]:
    """The addresses that are also of a delegate who is not erased: mails and account there are theirs."""
    held = session.scalars(
        select(Delegate.email).where(func.lower(Delegate.email).in_(mails), Delegate.id.not_in(people))
    )
    return {mail.lower() for mail in held if mail}


def _shared(session: Session, texts: set[str], people: tuple[int, ...]) -> set[str]:
    """The texts that also name somebody else, whole or as words within a longer name."""
    others = session.execute(
        select(Delegate.badge_name, Delegate.native_name, Delegate.given_name, Delegate.family_name).where(
            Delegate.id.not_in(people)
        )
    )
    names = "\n".join(
        f"{badge}\n{native or ''}\n{given} {family}\n{family} {given}" for badge, native, given, family in others
    )
    places = session.execute(select(Party.name, Party.native_name))
    parties = "\n".join(f"{name}\n{native or ''}" for name, native in places)
    around = f"{names}\n{parties}"
    return {text for text in texts if re.search(rf"(?<!\w){re.escape(text)}(?!\w)", around, re.IGNORECASE)}


def _texts_of(session: Session, row: Delegate) -> set[str]:
    """What tells who somebody is wherever it stands: whole names, addresses, numbers."""
    passport = session.get(PassportDetail, row.id)
    whole = [
        row.email, row.phone, row.native_name, row.badge_name, latin_name_of(row), full_name_of(row),
        f"{row.given_name} {row.family_name}".strip(), f"{row.family_name} {row.given_name}".strip(),
        passport.number if passport else None,
    ]  # fmt: skip
    texts = {text.strip() for text in whole if text and text.strip()}
    return {text for text in texts if _is_telling(text)}


def _is_telling(text: str) -> bool:
    return folded(text) != ERASED and (len(text) >= SHORTEST or not text.isascii())


def _erase_around(session: Session, event: Event, people: tuple[int, ...]) -> None:
    """Rows that are about them alone: passport, photos, links, uploads, sheets, what they wrote into wishes."""
    for table in (PassportDetail, Recheck, Photo, MemberLink, BlockedTime, SessionAbsence):
        session.execute(delete(table).where(table.delegate_id.in_(people)).execution_options(synchronize_session=False))
    session.execute(
        update(PrintedSheet)
        .where(PrintedSheet.delegate_id.in_(people))
        .values(content={})
        .execution_options(synchronize_session=False)
    )
    for told in (CalendarLink, CalendarEntry, BadgeCode, DayLook):
        gone = delete(told).where(told.delegate_id.in_(people))
        session.execute(gone.execution_options(synchronize_session=False))
    session.execute(
        delete(ImportFile).where(ImportFile.event_id == event.id).execution_options(synchronize_session=False)
    )
    session.execute(
        update(MeetingWish)
        .where(MeetingWish.event_id == event.id, MeetingWish.from_delegate_id.in_(people))
        .values(topic=None, message=None)
        .execution_options(synchronize_session=False)
    )
