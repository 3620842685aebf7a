"""Who else may be the person who is erased: rows and forms of the same name under another address.

A name is compared in any order of its parts and in its own script; whether it is the same person somebody must say.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.delegations.likeness import mail_key, name_key, native_key
from app.delegations.models import Delegate, Delegation
from app.delegations.names import full_name_of
from app.registration.models import Registration


@dataclass(frozen=True, kw_only=True)
class Likely:
    """A record that may be theirs; ``key`` names it in a form, ``mails`` are the addresses on it."""

    key: str
    name: str
    native_name: str | None
    mails: tuple[str, ...]
    place: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Marks:
    """By what a person is recognised: digests of names, Latin and in their own script, and of addresses."""

    names: frozenset[str]
    mails: frozenset[str]

    def meet_under_another(self, said: dict[str, Any], *, needs_mail: bool) -> bool:
        """Whether one of these names stands in a row of a form, under another address, or under none."""
        mail = mail_key(str(said.get("email") or ""))
        return bool(self.names & keys_of(said)) and mail not in self.mails and (mail is not None or not needs_mail)


def keys_of(said: dict[str, Any]) -> set[str]:
    """The digests of the names in a row of a form."""
    given, family, native = (str(said.get(one) or "") for one in ("given_name", "family_name", "native_name"))
    return {key for key in (name_key(given, family), native_key(native)) if key}


def keys_of_row(row: Delegate) -> set[str]:
    """The digests of the names of a delegate."""
    return {key for key in (row.name_key, row.native_key) if key}


def people_said(form: Registration) -> Iterator[dict[str, Any]]:
    """Whoever stands on a form, handed in or kept: who registers alone, members, the contact under the one name."""
    for said in (form.answers, form.draft):
        if said.get("family_name"):
            yield dict(said)
        members = said.get("members")
        yield from (one for one in members if isinstance(one, dict)) if isinstance(members, list) else ()
    if form.contact_name:
        yield {"family_name": form.contact_name, "email": form.contact_email}


def likely_records(
    session: Session,
    *,
    marks: Marks,
    events: Collection[int],
    people: Collection[int],
    forms: Collection[int],
    cleaned: Collection[int],
) -> tuple[Likely, ...]:
    """Rows and forms that carry a name of these marks and are not theirs yet, and rows that have one of the addresses.

    Forms that made people are left out: their people are rows.

    Args:
        cleaned: forms of others from which they go by their address, and where no address stands by their name.
    """
    return (
        *_delegates(session, marks=marks, events=events, people=people),
        *_forms(session, marks=marks, events=events, forms=forms, cleaned=cleaned),
    )


def _delegates(session: Session, *, marks: Marks, events: Collection[int], people: Collection[int]) -> Iterable[Likely]:
    rows = session.execute(
        select(Delegate, Delegation.name)
        .join(Delegation, Delegation.id == Delegate.delegation_id)
        .where(
            Delegate.event_id.in_(events),
            Delegate.id.not_in(people),
            Delegate.erased_at.is_(None),
            Delegate.merged_into_id.is_(None),
            or_(
                Delegate.name_key.in_(marks.names),
                Delegate.native_key.in_(marks.names),
                Delegate.mail_key.in_(marks.mails),
            ),
        )
        .order_by(Delegate.id)
    )
    for row, delegation in rows:
        yield Likely(
            key=f"delegate:{row.id}",
            name=full_name_of(row),
            native_name=row.native_name,
            mails=(row.email,) if row.email else (),
            place=delegation,
            address=f"people/{row.id}",
        )


def _forms(
    session: Session, *, marks: Marks, events: Collection[int], forms: Collection[int], cleaned: Collection[int]
) -> Iterable[Likely]:
    made_nobody = and_(Registration.delegate_id.is_(None), Registration.delegation_id.is_(None))
    found = session.scalars(
        select(Registration)
        .where(Registration.event_id.in_(events), Registration.id.not_in(forms), made_nobody)
        .order_by(Registration.id)
    )
    for form in found:
        met = [said for said in people_said(form) if marks.meet_under_another(said, needs_mail=form.id in cleaned)]
        if not met:
            continue
        first = met[0]
        yield Likely(
            key=f"registration:{form.id}",
            name=f"{first.get('given_name') or ''} {first['family_name']}".strip(),
            native_name=first.get("native_name"),
            mails=tuple(dict.fromkeys(str(said["email"]) for said in met if said.get("email"))),
            place=form.party_name,
            address=f"registrations/{form.id}",
        )
