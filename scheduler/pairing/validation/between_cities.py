"""Rules between any two cities of a partnership, whatever their roles."""

from collections.abc import Iterator
from itertools import combinations

from scheduler.core.violation import Violation
from scheduler.pairing.problem import City, PairingProblem
from scheduler.pairing.solution import PairingSolution


def no_veto(problem: PairingProblem, solution: PairingSolution) -> Iterator[Violation]:
    """Neither of two cities in a partnership said no to the other."""
    said_no = {(wish.from_, wish.to) for wish in problem.wishes if wish.level == "no"}
    for first, second in _couples(problem, solution):
        for one, other in ((first, second), (second, first)):
            if (one.id, other.id) in said_no:
                yield Violation(
                    rule="no_veto", subjects=(one.id, other.id), message=f"'{one.id}' said no to '{other.id}'."
                )


def no_excluded_country_pair(problem: PairingProblem, solution: PairingSolution) -> Iterator[Violation]:
    """No two cities in a partnership come from countries that are kept apart."""
    excluded = {frozenset(countries) for countries in problem.excluded_country_pairs}
    for first, second in _couples(problem, solution):
        if frozenset((first.country, second.country)) in excluded:
            yield Violation(
                rule="no_excluded_country_pair",
                subjects=(first.id, second.id),
                message=f"'{first.id}' ({first.country}) and '{second.id}' ({second.country}) "
                "are of countries that are kept apart.",
            )


def same_country_only_if_allowed(problem: PairingProblem, solution: PairingSolution) -> Iterator[Violation]:
    """Two cities in a partnership share a country only where the rules allow it."""
    if problem.rules.same_country:
        return
    for first, second in _couples(problem, solution):
        if first.country == second.country:
            yield Violation(
                rule="same_country_only_if_allowed",
                subjects=(first.id, second.id),
                message=f"'{first.id}' and '{second.id}' are both of {first.country}.",
            )


def active_tie_only_if_allowed(problem: PairingProblem, solution: PairingSolution) -> Iterator[Violation]:
    """Two cities in a partnership have an active tie only where the rules allow it."""
    if problem.rules.active_ties:
        return
    active = {frozenset(tie.cities) for tie in problem.ties if tie.state == "active"}
    for first, second in _couples(problem, solution):
        if frozenset((first.id, second.id)) in active:
            yield Violation(
                rule="active_tie_only_if_allowed",
                subjects=(first.id, second.id),
                message=f"'{first.id}' and '{second.id}' have an active tie already.",
            )


def _couples(problem: PairingProblem, solution: PairingSolution) -> Iterator[tuple[City, City]]:
    cities = {city.id: city for city in problem.cities}
    for partnership in solution.partnerships:
        members = [cities[member.id] for member in partnership.members if member.id in cities]
        for first, second in combinations(members, 2):
            if first.id != second.id:
                yield first, second
