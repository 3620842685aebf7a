"""What people let be listed, field by field: the one place that says what a list for others may show of somebody.

Names come first: without a name nothing of a person is listed. Protected persons are never listed, nor is who was not
approved. A city or organisation is named where it agreed itself (``Party.is_listed``), whatever its people agreed to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.delegations.models import City, Delegate, Delegation, Organisation
from app.platform.wording import holds

CONSENTS = ("list_name", "list_function", "list_city")
"""What may be agreed to; the name in its own script goes with the name."""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A person as others may see them in the list: nothing stands here that they did not agree to."""

    name: str
    native_name: str | None
    native_language: str | None
    function: str | None
    party: str | None
    party_native: str | None
    party_language: str | None
    kind: str | None


def agreed_of(consents: Mapping[str, Any]) -> dict[str, bool]:
    """What was agreed to, each consent said; nothing without the name."""
    has_name = bool(consents.get("list_name"))
    return {name: has_name and bool(consents.get(name)) for name in CONSENTS}


def may_be_named(delegate: Delegate) -> bool:
    """Whether the public may read this name now."""
    takes_part = delegate.is_active and delegate.approved_at is not None
    return takes_part and not delegate.is_protected and agreed_of(delegate.consents)["list_name"]


def public_name_of(delegate: Delegate) -> str | None:
    """What the public reads of a person on a session: the name, or nothing.

    A function or a delegation in its place would say who it is without having been agreed to.
    """
    return delegate.badge_name if may_be_named(delegate) else None


def listed_people(session: Session, event_id: int, *, query: str = "", kind: str = "") -> tuple[Listed, ...]:
    """The approved people of an edition who agreed, by name; the filters look only at what is shown."""
    rows = session.scalars(
        select(Delegate)
        .where(
            Delegate.event_id == event_id,
            Delegate.is_active.is_(True),
            Delegate.is_protected.is_(False),
            Delegate.approved_at.is_not(None),
        )
        .options(selectinload(Delegate.delegation).selectinload(Delegation.party))
        .order_by(Delegate.family_name, Delegate.given_name, Delegate.id)
    )
    people = [_listed(one) for one in rows if may_be_named(one)]
    return tuple(
        one for one, said in people if (not kind or one.kind == kind) and (not query.strip() or holds(said, query))
    )


def _listed(delegate: Delegate) -> tuple[Listed, str]:
    """A person as listed, and the text in which a search looks."""
    agreed = agreed_of(delegate.consents)
    party = delegate.delegation.party
    names_party = agreed["list_city"] and party.is_listed
    shown = Listed(
        name=delegate.badge_name,
        native_name=delegate.native_name,
        native_language=delegate.native_language,
        function=delegate.function if agreed["list_function"] else None,
        party=party.name if names_party else None,
        party_native=party.native_name if names_party else None,
        party_language=party.native_language if names_party else None,
        kind=("city" if isinstance(party, City) else _role(party)) if names_party else None,
    )
    said = (shown.name, shown.native_name, shown.function, shown.party, shown.party_native)
    return shown, " ".join(part for part in said if part)


def _role(party: object) -> str | None:
    return party.helix_role.value if isinstance(party, Organisation) else None


def cities_that_come(session: Session, event_id: int) -> tuple[str, ...]:
    """The names of the cities that agreed to be named and send somebody, for visitors who see no people."""
    coming = select(Delegation.party_id).join(Delegate)
    coming = coming.where(Delegate.is_active.is_(True), Delegate.approved_at.is_not(None))
    return tuple(
        session.scalars(
            select(City.name)
            .where(City.event_id == event_id, City.is_listed.is_(True), City.id.in_(coming))
            .order_by(City.name)
        )
    )
