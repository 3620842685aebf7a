"""Every partnership that a pool allows, with its value and its reasons."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from operator import mul
from typing import NamedTuple, cast

from scheduler.pairing.modality import TRIANGLE_ROLES, GroupedMember, Modality, modality_of
from scheduler.pairing.problem import City, WeightName
from scheduler.pairing.score.pool import Obstacle, Pool
from scheduler.pairing.score.terms import TERMS, Form, form_of, units_of
from scheduler.pairing.solution import Member, Partnership, Reason

_FACILITATION = tuple(TERMS).index("facilitation")


class Candidate(NamedTuple):
    """A partnership that may be formed; a triangle's members are beneficiary, pivotal, facilitating in that order."""

    members: tuple[str, ...]
    modality: Modality
    units: tuple[int, ...]
    value: int

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(self.members)

    @property
    def couple(self) -> frozenset[str]:
        """The two cities that may be together once only."""
        return frozenset(self.members[:2])

    @property
    def with_roles(self) -> tuple[Member, ...]:
        if len(self.members) == 2:
            return tuple(Member(id=identifier, role="partner") for identifier in self.members)
        return tuple(Member(id=one, role=role) for one, role in zip(self.members, TRIANGLE_ROLES, strict=True))


def partnership_of(pool: Pool, members: Sequence[Member]) -> Partnership:
    """The partnership of these members with its modality, value and reasons, largest reason first.

    Raises:
        ValueError: the members have no form: roles not filled, or no challenge joins the three.
        KeyError: an id that the pool does not know.
    """
    form = form_of(pool, members)
    if form is None:
        raise ValueError("these members and roles form no partnership")
    reasons = [
        Reason(
            kind=cast(WeightName, name),
            from_=ground.from_,
            to=ground.to,
            challenge=ground.challenge,
            value=ground.units * weight,
        )
        for (name, term), weight in zip(TERMS.items(), pool.weights, strict=True)
        for ground in term(pool, form)
        if ground.units * weight
    ]
    reasons.sort(key=lambda reason: -reason.value)
    return Partnership(
        members=tuple(members),
        modality=_modality_of(pool, members),
        value=sum(reason.value for reason in reasons),
        reasons=tuple(reasons),
    )


def candidates_of(
    pool: Pool, city: str, *, limit: int | None = None, members: int | None = None
) -> tuple[Partnership, ...]:
    """The legal partnerships of one city in any role, best value first, ties by the ids of the members.

    Legal: no hard rule that looks at one partnership alone forbids it, and every member may have a partnership.
    Triangles that differ in direction or in the facilitating member are listed each.

    Args:
        members: 2 for pairs alone, 3 for triangles alone.

    Raises:
        KeyError: no such city.
    """
    home = pool.cities[city]
    pairs = _pairs_of(pool, home) if members in (None, 2) else ()
    triangles = _triangles_of(pool, home) if members in (None, 3) else ()
    found = [
        candidate
        for candidate in (*pairs, *triangles)
        if is_legal(pool, candidate) and all(pool.limit_of(identifier) != 0 for identifier in candidate.members)
    ]
    found.sort(key=lambda candidate: (-candidate.value, len(candidate.members), candidate.members))
    return tuple(partnership_of(pool, candidate.with_roles) for candidate in found[:limit])


def possible_candidates(pool: Pool) -> Iterator[Candidate]:
    """Each set of members that fills the roles of a pair or a triangle once, obstacles or not.

    Of the two directions of a triangle the one of higher value stands for both. No rule, share, pin, stage or change
    tells the two apart except through the value, and more value is never worse for any member, so no optimum is lost.
    """
    cities = pool.problem.cities
    for first, second in combinations(cities, 2):
        yield _pair(pool, first, second)
    for one, other in combinations([city for city in cities if city.group == "south"], 2):
        yield from _triangles_over(pool, one, other)


def obstacles_to(pool: Pool, candidate: Candidate) -> tuple[Obstacle, ...]:
    """What forbids this one partnership, whatever else is formed; limits, pins and shares aside."""
    found = list(pool.obstacles_among(candidate.members))
    if len(candidate.members) == 2 and candidate.value < pool.problem.rules.min_pair_value:
        found.append(Obstacle("pair_value_at_least_minimum", ("rules.min_pair_value",)))
    return tuple(found)


def is_legal(pool: Pool, candidate: Candidate) -> bool:
    if len(candidate.members) == 2 and candidate.value < pool.problem.rules.min_pair_value:
        return False
    return not any(True for _ in pool.obstacles_among(candidate.members))


def _pair(pool: Pool, first: City, second: City) -> Candidate:
    units = units_of(pool, Form(first, second, None))
    if first.group != second.group:
        modality: Modality = "north-south"
    else:
        modality = "south-south" if first.group == "south" else "north-north"
    return Candidate((first.id, second.id), modality, units, sum(map(mul, pool.weights, units)))


def _pairs_of(pool: Pool, home: City) -> Iterator[Candidate]:
    return (_pair(pool, home, other) for other in pool.problem.cities if other.id != home.id)


def _triangles_of(pool: Pool, home: City) -> Iterator[Candidate]:
    south = [city for city in pool.problem.cities if city.group == "south"]
    if home.group == "south":
        others = [city for city in south if city.id != home.id]
        facilitating = _facilitating_members(pool)
        for other in others:
            yield from _triangles(pool, home, other, facilitating)
            yield from _triangles(pool, other, home, facilitating)
        return
    for one, other in combinations(south, 2):
        yield from _triangles(pool, one, other, [home.id])
        yield from _triangles(pool, other, one, [home.id])


def _triangles_over(pool: Pool, one: City, other: City) -> Iterator[Candidate]:
    facilitating = _facilitating_members(pool)
    best: dict[str, Candidate] = {}
    for beneficiary, pivotal in ((one, other), (other, one)):
        for candidate in _triangles(pool, beneficiary, pivotal, facilitating):
            rival = best.get(candidate.members[2])
            if rival is None or candidate.value > rival.value:
                best[candidate.members[2]] = candidate
    yield from best.values()


def _facilitating_members(pool: Pool) -> list[str]:
    return [identifier for identifier in pool.able if pool.group_of(identifier) != "south"]


def _triangles(pool: Pool, beneficiary: City, pivotal: City, facilitating: Sequence[str]) -> Iterator[Candidate]:
    joint = beneficiary.needs.keys() & pivotal.offers.keys()
    if not joint:
        return
    # All terms but facilitation are the same whoever facilitates: they are worked out once, without facilitation.
    base = units_of(pool, Form(beneficiary, pivotal, pivotal.id))[:_FACILITATION]
    value = sum(map(mul, pool.weights, base))
    for identifier in facilitating:
        joined = len(joint & pool.able[identifier])
        if joined:
            members = (beneficiary.id, pivotal.id, identifier)
            points = value + joined * pool.weights[_FACILITATION]
            yield Candidate(members, "triangular", (*base, joined), points)


def _modality_of(pool: Pool, members: Sequence[Member]) -> Modality:
    modality = modality_of(
        [GroupedMember(id=member.id, group=pool.group_of(member.id), role=member.role) for member in members]
    ).modality
    assert modality is not None
    return modality
