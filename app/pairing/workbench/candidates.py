"""Who could work with a city: ranked, with points by reason, the roles of a triangle and what stands already."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from app.delegations.models import City, Party
from app.pairing.models import Partnership
from app.pairing.planner import PairingFacts, reasons_of
from app.pairing.view import ReasonLine, lines_of
from app.pairing.wanted import Couple, Wanted
from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.score import Pool, candidates_of
from scheduler.pairing.solution import Member
from scheduler.pairing.solution import Partnership as Proposed

FEWEST_REASONS = 2
"""A partner is suggested where at least so many stored fields speak for it."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A partnership that a city could have.

    ``couple`` are the two that a veto keeps apart. ``refused_by`` is the organisation that said no to this triangle, by
    slug: no run proposes it again unless it is pinned. ``present`` is the partnership of these members that stands;
    ``elsewhere`` holds, by slug, the other partnerships that the other members are in now.
    """

    rank: int
    members: tuple[Member, ...]
    modality: str
    value: int
    terms: Mapping[str, int]
    reasons: tuple[ReasonLine, ...]
    couple: Couple
    present: Partnership | None
    is_pinned: bool
    refused_by: str | None
    elsewhere: Mapping[str, tuple[Partnership, ...]]


@dataclass(frozen=True, kw_only=True)
class Suggestions:
    """The candidates of a city, best first, and how many more there are or have too few reasons."""

    shown: tuple[Candidate, ...]
    more: int
    thin: int


def suggestions_for(
    facts: PairingFacts,
    problem: PairingProblem,
    city: City,
    *,
    wanted: Wanted,
    refused: Mapping[frozenset[str], str],
    members: int | None,
    limit: int,
    base: str,
) -> Suggestions:
    """The partnerships that rules allow a city, best first.

    Args:
        refused: triangles to which an organisation said no, by their members.
        members: 2 for pairs alone, 3 for triangles alone.
        base: the address that the pages of fields stand under.
    """
    everything = candidates_of(Pool(problem), city.slug, members=members)
    backed = [one for one in everything if _fields(one) >= FEWEST_REASONS]
    standing = {frozenset(member.party.slug for member in row.members): row for row in facts.standing}
    held = _held(facts)
    challenges = {challenge.id: challenge for challenge in facts.challenges}
    shown = tuple(
        Candidate(
            rank=position,
            members=one.members,
            modality=one.modality,
            value=one.value,
            terms=_terms(one),
            reasons=lines_of(reasons_of(facts, one), _in_order(facts.parties, one.members), challenges, base=base),
            couple=frozenset(member.id for member in one.members[:2]),
            present=standing.get(one.ids),
            is_pinned=one.ids in wanted.pins,
            refused_by=refused.get(one.ids),
            elsewhere={
                member.id: tuple(row for row in held.get(member.id, ()) if row is not standing.get(one.ids))
                for member in one.members
                if member.id != city.slug
            },
        )
        for position, one in enumerate(backed[:limit], start=1)
    )
    return Suggestions(shown=shown, more=len(backed) - len(shown), thin=len(everything) - len(backed))


def _fields(one: Proposed) -> int:
    """How many reasons rest on a field of their own; that both directions give something follows from others."""
    return sum(reason.kind != "reciprocity" for reason in one.reasons)


def _terms(one: Proposed) -> dict[str, int]:
    terms: dict[str, int] = {}
    for reason in one.reasons:
        terms[reason.kind] = terms.get(reason.kind, 0) + reason.value
    return terms


def _in_order(parties: Mapping[str, Party], members: Collection[Member]) -> dict[int, Party]:
    return {parties[member.id].id: parties[member.id] for member in members}


def _held(facts: PairingFacts) -> dict[str, list[Partnership]]:
    held: dict[str, list[Partnership]] = {}
    for row in facts.standing:
        for member in row.members:
            held.setdefault(member.party.slug, []).append(row)
    return held
