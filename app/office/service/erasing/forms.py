"""The forms of a person who is erased: their own go whole, from others their row and their contact go.

A form is their own when it brought them here, when one person handed it in under their mail address, or when it was put
together with such a form: then the other address on it is theirs too.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.delegations.models import Delegate
from app.platform import audit
from app.platform.actor import Actor
from app.platform.audit import AuditEntry, AuditValue
from app.platform.wording import folded
from app.registration.enums import CORRECTABLE, Door, RegistrationState
from app.registration.models import Question, Registration

ERASED = "erased"
CONTACT = ("contact_name", "contact_email", "contact_phone", "contact_function")
OPEN = CORRECTABLE | {RegistrationState.DRAFT}

Names = frozenset[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Forms:
    """Forms on which a person stands, their own and those of others, and all their mail addresses in small letters."""

    own: tuple[Registration, ...]
    others: tuple[Registration, ...]
    mails: frozenset[str]


def forms_of(session: Session, people: Collection[int], mails: Collection[str]) -> Forms:
    """All forms that name these rows of one person, in every edition."""
    addresses, own = {mail.lower() for mail in mails}, dict[int, Registration]()
    while True:
        before = len(own)
        for form in session.scalars(select(Registration).where(_is_own(people, addresses, own))):
            own[form.id] = form
            addresses |= {mail.lower() for mail in (form.contact_email, *_said(form, "email")) if mail}
        if len(own) == before:
            break
    delegations = select(Delegate.delegation_id).where(Delegate.id.in_(people))
    others = session.scalars(
        select(Registration)
        .where(
            or_(
                func.lower(Registration.contact_email).in_(addresses),
                Registration.delegation_id.in_(delegations),
            ),
            Registration.id.not_in(own),
        )
        .order_by(Registration.id)
    )
    return Forms(own=tuple(own.values()), others=tuple(others), mails=frozenset(addresses))


def names_of(forms: Forms) -> Names:
    """Family and given name as their own forms say them, folded."""
    pairs = ((said.get("family_name"), said.get("given_name")) for form in forms.own for said in _answers(form))
    return frozenset((folded(str(family)), folded(str(given or ""))) for family, given in pairs if family)


def texts_of(forms: Forms) -> set[str]:
    """Whole names and addresses that stand on their own forms, in every spelling, and on their rows of others."""
    texts = set(forms.mails)
    for form in forms.own:
        texts.add(form.contact_name)
        for said in _answers(form):
            texts |= _texts_of_row(said)
    for form in forms.others:
        for said in _answers(form):
            texts.update(*(_texts_of_row(one) for one in _members(said) if _mail_of(one) in forms.mails))
    return {text.strip() for text in texts if text and text.strip()}


def erase_forms(session: Session, forms: Forms, *, names: Names, actor: Actor, now: datetime) -> None:
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


def alike(session: Session, forms: Forms, *, names: Names, events: Collection[int]) -> tuple[int, ...]:
    """Forms that nobody approved and that carry both names under an address that is not known to be theirs."""
    rows = session.execute(
        select(Registration.id, Registration.answers, Registration.draft)
        .where(
            Registration.event_id.in_(events),
            Registration.id.not_in([form.id for form in forms.own]),
            Registration.delegate_id.is_(None),
            Registration.delegation_id.is_(None),
        )
        .order_by(Registration.id)
    )
    return tuple(
        number
        for number, answers, draft in rows
        if any(_names_of_row(one) in names for said in (answers, draft) for one in (said, *_members(said)))
    )


def _is_own(people: Collection[int], mails: set[str], own: dict[int, Registration]) -> ColumnElement[bool]:
    is_nobody_elses = or_(Registration.delegate_id.is_(None), Registration.delegate_id.in_(people))
    leads_to = [form.duplicate_of_id for form in own.values() if form.duplicate_of_id is not None]
    return or_(
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


def _names_of_row(row: dict[str, Any]) -> tuple[str, str]:
    return folded(str(row.get("family_name") or "")), folded(str(row.get("given_name") or ""))


def _texts_of_row(row: dict[str, Any]) -> set[str]:
    family, given = (str(row.get(name) or "") for name in ("family_name", "given_name"))
    whole = [str(row.get(name) or "") for name in ("native_name", "badge_name", "email", "phone")]
    return {*whole, f"{given} {family}".strip(), f"{family} {given}".strip()}


def _without(said: dict[str, Any], mails: Collection[str], names: Names, *, is_contact: bool) -> dict[str, Any]:
    """What a form says without the rows of these people, known by address or by both names, and without the contact."""
    cleaned = dict(said)
    if is_contact:
        cleaned |= {name: "" if name == "contact_email" else ERASED for name in CONTACT if said.get(name)}
    members = said.get("members")
    if isinstance(members, list):
        cleaned["members"] = [one for one in members if not (isinstance(one, dict) and _is_one_of(one, mails, names))]
    return cleaned


def _is_one_of(member: dict[str, Any], mails: Collection[str], names: Names) -> bool:
    return _mail_of(member) in mails if member.get("email") else _names_of_row(member) in names
