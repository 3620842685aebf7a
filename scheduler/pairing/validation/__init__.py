"""Checks a pairing the way a patient clerk would: every hard rule, read from the files alone, no model in sight."""

from collections.abc import Callable, Iterator

from scheduler.core.violation import Violation
from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.solution import PairingSolution
from scheduler.pairing.validation.between_cities import (
    active_tie_only_if_allowed,
    no_excluded_country_pair,
    no_veto,
    same_country_only_if_allowed,
)
from scheduler.pairing.validation.forms import formed_once, triangle_roles_filled
from scheduler.pairing.validation.plan import (
    engagements_within_limits,
    left_out_listed,
    modality_shares_met,
    pins_kept,
    population_at_least_minimum,
)
from scheduler.pairing.validation.worth import pair_value_at_least_minimum, reasons_back_value

Check = Callable[[PairingProblem, PairingSolution], Iterator[Violation]]

CHECKS: dict[str, Check] = {
    "engagements_within_limits": engagements_within_limits,
    "no_veto": no_veto,
    "no_excluded_country_pair": no_excluded_country_pair,
    "same_country_only_if_allowed": same_country_only_if_allowed,
    "active_tie_only_if_allowed": active_tie_only_if_allowed,
    "population_at_least_minimum": population_at_least_minimum,
    "pair_value_at_least_minimum": pair_value_at_least_minimum,
    "pins_kept": pins_kept,
    "modality_shares_met": modality_shares_met,
    "formed_once": formed_once,
    "triangle_roles_filled": triangle_roles_filled,
    "left_out_listed": left_out_listed,
    "reasons_back_value": reasons_back_value,
}


def validate(problem: PairingProblem, solution: PairingSolution) -> tuple[Violation, ...]:
    """Every broken hard rule, in the order of ``CHECKS``; empty for a plan that holds."""
    return tuple(violation for check in CHECKS.values() for violation in check(problem, solution))
