"""What makes a partnership one: its roles, the challenge that joins a triangle, and that it is formed once."""

from collections.abc import Iterator
from itertools import combinations

from scheduler.core.violation import Violation
from scheduler.pairing.modality import GroupedMember, ModalityRule, modality_of
from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.solution import PairingSolution, Partnership


def ruling_on(problem: PairingProblem, partnership: Partnership) -> ModalityRule:
    """The row of the modality table that fits a partnership of the problem."""
    groups = {city.id: city.group for city in problem.cities}
    return modality_of(
        [
            GroupedMember(id=member.id, group=groups.get(member.id, "organisation"), role=member.role)
            for member in partnership.members
        ]
    )


def formed_once(problem: PairingProblem, solution: PairingSolution) -> Iterator[Violation]:
    """Two cities are together as partners, or as beneficiary and pivotal, in at most one partnership."""
    cities = {city.id for city in problem.cities}
    seen: set[frozenset[str]] = set()
    for partnership in solution.partnerships:
        together = sorted({one.id for one in partnership.members if one.role != "facilitating" and one.id in cities})
        for first, second in combinations(together, 2):
            if frozenset((first, second)) in seen:
                yield Violation(
                    rule="formed_once",
                    subjects=(first, second),
                    message=f"'{first}' and '{second}' are together in more than one partnership.",
                )
            seen.add(frozenset((first, second)))


def triangle_roles_filled(problem: PairingProblem, solution: PairingSolution) -> Iterator[Violation]:
    """Each partnership has the members and roles of a pair or a triangle, and a challenge joins each triangle."""
    for partnership in solution.partnerships:
        subjects = tuple(member.id for member in partnership.members)
        ruling = ruling_on(problem, partnership)
        if ruling.modality is None:
            yield Violation(rule="triangle_roles_filled", subjects=subjects, message=ruling.sentence)
        elif ruling.modality == "triangular" and not joining_challenges(problem, partnership):
            yield Violation(
                rule="triangle_roles_filled",
                subjects=subjects,
                message="No challenge is needed by the beneficiary, offered by the pivotal city "
                "and facilitated by the third member.",
            )


def joining_challenges(problem: PairingProblem, triangle: Partnership) -> list[str]:
    """The challenges that the beneficiary needs, the pivotal city offers and the facilitating member can support."""
    cities = {city.id: city for city in problem.cities}
    by_role = {member.role: member.id for member in triangle.members}
    facilitating = by_role["facilitating"]
    if facilitating in cities:
        able = {*cities[facilitating].facilitates, *cities[facilitating].offers}
    else:
        able = {skill for one in problem.facilitators if one.id == facilitating for skill in one.facilitates}
    offered = cities[by_role["pivotal"]].offers
    return [need for need in cities[by_role["beneficiary"]].needs if need in offered and need in able]
