"""Who takes part: cities, organisations, delegations and delegates, and the links between cities."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from app.delegations.enums import CaseCityStage, PartyKind
from app.delegations.models import (
    BlockedTime,
    City,
    Delegate,
    Delegation,
    Facilitation,
    Need,
    Offer,
    Organisation,
    Party,
    Tie,
)
from app.delegations.names import all_names_of
from app.platform.database.portions import portions
from app.platform.errors import NotFound
from app.platform.wording import folded, holds

FEW = 8
"""So many rows are read in one statement with what they belong to; of more what they share is read once."""

PAIRABLE_STAGES = (
    CaseCityStage.SELECTED,
    CaseCityStage.EXPERT_MEETING,
    CaseCityStage.PAPER,
    CaseCityStage.SESSION,
)
"""Stages from which a case city is paired."""


# Put together once: nearly every page of a delegate and every booking asks for them.
_JOINED = joinedload(Delegate.delegation, innerjoin=True).joinedload(Delegation.party, innerjoin=True)
_SELECTED = selectinload(Delegate.delegation).selectinload(Delegation.party)
_OF_IDS = select(Delegate).where(Delegate.id.in_(bindparam("delegate_ids", expanding=True))).order_by(Delegate.id)
_FEW_NAMED, _MANY_NAMED = _OF_IDS.options(_JOINED), _OF_IDS.options(_SELECTED)
_IN_EVENT = (
    select(Delegate)
    .where(Delegate.event_id == bindparam("event_id"), Delegate.id == bindparam("delegate_id"))
    .options(_JOINED)
)
_TIMES = (
    select(BlockedTime)
    .where(BlockedTime.delegate_id.in_(bindparam("delegate_ids", expanding=True)))
    .order_by(BlockedTime.starts_at)
)


def _with_challenges(kind: Any) -> tuple[Any, ...]:
    return (
        selectinload(kind.needs).selectinload(Need.challenge),
        selectinload(kind.offers).selectinload(Offer.challenge),
        selectinload(kind.facilitations).selectinload(Facilitation.challenge),
    )


def cities_of(session: Session, event_id: int) -> list[City]:
    """All cities with needs, offers and facilitations, by name."""
    statement = select(City).where(City.event_id == event_id).options(*_with_challenges(City)).order_by(City.name)
    return list(session.scalars(statement))


def case_cities_of(session: Session, event_id: int) -> list[City]:
    """The cities that can be paired."""
    return [city for city in cities_of(session, event_id) if city.stage in PAIRABLE_STAGES]


def city_in_event(session: Session, event_id: int, city_id: int) -> City:
    """One city.

    Raises:
        NotFound: the event has no such city.
    """
    statement = select(City).where(City.event_id == event_id, City.id == city_id).options(*_with_challenges(City))
    city = session.scalar(statement)
    if city is None:
        raise NotFound
    return city


def organisations_of(session: Session, event_id: int) -> list[Organisation]:
    """All organisations with needs, offers and facilitations, by name."""
    statement = select(Organisation).where(Organisation.event_id == event_id)
    return list(session.scalars(statement.options(*_with_challenges(Organisation)).order_by(Organisation.name)))


def party_in_event(session: Session, event_id: int, party_id: int) -> Party:
    """One city or organisation with needs, offers and facilitations.

    Raises:
        NotFound: the event has no such party.
    """
    statement = select(Party).where(Party.event_id == event_id, Party.id == party_id)
    party = session.scalar(statement.options(*_with_challenges(Party)))
    if party is None:
        raise NotFound
    return party


def party_named(session: Session, event_id: int, *, kind: PartyKind, name: str, country: str) -> Party | None:
    """The party of a kind and country that is called this, in Latin or in its own script, whatever its accents."""
    wanted = folded(name)
    statement = select(Party).where(Party.event_id == event_id, Party.kind == kind, Party.country == country)
    for party in session.scalars(statement.order_by(Party.id)):
        if wanted in {folded(party.name), folded(party.native_name or party.name)}:
            return party
    return None


def delegation_with_focal_point(
    session: Session, event_id: int, *, kind: PartyKind, name: str, country: str
) -> Delegation | None:
    """The delegation of a party, where an active focal point edits for it."""
    party = party_named(session, event_id, kind=kind, name=name, country=country)
    if party is None:
        return None
    has_focal_point = Delegate.is_focal_point.is_(True) & Delegate.is_active.is_(True)
    return session.scalar(
        select(Delegation)
        .where(
            Delegation.party_id == party.id,
            select(Delegate.id).where(Delegate.delegation_id == Delegation.id, has_focal_point).exists(),
        )
        .order_by(Delegation.id)
        .limit(1)
    )


def parties_by_id(session: Session, party_ids: Iterable[int]) -> dict[int, Party]:
    rows = session.scalars(select(Party).where(Party.id.in_(list(party_ids))))
    return {party.id: party for party in rows}


def ties_of(session: Session, event_id: int) -> list[Tie]:
    return list(session.scalars(select(Tie).where(Tie.event_id == event_id).order_by(Tie.id)))


def tie_of_city(session: Session, city_id: int, tie_id: int) -> Tie:
    """One tie of a city, whichever of the two it is.

    Raises:
        NotFound: the city has no such tie.
    """
    of_city = or_(Tie.city_id == city_id, Tie.other_city_id == city_id)
    tie = session.scalar(select(Tie).where(Tie.id == tie_id, of_city))
    if tie is None:
        raise NotFound
    return tie


def delegations_of(session: Session, event_id: int) -> list[Delegation]:
    """All delegations with party and delegates, by name."""
    return list(
        session.scalars(
            select(Delegation)
            .where(Delegation.event_id == event_id)
            .options(selectinload(Delegation.party), selectinload(Delegation.delegates))
            .order_by(Delegation.name, Delegation.id)
        )
    )


def delegations_by_id(session: Session, delegation_ids: Iterable[int]) -> dict[int, Delegation]:
    """Some delegations, by ID."""
    rows = session.scalars(select(Delegation).where(Delegation.id.in_(list(delegation_ids))))
    return {one.id: one for one in rows}


def ids_of_person(session: Session, delegate_id: int) -> list[int]:
    """All rows that this person ever was: their own, and the shells of those merged into it. The log names each."""
    merged = session.scalars(select(Delegate.id).where(Delegate.merged_into_id == delegate_id).order_by(Delegate.id))
    return [delegate_id, *merged]


def delegation_in_event(session: Session, event_id: int, delegation_id: int) -> Delegation:
    """One delegation with party and delegates.

    Raises:
        NotFound: the event has no such delegation.
    """
    delegation = session.scalar(
        select(Delegation)
        .where(Delegation.event_id == event_id, Delegation.id == delegation_id)
        .options(
            selectinload(Delegation.party), selectinload(Delegation.delegates).selectinload(Delegate.blocked_times)
        )
    )
    if delegation is None:
        raise NotFound
    return delegation


def delegates_by_id(session: Session, delegate_ids: Iterable[int]) -> dict[int, Delegate]:
    """Delegates with blocked times, delegation and party, by ID in the order of IDs."""
    found = _by_id(session, delegate_ids)
    load_times(session, found)
    return found


def names_by_id(session: Session, delegate_ids: Iterable[int]) -> dict[int, Delegate]:
    """Delegates with delegation and party, by ID in the order of IDs: who they are, not when they are there."""
    return _by_id(session, delegate_ids)


def load_times(session: Session, delegates: Mapping[int, Delegate]) -> None:
    """Load the blocked times of these delegates, by ID: an option of the ORM takes twice as long."""
    times: dict[int, list[BlockedTime]] = {delegate_id: [] for delegate_id in delegates}
    for portion in portions(list(times)):
        for time in session.scalars(_TIMES, {"delegate_ids": portion}):
            times[time.delegate_id].append(time)
    for delegate_id, delegate in delegates.items():
        set_committed_value(delegate, "blocked_times", times[delegate_id])


def blocked_times_of(session: Session, event_id: int) -> dict[int, tuple[BlockedTime, ...]]:
    """The blocked times of all delegates of an edition who have some, in the order of time."""
    times: dict[int, tuple[BlockedTime, ...]] = {}
    whose = select(Delegate.id).where(Delegate.event_id == event_id)
    for time in session.scalars(
        select(BlockedTime).where(BlockedTime.delegate_id.in_(whose)).order_by(BlockedTime.starts_at)
    ):
        times[time.delegate_id] = (*times.get(time.delegate_id, ()), time)
    return times


def _by_id(session: Session, delegate_ids: Iterable[int]) -> dict[int, Delegate]:
    wanted = sorted(set(delegate_ids))
    statement = _FEW_NAMED if len(wanted) <= FEW else _MANY_NAMED
    found: dict[int, Delegate] = {}
    for portion in portions(wanted):
        rows = session.scalars(statement, {"delegate_ids": portion})
        found |= {delegate.id: delegate for delegate in rows}
    return found


def delegates_named(session: Session, event_id: int, asked: str, *, most: int) -> list[Delegate]:
    """Delegates who take part and whose names or delegation have all the words of what was asked, heads first."""
    rows = session.scalars(
        select(Delegate)
        .where(Delegate.event_id == event_id, Delegate.is_active.is_(True), Delegate.merged_into_id.is_(None))
        .options(selectinload(Delegate.delegation))
        .order_by(Delegate.rank, Delegate.id)
    )
    found = (one for one in rows if holds(f"{all_names_of(one)} {one.delegation.name}", asked))
    return list(islice(found, most))


def delegate_in_event(session: Session, event_id: int, delegate_id: int) -> Delegate:
    """One delegate with delegation and party.

    Raises:
        NotFound: the event has no such delegate.
    """
    delegate = session.scalar(_IN_EVENT, {"event_id": event_id, "delegate_id": delegate_id})
    if delegate is None:
        raise NotFound
    load_times(session, {delegate.id: delegate})
    return delegate


def challenges_by_party(session: Session, event_id: int, kind: type[Need] | type[Offer]) -> dict[int, tuple[int, ...]]:
    """What each party seeks (``Need``) or can share (``Offer``), as IDs of challenges, the strongest first."""
    found: dict[int, tuple[int, ...]] = {}
    rows = session.execute(
        select(kind.party_id, kind.challenge_id)
        .join(Party, Party.id == kind.party_id)
        .where(Party.event_id == event_id)
        .order_by(kind.intensity.desc(), kind.challenge_id)
    )
    for party_id, challenge_id in rows:
        found[party_id] = (*found.get(party_id, ()), challenge_id)
    return found


def delegates_of(session: Session, event_id: int) -> list[Delegate]:
    """All active delegates with delegation, party and blocked times, by protocol rank."""
    return list(
        session.scalars(
            select(Delegate)
            .where(Delegate.event_id == event_id, Delegate.is_active.is_(True))
            .options(
                selectinload(Delegate.blocked_times),
                selectinload(Delegate.delegation).selectinload(Delegation.party),
            )
            .order_by(Delegate.rank, Delegate.rank_since.nulls_last(), Delegate.id)
        )
    )
