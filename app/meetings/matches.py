"""Whom a delegate should meet: what fits, in which language, and when both are free."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delegations.models import Delegate, Delegation, Need, Offer, Party
from app.delegations.names import all_names_of
from app.delegations.queries import challenges_by_party, delegates_by_id, delegates_of
from app.events.models import Event, MeetingSlot
from app.meetings.models import MeetingVeto
from app.meetings.places import read_hall
from app.meetings.rules import GROUPS, rules_of
from app.platform.wording import holds


@dataclass(frozen=True, kw_only=True)
class Fit:
    """What two parties have to talk about, as challenge IDs; ``shared`` is what both seek."""

    they_offer: tuple[int, ...] = ()
    they_seek: tuple[int, ...] = ()
    shared: tuple[int, ...] = ()

    @property
    def weight(self) -> int:
        """Who has what the other seeks counts twice as much as who has the same question."""
        return 2 * (len(self.they_offer) + len(self.they_seek)) + len(self.shared)

    @property
    def challenges(self) -> frozenset[int]:
        return frozenset((*self.they_offer, *self.they_seek, *self.shared))


@dataclass(frozen=True, kw_only=True)
class Match:
    """A counterpart with what fits, the languages that both speak, and how many slots both have free."""

    delegate: Delegate
    party: Party
    reasons: Fit
    languages: tuple[str, ...]
    free_slots: int

    @property
    def fit(self) -> int:
        return self.reasons.weight


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which counterparts are asked for; a filter that is not set lets everybody through."""

    query: str = ""
    group: str = ""
    challenge_id: int | None = None
    language: str = ""
    fits_only: bool = False


@dataclass(frozen=True)
class Matches:
    """The best counterparts, how many there are in all, and the groups that anybody is of."""

    best: tuple[Match, ...]
    count: int
    groups: tuple[str, ...] = field(default=(), compare=False)


def free_slots_of(session: Session, event: Event, delegates: Sequence[Delegate]) -> dict[int, frozenset[int]]:
    """For each delegate the IDs of the slots in which nothing holds them, the way included, and they are there."""
    by_id = {one.id: one for one in delegates}
    hall = read_hall(session, event, by_id, needs_team=False, known=by_id)
    return {one: hall.free_slot_ids(one) for one in by_id}


def offered_slots(session: Session, event: Event, delegates: Sequence[Delegate]) -> list[MeetingSlot]:
    """The slots in which all of these delegates are free, in the order of time: what a wish may ask for."""
    people = [one.id for one in delegates]
    return read_hall(session, event, people).free_slots(people)


def matches_for(session: Session, event: Event, own: Delegate, *, filters: Filters | None = None, most: int) -> Matches:
    """Others who take meetings, those first whose needs and offers meet one's own.

    What fits is compared for everybody; times and persons are read for those alone who can be among the ``most`` best.
    """
    wanted = filters or Filters()
    others = counterparts_of(session, own, query=wanted.query)
    fits = _fits(session, event, own, set(others.values()))
    rules = rules_of(session, event.id)
    present = {rules.group_of(party_id) for party_id in fits}
    groups = tuple(group for group in GROUPS if group in present)
    kept = {
        one
        for one, party_id in others.items()
        if (not wanted.group or rules.group_of(party_id) == wanted.group)
        and (wanted.challenge_id is None or wanted.challenge_id in fits[party_id].challenges)
        and (not wanted.fits_only or fits[party_id].weight)
    }
    if wanted.language:
        kept &= _speakers(session, own.event_id, wanted.language)
    by_fit = sorted((one for one in others if one in kept), key=lambda one: -fits[others[one]].weight)
    least = fits[others[by_fit[:most][-1]]].weight if by_fit else 0
    close = [one for one in by_fit if fits[others[one]].weight >= least]
    near = list(delegates_by_id(session, close).values())
    free = free_slots_of(session, event, [own, *near])
    found = [
        Match(
            delegate=one,
            party=one.delegation.party,
            reasons=fits[others[one.id]],
            languages=tuple(language for language in own.languages if language in one.languages),
            free_slots=len(free[own.id] & free[one.id]),
        )
        for one in near
    ]
    found.sort(key=lambda match: (-match.fit, -match.free_slots, match.delegate.rank, match.delegate.id))
    return Matches(tuple(found[:most]), len(kept), groups)


def _fits(session: Session, event: Event, own: Delegate, parties: set[int]) -> Mapping[int, Fit]:
    needs, offers = challenges_by_party(session, event.id, Need), challenges_by_party(session, event.id, Offer)
    seeks, gives = needs.get(own.delegation.party_id, ()), offers.get(own.delegation.party_id, ())
    return {
        party_id: Fit(
            they_offer=tuple(one for one in offers.get(party_id, ()) if one in seeks),
            they_seek=tuple(one for one in needs.get(party_id, ()) if one in gives),
            shared=tuple(one for one in needs.get(party_id, ()) if one in seeks),
        )
        for party_id in parties
    }


def _speakers(session: Session, event_id: int, language: str) -> set[int]:
    rows = session.execute(
        select(Delegate.id, Delegate.languages).where(Delegate.event_id == event_id, Delegate.is_active.is_(True))
    )
    return {delegate_id for delegate_id, languages in rows if language in languages}


def counterparts_of(session: Session, own: Delegate, *, query: str) -> dict[int, int]:
    """The party of each delegate of other delegations who takes meetings, and whom ``query`` finds.

    Who said no to the one who asks is left out like everybody who takes no meetings: the no must not show.
    """
    refusing = set(session.scalars(select(MeetingVeto.delegate_id).where(MeetingVeto.other_delegate_id == own.id)))
    if query.strip():
        return {
            one.id: one.delegation.party_id
            for one in delegates_of(session, own.event_id)
            if one.takes_meetings
            and one.delegation_id != own.delegation_id
            and one.id not in refusing
            and _holds(one, query)
        }
    rows = session.execute(
        select(Delegate.id, Delegation.party_id)
        .join(Delegation, Delegation.id == Delegate.delegation_id)
        .where(
            Delegate.event_id == own.event_id,
            Delegate.is_active.is_(True),
            Delegate.takes_meetings.is_(True),
            Delegate.delegation_id != own.delegation_id,
        )
    )
    return {delegate_id: party_id for delegate_id, party_id in rows if delegate_id not in refusing}


def _holds(delegate: Delegate, query: str) -> bool:
    return holds(f"{all_names_of(delegate)} {delegate.function or ''} {delegate.delegation.name}", query)


def joinable(session: Session, own: Delegate, them: Delegate) -> list[Delegate]:
    """Colleagues of both sides who may join a meeting, one's own first, by rank."""
    rows = session.scalars(
        select(Delegate)
        .where(
            Delegate.delegation_id.in_((own.delegation_id, them.delegation_id)),
            Delegate.is_active.is_(True),
            Delegate.takes_meetings.is_(True),
            Delegate.id.not_in((own.id, them.id)),
        )
        .order_by(Delegate.rank, Delegate.id)
    ).all()
    return sorted(rows, key=lambda one: one.delegation_id != own.delegation_id)


def needs_interpreter(own: Delegate, them: Delegate) -> str | None:
    """The language that needs an interpreter; none where the two share one or somebody's languages are not known."""
    if not own.languages or not them.languages or set(own.languages) & set(them.languages):
        return None
    return next((one.languages[0] for one in (them, own) if "en" not in one.languages), None)
