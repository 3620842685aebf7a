"""Who can be met in an edition, what they seek and offer, when they are there: the same for all who look for people."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.claims.enums import BOOKED
from app.claims.queries import Engaged, engaged_by_person
from app.delegations.models import Delegate, Delegation, Need, Offer
from app.delegations.people import People
from app.delegations.queries import challenges_by_party
from app.events.models import Challenge, Event
from app.events.queries import challenges_of
from app.meetings.places import Hall, Stretch, empty_hall
from app.meetings.rules import rules_of
from app.platform.kept import kept, state_without

MOST_REMEMBERED = 20_000
"""Schedules whose free slots are remembered; then all are forgotten."""


@dataclass(frozen=True, kw_only=True)
class Fit:
    """What two parties have to talk about, as challenge IDs; ``shared`` is what both seek."""

    they_offer: tuple[int, ...] = ()
    they_seek: tuple[int, ...] = ()
    shared: tuple[int, ...] = ()

    @cached_property
    def weight(self) -> int:
        """Who has what the other seeks counts twice as much as who has the same question."""
        return 2 * (len(self.they_offer) + len(self.they_seek)) + len(self.shared)

    @property
    def challenges(self) -> frozenset[int]:
        return frozenset((*self.they_offer, *self.they_seek, *self.shared))


class Member(NamedTuple):
    """Somebody to meet, with what is asked of everybody."""

    id: int
    delegation_id: int
    party_id: int
    group: str
    languages: frozenset[str]


Ranked = tuple[tuple[Fit, tuple[Member, ...]], ...]


@dataclass(frozen=True, kw_only=True)
class Pool:
    """The delegates who take meetings, by party: nothing here is changed by bookings.

    ``people`` gives the delegates themselves, for the few that a page shows; ``empty`` is the hall as it is while
    nobody is engaged. What was compared or counted once is remembered.
    """

    event_id: int
    members: Mapping[int, tuple[Member, ...]]
    people: People
    challenges: Mapping[int, Challenge]
    needs: Mapping[int, tuple[int, ...]]
    offers: Mapping[int, tuple[int, ...]]
    empty: Hall
    _ranked: dict[int, Ranked] = field(default_factory=dict, compare=False)
    _free: dict[tuple[int, Engaged], frozenset[int]] = field(default_factory=dict, compare=False)

    def ranked_for(self, party_id: int) -> Ranked:
        """The members of each party with what it and this one have to talk about, those first who have most."""
        known = self._ranked.get(party_id)
        if known is None:
            fits = ((self._fit(party_id, other_id), members) for other_id, members in self.members.items())
            known = self._ranked[party_id] = tuple(sorted(fits, key=lambda pair: -pair[0].weight))
        return known

    def _fit(self, party_id: int, other_id: int) -> Fit:
        seeks, gives = self.needs.get(party_id, ()), self.offers.get(party_id, ())
        return Fit(
            they_offer=tuple(one for one in self.offers.get(other_id, ()) if one in seeks),
            they_seek=tuple(one for one in self.needs.get(other_id, ()) if one in gives),
            shared=tuple(one for one in self.needs.get(other_id, ()) if one in seeks),
        )

    def free_slots(self, session: Session, delegates: Sequence[Delegate]) -> dict[int, frozenset[int]]:
        """For each delegate the IDs of the slots in which nothing holds them, the way included, and they are there."""
        engaged = engaged_by_person(session, event_id=self.event_id, person_ids=[one.id for one in delegates])
        return {one.id: self._free_of(one, engaged[one.id]) for one in delegates}

    def _free_of(self, delegate: Delegate, engaged: Engaged) -> frozenset[int]:
        known = self._free.get((delegate.id, engaged))
        if known is None:
            if len(self._free) >= MOST_REMEMBERED:
                self._free.clear()
            stretches = [Stretch(start=start, end=end, site_id=site_id) for start, end, site_id in engaged]
            known = self._free[delegate.id, engaged] = self.empty.free_slots_beside(delegate, stretches)
        return known


_MEMBERS = (
    select(Delegate.id, Delegate.languages, Delegate.delegation_id, Delegation.party_id)
    .join(Delegation, Delegation.id == Delegate.delegation_id)
    .where(
        Delegate.event_id == bindparam("event_id"),
        Delegate.is_active.is_(True),
        Delegate.takes_meetings.is_(True),
    )
    .order_by(Delegate.id)
)


def pool_of(session: Session, event: Event) -> Pool:
    """Who can be met in an edition."""
    rules, members = rules_of(session, event.id), defaultdict[int, list[Member]](list)
    for number, languages, delegation_id, party_id in session.execute(_MEMBERS, {"event_id": event.id}):
        group = rules.group_of(party_id)
        members[party_id].append(Member(number, delegation_id, party_id, group, frozenset(languages)))
    return Pool(
        event_id=event.id,
        members={party_id: tuple(many) for party_id, many in members.items()},
        people=People(),
        challenges={one.id: one for one in challenges_of(session, event.id)},
        needs=challenges_by_party(session, event.id, Need),
        offers=challenges_by_party(session, event.id, Offer),
        empty=empty_hall(session, event),
    )


def kept_pool_of(session: Session, event: Event) -> Pool:
    """The same, kept until something but bookings changes; for transactions that read."""
    state = state_without(session, event.id, quiet=BOOKED)
    return kept(session, "pool", event_id=event.id, state=state, read=lambda: pool_of(session, event))
