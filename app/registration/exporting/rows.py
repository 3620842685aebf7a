"""People, delegations, cities and registrations as rows of text.

Headers and words are English in every language, so that a file that one desk writes is read by another. Who may not see
how people are reached or when they travel gets the same list without those columns. Access needs, diet and passports
are in no list at all.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.delegations.enums import DelegateKind, Rank
from app.delegations.models import City, Delegate, Delegation
from app.events.models import Challenge, Event
from app.events.queries import challenge_name, local
from app.platform.rendering import country_name
from app.platform.spreadsheets import Cell
from app.registration.importing.columns import fields_of
from app.registration.importing.comparing.parties import helix_of
from app.registration.importing.enums import ImportKind
from app.registration.models import Registration

CONTACTS = frozenset({"email", "phone"})
MOVEMENTS = frozenset({"arrives_at", "departs_at"})
RANKS = {rank.value: rank.name.lower().replace("_", " ") for rank in Rank}


@dataclass(frozen=True, kw_only=True)
class Table:
    """A list: the name of its sheet, headers, rows."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def people_table(event: Event, people: Iterable[Delegate], *, hidden: frozenset[str] = frozenset()) -> Table:
    """Delegates in the columns of the import; ``hidden`` names fields that the reader may not see."""
    columns: dict[str, Callable[[Delegate], Cell]] = {
        "party": lambda one: one.delegation.party.name,
        "country": lambda one: country_name(one.delegation.party.country, "en"),
        "helix_role": lambda one: helix_of(one.delegation.party).value.replace("_", " "),
        "honorific": lambda one: one.honorific,
        "family_name": lambda one: one.family_name,
        "given_name": lambda one: one.given_name,
        "native_name": lambda one: one.native_name,
        "native_language": lambda one: one.native_language,
        "badge_name": lambda one: one.badge_name,
        "function": lambda one: one.function,
        "rank": lambda one: RANKS.get(one.rank),
        "email": lambda one: one.email,
        "phone": lambda one: one.phone,
        "languages": lambda one: ", ".join(one.languages),
        "interpretation_into": lambda one: ", ".join(one.interpretation_into),
        "kind": lambda one: "accompanying" if one.kind is DelegateKind.ACCOMPANYING else "delegate",
        "is_head": lambda one: "yes" if one.is_head else "",
        "arrives_at": lambda one: _moment(event, one.arrives_at),
        "departs_at": lambda one: _moment(event, one.departs_at),
    }
    shown = {field: value for field, value in columns.items() if field not in hidden}
    labels = fields_of(ImportKind.PEOPLE)
    return Table(
        title="People",
        headers=tuple(labels[field] for field in shown),
        rows=tuple(tuple(value(one) for value in shown.values()) for one in people),
    )


def cities_table(cities: Iterable[City]) -> Table:
    """Cities in the columns of the import."""
    columns: dict[str, Callable[[City], Cell]] = {
        "name": lambda one: one.name,
        "native_name": lambda one: one.native_name,
        "native_language": lambda one: one.native_language,
        "country": lambda one: country_name(one.country, "en"),
        "region": lambda one: one.region,
        "population": lambda one: one.population,
        "income_group": lambda one: one.income_group.value.replace("_", " ") if one.income_group else None,
        "languages": lambda one: ", ".join(one.languages),
        "latitude": lambda one: one.latitude,
        "longitude": lambda one: one.longitude,
        "website": lambda one: one.website,
        "about": lambda one: one.about,
        "needs": lambda one: _weights((need.challenge, need.intensity) for need in one.needs),
        "offers": lambda one: _weights((offer.challenge, offer.intensity) for offer in one.offers),
    }
    labels = fields_of(ImportKind.CITIES)
    return Table(
        title="Cities",
        headers=tuple(labels[field] for field in columns),
        rows=tuple(tuple(value(one) for value in columns.values()) for one in cities),
    )


def delegations_table(delegations: Iterable[Delegation]) -> Table:
    """Delegations with their head and how many come."""
    headers = (
        "Delegation", "Name in own script", "Code", "City or organisation", "Country", "Kind of party",
        "Head of delegation", "People", "Language of the pack", "Invited by",
    )  # fmt: skip
    rows = []
    for one in delegations:
        active = [member for member in one.delegates if member.is_active]
        head = next((member.badge_name for member in active if member.is_head), None)
        rows.append(
            (
                one.name,
                one.native_name,
                one.code,
                one.party.name,
                country_name(one.party.country, "en"),
                helix_of(one.party).value.replace("_", " "),
                head,
                len(active),
                one.locale,
                ", ".join(one.invited_by),
            )
        )
    return Table(title="Delegations", headers=headers, rows=tuple(rows))


def registrations_table(
    event: Event, registrations: Iterable[Registration], *, hidden: frozenset[str] = frozenset()
) -> Table:
    """Registrations as they stand, one row each."""
    columns: Mapping[str, tuple[str, Callable[[Registration], Cell]]] = {
        "id": ("Number", lambda one: one.id),
        "party": ("City or organisation", lambda one: one.party_name),
        "door": ("Form", lambda one: one.door.value),
        "state": ("State", lambda one: one.state.value),
        "contact": ("Focal point", lambda one: one.contact_name),
        "email": ("E-mail", lambda one: one.contact_email),
        "people": ("People", lambda one: one.people),
        "locale": ("Language", lambda one: one.locale),
        "submitted": ("Handed in", lambda one: _moment(event, one.submitted_at)),
        "decided": ("Decided", lambda one: _moment(event, one.decided_at)),
        "reason": ("Reason", lambda one: one.reason),
    }
    shown = [column for field, column in columns.items() if field not in hidden]
    return Table(
        title="Registrations",
        headers=tuple(header for header, _value in shown),
        rows=tuple(tuple(value(one) for _header, value in shown) for one in registrations),
    )


def _moment(event: Event, moment: datetime | None) -> str | None:
    """Venue time as the import reads it."""
    return f"{local(event, moment):%Y-%m-%d %H:%M}" if moment else None


def _weights(links: Iterable[tuple[Challenge, int]]) -> str:
    return "; ".join(sorted(f"{challenge_name(challenge, 'en')} {weight}" for challenge, weight in links))
