"""Erasing a person: one transaction, after which nothing in the database tells who they were.

An empty row stays in their place, so that counts, plans and the log stay whole; it says when it was emptied.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from app.accounts.enums import STAFF_ROLES, Role
from app.accounts.models import Account, RoleGrant, SignInLink, SignInSession
from app.delegations.models import BlockedTime, Delegate, PassportDetail, Photo, Recheck
from app.delegations.names import full_name_of, latin_name_of
from app.delegations.queries import ids_of_person
from app.events.models import Event
from app.meetings.models import MeetingWish
from app.office.service.withdrawing import free
from app.platform import audit
from app.platform.actor import Actor
from app.platform.audit import AuditEntry, AuditValue
from app.platform.errors import Refused
from app.platform.i18n import gettext as _
from app.platform.outbox import OutboxMail
from app.platform.traces import Looked, replace_texts, traces_of
from app.printing.models import PrintedSheet
from app.registration.importing.models import ImportFile
from app.registration.models import MemberLink, Question, Registration

ERASED = "erased"
SHORTEST = 5
"""Shorter texts are not replaced inside others: they are parts of common words."""


@dataclass(frozen=True, kw_only=True)
class Erased:
    """What was erased, and the proof: where the person's texts were looked for afterwards, and where one was found."""

    people: tuple[int, ...]
    replaced: dict[str, int]
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
    people = tuple(ids_of_person(session, delegate.id))
    rows = [session.get_one(Delegate, one) for one in people]
    texts = {text for row in rows for text in _texts_of(session, row)}
    mails = {row.email for row in rows if row.email}
    _refuse_staff(session, mails, now)
    free(session, event=event, people=people, actor=actor, now=now)
    _erase_account(session, mails)
    _erase_forms(session, event, people, mails)
    _erase_around(session, event, people, mails)
    for row in rows:
        _empty(row, now)
    session.flush()
    _erase_log(session, event, people, texts)
    replaced = replace_texts(session, texts, by=ERASED)
    session.expire_all()
    audit.record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="person.erased",
        entity="delegate",
        entity_id=people[0],
        changes={"rows": (len(people), 0)},
    )
    return Erased(people=people, replaced=replaced, proof=traces_of(session, texts) if texts else Looked(0, {}))


def _refuse_staff(session: Session, mails: set[str], now: datetime) -> None:
    """Who works in the office gives the role back first: else the office could lose its last administrator."""
    held = session.scalar(
        select(RoleGrant.id)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(
            Account.email.in_([mail.casefold() for mail in mails]),
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
    return {text for text in texts if len(text) >= SHORTEST or not text.isascii()}


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


def _erase_account(session: Session, mails: set[str]) -> None:
    """The accounts of these addresses: closed, nameless, signed out everywhere, without a right."""
    for account in session.scalars(select(Account).where(Account.email.in_([mail.casefold() for mail in mails]))):
        for table in (SignInSession, RoleGrant):
            session.execute(
                delete(table).where(table.account_id == account.id).execution_options(synchronize_session=False)
            )
        audit.forget_name(session, account.display_name)
        account.email, account.display_name = f"{ERASED}-{account.id}@erased.invalid", ERASED
        account.is_active = False
    session.execute(delete(SignInLink).where(SignInLink.email.in_(mails)).execution_options(synchronize_session=False))


def _erase_forms(session: Session, event: Event, people: tuple[int, ...], mails: set[str]) -> None:
    """What was handed in: a form of their own goes whole, on a delegation's form their row and their contact."""
    forms = session.scalars(
        select(Registration).where(
            Registration.event_id == event.id,
            or_(
                Registration.delegate_id.in_(people),
                Registration.contact_email.in_(mails),
                Registration.delegation_id.in_(select(Delegate.delegation_id).where(Delegate.id.in_(people))),
            ),
        )
    )
    for form in forms:
        if form.delegate_id in people:
            form.answers, form.draft = {}, {}
            form.contact_name, form.contact_email = ERASED, ""
            session.execute(
                update(Question)
                .where(Question.registration_id == form.id)
                .values(text="", answer=None)
                .execution_options(synchronize_session=False)
            )
            continue
        if form.contact_email in mails:
            form.contact_name, form.contact_email = ERASED, ""
        form.answers = _without(form.answers, mails)
        form.draft = _without(form.draft, mails)


def _without(said: dict[str, object], mails: set[str]) -> dict[str, object]:
    members = said.get("members")
    if not isinstance(members, list):
        return said
    kept = [one for one in members if not (isinstance(one, dict) and one.get("email") in mails)]
    return {**said, "members": kept}


def _erase_around(session: Session, event: Event, people: tuple[int, ...], mails: set[str]) -> None:
    """Rows that are about them alone: passport, photos, links, uploads, sheets, mails, what they wrote into wishes."""
    for table in (PassportDetail, Recheck, Photo, MemberLink, BlockedTime):
        session.execute(delete(table).where(table.delegate_id.in_(people)).execution_options(synchronize_session=False))
    session.execute(
        update(PrintedSheet)
        .where(PrintedSheet.delegate_id.in_(people))
        .values(content={})
        .execution_options(synchronize_session=False)
    )
    session.execute(
        delete(ImportFile).where(ImportFile.event_id == event.id).execution_options(synchronize_session=False)
    )
    session.execute(
        update(OutboxMail)
        .where(OutboxMail.recipient.in_(mails))
        .values(recipient=ERASED, subject=ERASED, body="", reason=None)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(MeetingWish)
        .where(MeetingWish.event_id == event.id, MeetingWish.from_delegate_id.in_(people))
        .values(topic=None, message=None)
        .execution_options(synchronize_session=False)
    )


def _erase_log(session: Session, event: Event, people: tuple[int, ...], texts: set[str]) -> None:
    """The values of lines about them, and their names as those who acted. The lines and their digests stay."""
    about = select(AuditEntry.id).where(
        AuditEntry.event_id == event.id,
        AuditEntry.entity == "delegate",
        AuditEntry.entity_id.in_([str(one) for one in people]),
    )
    held = [
        column.icontains(text, autoescape=True) for text in texts for column in (AuditValue.before, AuditValue.after)
    ]
    session.execute(
        delete(AuditValue)
        .where(or_(AuditValue.entry_id.in_(about), *held))
        .execution_options(synchronize_session=False)
    )
    for text in texts:
        audit.forget_name(session, text)
