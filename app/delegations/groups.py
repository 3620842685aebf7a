"""The protected fields of a person as values, a group each: a page gets the groups that its reader needs.

The row itself withholds these fields from every template (``Delegate.withheld``), so that none reaches more than it was
given.
"""

from dataclasses import dataclass
from datetime import date, datetime

from app.accounts.enums import Role
from app.delegations import readers
from app.delegations.models import BlockedTime, Delegate, PassportDetail


@dataclass(frozen=True, kw_only=True)
class Contacts:
    """How a person is reached."""

    email: str | None
    phone: str | None


@dataclass(frozen=True, kw_only=True)
class Stay:
    """When a person is there."""

    arrives_at: datetime | None
    departs_at: datetime | None
    blocked_times: tuple[BlockedTime, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Needs:
    """What a person needs at table and on the way."""

    access_needs: str | None
    diet: str | None


@dataclass(frozen=True, kw_only=True)
class Passport:
    """What the pass at the gate is made of."""

    number: str
    nationality: str
    born_on: date | None
    expires_on: date | None


@dataclass(frozen=True, kw_only=True)
class Groups:
    """The protected groups that a role sees; nothing stands for what it does not see."""

    contacts: Contacts | None
    stay: Stay | None
    needs: Needs | None


def groups_for(role: Role, person: Delegate) -> Groups:
    """The protected groups of a person that a role needs; ``blocked_times`` must be loaded."""
    return Groups(
        contacts=contacts_of(person) if role in readers.CONTACTS else None,
        stay=stay_of(person, blocked_times=tuple(person.blocked_times)) if role in readers.TRAVEL else None,
        needs=Needs(access_needs=person.access_needs, diet=person.diet) if role in readers.NEEDS else None,
    )


def contacts_of(person: Delegate) -> Contacts:
    """For whoever may reach this person: the office, the focal point, and they themselves."""
    return Contacts(email=person.email, phone=person.phone)


def stay_of(person: Delegate, *, blocked_times: tuple[BlockedTime, ...] = ()) -> Stay:
    """For whoever plans with this person's days, and for themselves."""
    return Stay(arrives_at=person.arrives_at, departs_at=person.departs_at, blocked_times=blocked_times)


def passport_of(detail: PassportDetail) -> Passport:
    """For protocol alone; whoever asks notes the look."""
    return Passport(
        number=detail.number, nationality=detail.nationality, born_on=detail.born_on, expires_on=detail.expires_on
    )
