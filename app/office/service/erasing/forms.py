"""The forms of a person who is erased: their own go whole, from others their row and their contact go.

A form is their own when it brought them here, when one person handed it in under their mail address, or when it was put
together with such a form: then the other address on it is theirs too. A form that is erased as such is theirs.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.delegations.likeness import name_key
from app.delegations.models import Delegate
from app.office.service.erasing.likely import keys_of
from app.platform import audit
from app.platform.actor import Actor
from app.platform.audit import AuditEntry, AuditValue
from app.platform.outbox import ERASED
from app.registration.enums import CORRECTABLE, Door, RegistrationState
from app.registration.models import Question, Registration

CONTACT = ("contact_name", "contact_email", "contact_phone", "contact_function")
OPEN = CORRECTABLE | {RegistrationState.DRAFT}


@dataclass(frozen=True, kw_only=True)
class Forms:
    """Forms on which a person stands, their own and those of others, and all their mail addresses in small letters."""

    own: tuple[Registration, ...]
    others: tuple[Registration, ...]
    mails: frozenset[str]


def forms_of(
    session: Session,
    people: Collection[int],
    mails: Collection[str],
    *,
    whole: Collection[int] = (),
    named_on: Collection[int] = (),
) -> Forms:
    """All forms that name these rows of one person, in every edition.

    Args:
        whole: forms that are erased as such.
        named_on: forms on which somebody recognised them under another name or address.
    """
    addresses, own = {mail.lower() for mail in mails}, dict[int, Registration]()
    while True:
        before = len(own)
        for form in session.scalars(select(Registration).where(_is_own(people, addresses, own, whole))):
            own[form.id] = form
            addresses |= {mail.lower() for mail in (form.contact_email, *_said(form, "email")) if mail}
        if len(own) == before:
            break
    delegations = select(Delegate.delegation_id).where(Delegate.id.in_(people))
    written = [
        cast(column, String).icontains(address, autoescape=True)
        for address in addresses
        for column in (Registration.answers, Registration.draft)
    ]
    others = session.scalars(
        select(Registration)
        .where(
            or_(
                func.lower(Registration.contact_email).in_(addresses),
                Registration.delegation_id.in_(delegations),
                Registration.id.in_(named_on),
                *written,
            ),
            Registration.id.not_in(own),
        )
        .order_by(Registration.id)
    )
    return Forms(own=tuple(own.values()), others=tuple(others), mails=frozenset(addresses))


def names_of(forms: Forms) -> frozenset[str]:
    """Digests of the names that stand on their own forms, of the contact and of who registers alone."""
    rows = [said for form in forms.own for said in _answers(form) if said.get("family_name")]
    contacts = {name_key("", form.contact_name) for form in forms.own}
    return frozenset(key for key in (*contacts, *(key for said in rows for key in keys_of(said))) if key)


def texts_of(forms: Forms) -> set[str]:
    """Whole names and addresses that stand on their own forms, in every spelling, and on their rows of others."""
    texts = set(forms.mails)
    for form in forms.own:
        texts.add(form.contact_name)
        for said in _answers(form):
            texts |= _texts_of_row(said) | {str(said.get("contact_phone") or "")}
    for form in forms.others:
        for said in _answers(form):
            texts.update(*(_texts_of_row(one) for one in _members(said) if _mail_of(one) in forms.mails))
    return {text.strip() for text in texts if text and text.strip()}


def erase_forms(session: Session, forms: Forms, *, names: Collection[str], actor: Actor, now: datetime) -> None:
    """Empty their own forms with what was asked and logged about them, and take them out of those of others."""
    ids = [form.id for form in forms.own]
    session.execute(
        update(Question)
        .where(Question.registration_id.in_(ids))
        .values(text="", answer=None)
        .execution_options(synchronize_session=False)
    )
    about = select(AuditEntry.id).where(
        AuditEntry.entity == "registration", AuditEntry.entity_id.in_([str(one) for one in ids])
    )
    session.execute(
        delete(AuditValue).where(AuditValue.entry_id.in_(about)).execution_options(synchronize_session=False)
    )
    for form in forms.own:
        form.answers, form.draft, form.reason = {}, {}, None
        form.contact_name, form.contact_email = ERASED, ""
        if form.state in OPEN:
            _close(session, form, actor=actor, now=now)
    for form in forms.others:
        is_contact = form.contact_email.lower() in forms.mails
        if is_contact:
            form.contact_name, form.contact_email = ERASED, ""
        form.answers = _without(form.answers, forms.mails, names, is_contact=is_contact)
        form.draft = _without(form.draft, forms.mails, names, is_contact=is_contact)
        if form.answers.get("members") is not None:
            form.people = len(_members(form.answers))


def _is_own(
    people: Collection[int], mails: set[str], own: dict[int, Registration], whole: Collection[int]
) -> ColumnElement[bool]:
    is_nobody_elses = or_(Registration.delegate_id.is_(None), Registration.delegate_id.in_(people))
    leads_to = [form.duplicate_of_id for form in own.values() if form.duplicate_of_id is not None]
    return or_(
        Registration.id.in_(whole),
        Registration.delegate_id.in_(people),
        and_(Registration.door == Door.INDIVIDUAL, func.lower(Registration.contact_email).in_(mails), is_nobody_elses),
        and_(or_(Registration.duplicate_of_id.in_(own), Registration.id.in_(leads_to)), is_nobody_elses),
    )


def _close(session: Session, form: Registration, *, actor: Actor, now: datetime) -> None:
    before, form.state = form.state, RegistrationState.WITHDRAWN
    audit.record(
        session,
        actor=actor,
        now=now,
        event_id=form.event_id,
        action="registration.withdrawn",
        entity="registration",
        entity_id=form.id,
        changes={"state": (before.value, form.state.value)},
    )


def _answers(form: Registration) -> Iterator[dict[str, Any]]:
    yield from (said for said in (form.answers, form.draft) if said)


def _said(form: Registration, name: str) -> Iterator[str]:
    yield from (str(said[name]) for said in _answers(form) if said.get(name))


def _members(said: dict[str, Any]) -> list[dict[str, Any]]:
    members = said.get("members")
    return [one for one in members if isinstance(one, dict)] if isinstance(members, list) else []


def _mail_of(row: dict[str, Any]) -> str:
    return str(row.get("email") or "").lower()


def _texts_of_row(row: dict[str, Any]) -> set[str]:
    family, given = (str(row.get(name) or "") for name in ("family_name", "given_name"))
    whole = [str(row.get(name) or "") for name in ("native_name", "badge_name", "email", "phone")]
    return {*whole, f"{given} {family}".strip(), f"{family} {given}".strip()}


def _without(
    said: dict[str, Any], mails: Collection[str], names: Collection[str], *, is_contact: bool
) -> dict[str, Any]:
    """What a form says without the rows of these people, known by address or by both names, and without the contact."""
    cleaned = dict(said)
    if is_contact:
        cleaned |= {name: "" if name == "contact_email" else ERASED for name in CONTACT if said.get(name)}
        # A form without a phone has nobody to ask: the inbox says so before somebody approves.
        cleaned.pop("contact_phone", None)
    members = said.get("members")
    if isinstance(members, list):
        cleaned["members"] = [one for one in members if not (isinstance(one, dict) and _is_one_of(one, mails, names))]
    return cleaned


def _is_one_of(member: dict[str, Any], mails: Collection[str], names: Collection[str]) -> bool:
    return _mail_of(member) in mails if member.get("email") else bool(keys_of(member) & set(names))
