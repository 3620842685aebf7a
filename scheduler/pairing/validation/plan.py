"""Rules about the plan as a whole and about single cities."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from scheduler.core.violation import Violation
from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.solution import PairingSolution
from scheduler.pairing.validation.forms import ruling_on


def engagements_within_limits(problem: PairingProblem, solution: PairingSolution) -> Iterator[Violation]:
    """Nobody is in more partnerships than its limit; every membership counts one, whatever the role."""
    held = Counter(identifier for partnership in solution.partnerships for identifier in partnership.ids)
    limits = [(city.id, city.engagements.max) for city in problem.cities]
    limits += [(facilitator.id, facilitator.max) for facilitator in problem.facilitators]
    for identifier, largest in limits:
        if largest is not None and held[identifier] > largest:
            yield Violation(
                rule="engagements_within_limits",
                subjects=(identifier,),
                message=f"'{identifier}' is in {held[identifier]} partnerships, but may be in {largest}.",
            )


def population_at_least_minimum(problem: PairingProblem, solution: PairingSolution) -> Iterator[Violation]:
    """Every city in a partnership, in any role, has at least the inhabitants asked for."""
    together = {identifier for partnership in solution.partnerships for identifier in partnership.ids}
    least = problem.rules.min_population
    for city in problem.cities:
        if city.id in together and city.population < least:
            yield Violation(
                rule="population_at_least_minimum",
                subjects=(city.id,),
                message=f"'{city.id}' has {city.population} inhabitants, below the {least} asked for.",
            )


def pins_kept(problem: PairingProblem, solution: PairingSolution) -> Iterator[Violation]:
    """Two pinned ids form that pair, three a triangle of those members in any roles."""
    formed = {partnership.ids for partnership in solution.partnerships if len(partnership.members) in (2, 3)}
    for pin in problem.pins:
        if frozenset(pin) not in formed:
            named = ", ".join(f"'{identifier}'" for identifier in pin)
            form = "pair" if len(pin) == 2 else "triangle"
            yield Violation(rule="pins_kept", subjects=pin, message=f"The pinned {form} of {named} is not formed.")


def modality_shares_met(problem: PairingProblem, solution: PairingSolution) -> Iterator[Violation]:
    """Modalities are labelled as members and roles give them, and their shares keep the limits, in exact decimals."""
    formed = len(solution.partnerships)
    counts: Counter[str] = Counter()
    for partnership in solution.partnerships:
        modality = ruling_on(problem, partnership).modality
        if modality is None:
            continue
        counts[modality] += 1
        if modality != partnership.modality:
            yield Violation(
                rule="modality_shares_met",
                subjects=tuple(member.id for member in partnership.members),
                message=f"The partnership is {modality}, but is labelled {partnership.modality}.",
            )
    for modality, share in problem.shares.items():
        count = counts[modality]
        if share.min is not None and count < Fraction(share.min) * formed:
            yield Violation(
                rule="modality_shares_met",
                subjects=(modality,),
                message=f"{count} of {formed} partnerships are {modality}; the least share is {share.min}.",
            )
        if share.max is not None and count > Fraction(share.max) * formed:
            yield Violation(
                rule="modality_shares_met",
                subjects=(modality,),
                message=f"{count} of {formed} partnerships are {modality}; the largest share is {share.max}.",
            )


def left_out_listed(problem: PairingProblem, solution: PairingSolution) -> Iterator[Violation]:
    """``unpaired`` holds every city without partnership once and no other."""
    together = {identifier for partnership in solution.partnerships for identifier in partnership.ids}
    listed = Counter(unpaired.id for unpaired in solution.unpaired)
    for city in problem.cities:
        if city.id not in together and not listed[city.id]:
            message = f"'{city.id}' has no partnership and is not listed as unpaired."
        elif city.id in together and listed[city.id]:
            message = f"'{city.id}' is listed as unpaired, but has a partnership."
        elif listed[city.id] > 1:
            message = f"'{city.id}' is listed as unpaired {listed[city.id]} times."
        else:
            continue
        yield Violation(rule="left_out_listed", subjects=(city.id,), message=message)
