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
from app.accounts.models import Account, RoleGrant, SignInLink, SignInSession
from app.delegations.models import BlockedTime, Delegate, Party, PassportDetail, Photo, Recheck
from app.delegations.names import full_name_of, latin_name_of
from app.delegations.queries import ids_of_person
from app.events.models import Event
from app.meetings.models import MeetingWish
from app.office.service.erasing import forms
from app.office.service.erasing.forms import ERASED
from app.office.service.withdrawing import free
from app.platform import audit
from app.platform.actor import Actor
from app.platform.audit import AuditEntry, AuditValue
from app.platform.errors import Refused
from app.platform.i18n import gettext as _
from app.platform.outbox import OutboxMail
from app.platform.traces import Looked, replace_texts, traces_of
from app.platform.wording import folded
from app.printing.models import BadgeCode, CalendarEntry, CalendarLink, PrintedSheet
from app.registration.importing.models import ImportFile
from app.registration.models import MemberLink

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
    ``forms`` went whole; ``alike`` are forms under another address that carry both names: a person must look at them.
    """

    people: tuple[int, ...]
    forms: tuple[int, ...]
    replaced: dict[str, int]
    shared: tuple[str, ...]
    alike: tuple[int, ...]
    proof: Looked


def erase_person(
    session: Session, *, event: Event, delegate: Delegate, number: str, actor: Actor, now: datetime
) -> Erased:
    """Erase a person of an edition; there is no way back.

    Args:
        number: the number of the person as it was typed, so that nobody erases the neighbour.

    Raises:
        Refused: another number was typed, the person was erased before, or holds a role of the office.
    """
    if number.strip() != str(delegate.id):
        raise Refused({"number": _("Type the number that is shown: %(number)s.") % {"number": delegate.id}})
    if delegate.erased_at is not None:
        raise Refused(_("This person was erased before."))
    rows = _rows_of(session, delegate)
    people = tuple(row.id for row in rows)
    texts = {text for row in rows for text in _texts_of(session, row)}
    found = forms.forms_of(session, people, {row.email for row in rows if row.email})
    texts |= {text for text in forms.texts_of(found) if _is_telling(text)}
    names = forms.names_of(found) | {(folded(row.family_name), folded(row.given_name)) for row in rows}
    _refuse_staff(session, found.mails, now)
    for event_id in sorted({row.event_id for row in rows}):
        one = event if event_id == event.id else session.get_one(Event, event_id)
        theirs = tuple(row.id for row in rows if row.event_id == event_id)
        free(session, event=one, people=theirs, actor=actor, now=now)
        _erase_around(session, one, theirs)
        _erase_log(session, one, theirs)
    forms.erase_forms(session, found, names=names, actor=actor, now=now)
    _erase_mails(session, found.mails)
    _erase_account(session, found.mails)
    shared = _shared(session, texts, people)
    for row in rows:
        _empty(row, now)
    session.flush()
    own = texts - shared
    _forget_in_log(session, own)
    replaced = replace_texts(session, own, by=ERASED, kept=NAMES_OF_OTHERS)
    session.expire_all()
    audit.record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="person.erased",
        entity="delegate",
        entity_id=delegate.id,
        changes={"rows": (len(people), 0)},
    )
    proof = traces_of(session, own, kept=NAMES_OF_OTHERS)
    return Erased(
        people=people,
        forms=tuple(form.id for form in found.own),
        replaced=replaced,
        shared=tuple(sorted(shared)),
        alike=forms.alike(session, found, names=names, events={row.event_id for row in rows}),
        proof=proof,
    )


def _rows_of(session: Session, delegate: Delegate) -> list[Delegate]:
    """All rows that this person is: those merged into theirs, and theirs in other editions by the same address."""
    mail = (delegate.email or "").lower()
    same = select(Delegate.id).where(func.lower(Delegate.email) == mail, Delegate.erased_at.is_(None))
    ids = {delegate.id, *(session.scalars(same) if delegate.email else ())}
    whole = {one for found in ids for one in ids_of_person(session, found)}
    return [session.get_one(Delegate, one) for one in sorted(whole)]


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


def _refuse_staff(session: Session, mails: Collection[str], now: datetime) -> None:
    """Who works in the office gives the role back first: else the office could lose its last administrator."""
    held = session.scalar(
        select(RoleGrant.id)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(
            func.lower(Account.email).in_(mails),
            RoleGrant.role.in_(STAFF_ROLES | {Role.ADMINISTRATOR}),
            or_(RoleGrant.until.is_(None), RoleGrant.until > now),
        )
        .limit(1)
    )
    if held is not None:
        raise Refused(_("This person holds a role of the office. Take the role back first."))


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
    return text != ERASED and (len(text) >= SHORTEST or not text.isascii())


def _empty(row: Delegate, now: datetime) -> None:
    row.family_name, row.given_name, row.badge_name = ERASED, "", ERASED
    row.name_key = None
    for name in (
        "honorific", "native_name", "native_language", "function", "email", "phone", "access_needs", "diet", "locale",
        "arrives_at", "departs_at", "account_id",
    ):  # fmt: skip
        setattr(row, name, None)
    row.languages, row.interpretation_into, row.consents = [], [], {}
    row.is_active = row.takes_meetings = row.is_head = row.is_focal_point = False
    row.erased_at = now


def _erase_account(session: Session, mails: Collection[str]) -> None:
    """The accounts of these addresses: closed, nameless, signed out everywhere, without a right."""
    for account in session.scalars(select(Account).where(func.lower(Account.email).in_(mails))):
        for table in (SignInSession, RoleGrant):
            session.execute(
                delete(table).where(table.account_id == account.id).execution_options(synchronize_session=False)
            )
        audit.forget_name(session, account.display_name)
        account.email, account.display_name = f"{ERASED}-{account.id}@erased.invalid", ERASED
        account.is_active = False
    links = delete(SignInLink).where(func.lower(SignInLink.email).in_(mails))
    session.execute(links.execution_options(synchronize_session=False))


def _erase_around(session: Session, event: Event, people: tuple[int, ...]) -> None:
    """Rows that are about them alone: passport, photos, links, uploads, sheets, what they wrote into wishes."""
    for table in (PassportDetail, Recheck, Photo, MemberLink, BlockedTime):
        session.execute(delete(table).where(table.delegate_id.in_(people)).execution_options(synchronize_session=False))
    session.execute(
        update(PrintedSheet)
        .where(PrintedSheet.delegate_id.in_(people))
        .values(content={})
        .execution_options(synchronize_session=False)
    )
    for told in (CalendarLink, CalendarEntry, BadgeCode):
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


def _erase_mails(session: Session, mails: Collection[str]) -> None:
    """What was or would be sent to them."""
    session.execute(
        update(OutboxMail)
        .where(func.lower(OutboxMail.recipient).in_(mails))
        .values(recipient=ERASED, subject=ERASED, body="", reason=None)
        .execution_options(synchronize_session=False)
    )


def _erase_log(session: Session, event: Event, people: tuple[int, ...]) -> None:
    """The values of lines about them. The lines and their digests stay."""
    about = select(AuditEntry.id).where(
        AuditEntry.event_id == event.id,
        AuditEntry.entity == "delegate",
        AuditEntry.entity_id.in_([str(one) for one in people]),
    )
    session.execute(
        delete(AuditValue).where(AuditValue.entry_id.in_(about)).execution_options(synchronize_session=False)
    )


def _forget_in_log(session: Session, texts: set[str]) -> None:
    """Values that name them in lines about other things, and their names as those who acted."""
    held = [
        column.icontains(text, autoescape=True) for text in texts for column in (AuditValue.before, AuditValue.after)
    ]
    if held:
        session.execute(delete(AuditValue).where(or_(*held)).execution_options(synchronize_session=False))
    for text in texts:
        audit.forget_name(session, text)
