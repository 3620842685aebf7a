"""Whom a delegate should meet: what fits, in which language, and when both are free."""

from dataclasses import dataclass, field
from itertools import takewhile

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.delegations.models import Delegate, Party
from app.delegations.names import all_names_of
from app.meetings.models import MeetingVeto
from app.meetings.pool import Fit, Member, Pool
from app.meetings.rules import GROUPS
from app.platform.wording import holds

_REFUSING = select(MeetingVeto.delegate_id).where(MeetingVeto.other_delegate_id == bindparam("own_id"))


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
    """The best counterparts, how many there are in all, the groups that anybody is of, and whose time was compared."""

    best: tuple[Match, ...]
    count: int
    groups: tuple[str, ...] = field(default=(), compare=False)
    compared: frozenset[int] = field(default=frozenset(), compare=False)


def matches_for(session: Session, own: Delegate, *, pool: Pool, filters: Filters | None = None, most: int) -> Matches:
    """Others who take meetings, those first whose needs and offers meet one's own.

    What fits is compared for everybody; what they are engaged in is read for those alone who can be among the ``most``
    best. Who said no to the one who asks is left out like everybody who takes no meetings: the no must not show.
    """
    wanted = filters or Filters()
    refusing = set(session.scalars(_REFUSING, {"own_id": own.id}))
    others = [
        (one, fit)
        for fit, members in pool.ranked_for(own.delegation.party_id)
        for one in members
        if one.delegation_id != own.delegation_id and one.id not in refusing
    ]
    if wanted.query.strip():
        named = pool.people.by_id(session, [one.id for one, _fit in others])
        others = [(one, fit) for one, fit in others if _holds(named[one.id], wanted.query)]
    present = {one.group for one, _fit in others}
    groups = tuple(group for group in GROUPS if group in present)
    kept = [(one, fit) for one, fit in others if _is_wanted(one, wanted, fit)]
    least = kept[:most][-1][1].weight if kept else 0
    near = {one.id: fit for one, fit in takewhile(lambda pair: pair[1].weight >= least, kept)}
    people = pool.people.by_id(session, near)
    free = pool.free_slots(session, [own, *people.values()])
    found = [
        Match(
            delegate=one,
            party=one.delegation.party,
            reasons=near[one.id],
            languages=tuple(language for language in own.languages if language in one.languages),
            free_slots=len(free[own.id] & free[one.id]),
        )
        for one in people.values()
    ]
    found.sort(key=lambda match: (-match.fit, -match.free_slots, match.delegate.rank, match.delegate.id))
    return Matches(tuple(found[:most]), len(kept), groups, frozenset(near))


def _is_wanted(one: Member, wanted: Filters, fit: Fit) -> bool:
    return (
        (not wanted.group or one.group == wanted.group)
        and (wanted.challenge_id is None or wanted.challenge_id in fit.challenges)
        and (not wanted.fits_only or bool(fit.weight))
        and (not wanted.language or wanted.language in one.languages)
    )


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
