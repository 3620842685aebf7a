"""Lists of people, delegations and cities as the office filters and sorts them: one way for pages and for exports."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.delegations.enums import HelixRole, Rank, RecheckState
from app.delegations.models import City, Delegate, Delegation, Organisation, Party, Recheck
from app.delegations.names import all_names_of
from app.delegations.queries import cities_of
from app.platform.database.portions import portions
from app.platform.kept import kept
from app.platform.wording import folded, holds

PEOPLE_STATES = ("all", "new", "approved", "recheck", "accredited", "checked_in", "left")
"""Tabs of the list of people; ``left`` are those who no longer take part."""
MOST_DIGITS = 9
NEEDS_FILTERS = frozenset({"access", "diet"})
"""Filters over protected fields: for the roles that need them."""


@dataclass(frozen=True, kw_only=True)
class Listed:
    """What a person is filtered and sorted by; what they need is a yes or no here."""

    id: int
    rank: tuple[Any, ...]
    name: str
    delegation: str
    delegation_id: int
    helix: str
    languages: tuple[str, ...]
    interpretation: tuple[str, ...]
    needs_access: bool
    has_diet: bool
    states: frozenset[str]
    haystack: str


def known_people_filters(given: Mapping[str, str], *, reads_needs: bool) -> dict[str, str]:
    """The filters of an address that mean something to this reader; others are left out."""
    words: dict[str, Callable[[str], bool]] = {
        "state": lambda text: text in PEOPLE_STATES,
        "helix": lambda text: text == "city" or text in set(HelixRole),
        "rank": lambda text: text in {str(rank.value) for rank in Rank},
        "language": lambda text: text.isalpha() and len(text) <= 3,
        "interpretation": lambda text: text == "yes" or (text.isalpha() and len(text) <= 3),
        "delegation": lambda text: text.isdecimal() and len(text) <= MOST_DIGITS,
        "access": lambda text: text == "yes",
        "diet": lambda text: text == "yes",
    }
    kept = {
        name: given[name]
        for name, means in words.items()
        if given.get(name) and means(given[name]) and (reads_needs or name not in NEEDS_FILTERS)
    }
    if kept.get("state") == "all":
        del kept["state"]
    return kept | ({"q": given["q"].strip()} if given.get("q", "").strip() else {})


def people_of_event(session: Session, event_id: int) -> list[Listed]:
    """Everybody of an edition as they are filtered, in one query; shells of merged people are nobody."""
    waiting = set(
        session.scalars(
            select(Recheck.delegate_id).where(Recheck.event_id == event_id, Recheck.state == RecheckState.ASKED)
        )
    )
    statement = (
        select(
            *(Delegate.id, Delegate.rank, Delegate.rank_since, Delegate.honorific, Delegate.family_name),
            *(Delegate.given_name, Delegate.native_name, Delegate.native_language, Delegate.badge_name),
            *(Delegate.function, Delegate.languages, Delegate.interpretation_into, Delegate.delegation_id),
            *(Delegate.is_active, Delegate.approved_at, Delegate.accredited_at, Delegate.checked_in_at),
            Delegate.access_needs.is_not(None).label("needs_access"),
            Delegate.diet.is_not(None).label("has_diet"),
            Delegation.name.label("delegation"),
            Delegation.native_name.label("delegation_native"),
            Organisation.__table__.c.helix_role.label("helix_role"),
        )
        .join(Delegation, Delegation.id == Delegate.delegation_id)
        .join(Party.__table__, Party.__table__.c.id == Delegation.party_id)
        .outerjoin(Organisation.__table__, Organisation.__table__.c.id == Party.__table__.c.id)
        .where(Delegate.event_id == event_id, Delegate.merged_into_id.is_(None))
    )
    return [_listed(row, is_waiting=row.id in waiting) for row in session.execute(statement)]


def people_as_listed(session: Session, event_id: int, *, state: str) -> Sequence[Listed]:
    """The same for a page, read once for each ``state`` of the edition."""
    return kept(
        session, "people listed", event_id=event_id, state=state, read=lambda: people_of_event(session, event_id)
    )


def filtered(people: Sequence[Listed], filters: Mapping[str, str], *, sort: str) -> list[Listed]:
    """Those whom every filter shows, in the order that a table's head asks for; by rank unless it does."""
    state = filters.get("state")
    shown = [one for one in people if (state in one.states if state else "left" not in one.states)]
    for name, fits in _FITS.items():
        if name in filters:
            shown = [one for one in shown if fits(one, filters[name])]
    key = _SORTS.get(sort.lstrip("-"), _SORTS["rank"])
    return sorted(shown, key=lambda one: (key(one), one.rank), reverse=sort.startswith("-"))


def people_listed(session: Session, event_id: int, *, filters: Mapping[str, str], sort: str) -> list[Delegate]:
    """The people of a filtered list, whole."""
    return whole(session, filtered(people_of_event(session, event_id), filters, sort=sort))


def whole(session: Session, listed: Sequence[Listed]) -> list[Delegate]:
    """The rows of some listed people in their order, with delegation and party."""
    found: dict[int, Delegate] = {}
    for portion in portions([one.id for one in listed]):
        rows = session.scalars(
            select(Delegate)
            .where(Delegate.id.in_(portion))
            .options(selectinload(Delegate.delegation).selectinload(Delegation.party))
        )
        found |= {row.id: row for row in rows}
    return [found[one.id] for one in listed]


def state_counts_of(people: Sequence[Listed]) -> dict[str, int]:
    """How many stand behind each tab."""
    counts = {state: sum(state in one.states for one in people) for state in PEOPLE_STATES}
    return counts | {"all": sum("left" not in one.states for one in people)}


def cities_listed(session: Session, event_id: int, *, sort: str) -> list[City]:
    """All cities; ``sort`` as in the heads of a table."""
    found = sorted(cities_of(session, event_id), key=lambda city: _city_key(city, sort.lstrip("-")))
    return found[::-1] if sort.startswith("-") else found


_FITS: dict[str, Callable[[Listed, str], bool]] = {
    "q": lambda one, text: holds(one.haystack, text),
    "helix": lambda one, text: one.helix == text,
    "rank": lambda one, text: one.rank[0] == int(text),
    "language": lambda one, text: text in one.languages,
    "interpretation": lambda one, text: bool(one.interpretation) if text == "yes" else text in one.interpretation,
    "delegation": lambda one, text: one.delegation_id == int(text),
    "access": lambda one, _text: one.needs_access,
    "diet": lambda one, _text: one.has_diet,
}
_SORTS: dict[str, Callable[[Listed], tuple[Any, ...]]] = {
    "rank": lambda one: one.rank,
    "name": lambda one: (one.name,),
    "delegation": lambda one: (one.delegation,),
    "helix": lambda one: (one.helix,),
    "language": lambda one: (not one.languages, one.languages),
    "interpretation": lambda one: (not one.interpretation, one.interpretation),
    "access": lambda one: (not one.needs_access,),
    "diet": lambda one: (not one.has_diet,),
}


def _listed(row: Any, *, is_waiting: bool) -> Listed:
    places = (row.function, row.delegation, row.delegation_native)
    return Listed(
        id=row.id,
        rank=(row.rank, row.rank_since.isoformat() if row.rank_since else "9999", row.id),
        name=folded(f"{row.family_name} {row.given_name}"),
        delegation=folded(row.delegation),
        delegation_id=row.delegation_id,
        helix=HelixRole(row.helix_role).value if row.helix_role else "city",
        languages=tuple(row.languages),
        interpretation=tuple(row.interpretation_into),
        needs_access=row.needs_access,
        has_diet=row.has_diet,
        states=_states(row, is_waiting=is_waiting),
        haystack=" ".join((all_names_of(row), *(place for place in places if place))),
    )


def _states(row: Any, *, is_waiting: bool) -> frozenset[str]:
    if not row.is_active:
        return frozenset({"left"})
    held = {
        "new": row.approved_at is None,
        "approved": row.approved_at is not None,
        "recheck": is_waiting,
        "accredited": row.accredited_at is not None,
        "checked_in": row.checked_in_at is not None,
    }
    return frozenset(state for state, is_held in held.items() if is_held)


def _city_key(city: City, sort: str) -> tuple[object, ...]:
    if sort == "population":
        return (city.population or 0, city.name)
    if sort == "country":
        return (city.country or "", city.name)
    if sort == "stage":
        return (city.stage.value, city.name)
    return (folded(city.name),)
