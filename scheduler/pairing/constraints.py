"""The hard rules of the model, one function a rule, under the names that the validation uses."""

from collections.abc import Callable
from fractions import Fraction

from scheduler.pairing.variables import PairingVariables

Rule = Callable[[PairingVariables], None]


def engagements_within_limits(variables: PairingVariables) -> None:
    """No member is in more partnerships than its limit, in whatever roles."""
    for identifier, indices in variables.of_member.items():
        largest = variables.pool.limit_of(identifier)
        if largest == 1:
            variables.model.add_at_most_one([variables.formed[index] for index in indices])
        elif largest is not None and largest < len(indices):
            variables.model.add(variables.total(indices) <= largest)


def no_veto(_variables: PairingVariables) -> None:
    """Holds by construction: no candidate has two cities of which one said no to the other."""


def no_excluded_country_pair(_variables: PairingVariables) -> None:
    """Holds by construction: no candidate has two cities of countries that are kept apart."""


def same_country_only_if_allowed(_variables: PairingVariables) -> None:
    """Holds by construction: candidates of one country exist only where the rules allow them."""


def active_tie_only_if_allowed(_variables: PairingVariables) -> None:
    """Holds by construction: candidates with an active tie exist only where the rules allow them."""


def population_at_least_minimum(_variables: PairingVariables) -> None:
    """Holds by construction: a city below the minimum is in no candidate."""


def pair_value_at_least_minimum(_variables: PairingVariables) -> None:
    """Holds by construction: a pair below the minimum is no candidate."""


def pins_kept(variables: PairingVariables) -> None:
    """The candidate of each pinned set of members is formed; where there is none, no plan exists."""
    for pin in variables.problem.pins:
        index = variables.of_ids.get(frozenset(pin))
        if index is None:
            variables.model.add_bool_or([])
        else:
            variables.model.add(variables.formed[index] == 1)


def modality_shares_met(variables: PairingVariables) -> None:
    """Of the partnerships formed, each modality has its least and at most its largest part."""
    everything = variables.total(range(len(variables.candidates)))
    for modality, share in variables.problem.shares.items():
        of_it = variables.total(
            index for index, candidate in enumerate(variables.candidates) if candidate.modality == modality
        )
        if share.min is not None:
            least = smallest_from(Fraction(share.min), variables.most_partnerships)
            variables.model.add(least.denominator * of_it >= least.numerator * everything)
        if share.max is not None:
            most = 1 - smallest_from(1 - Fraction(share.max), variables.most_partnerships)
            variables.model.add(most.denominator * of_it <= most.numerator * everything)


def formed_once(variables: PairingVariables) -> None:
    """Two cities are together, as partners or as beneficiary and pivotal, at most once."""
    for indices in variables.of_couple.values():
        if len(indices) > 1:
            variables.model.add_at_most_one([variables.formed[index] for index in indices])


def triangle_roles_filled(_variables: PairingVariables) -> None:
    """Holds by construction: a candidate triangle has its three roles and a challenge that joins them."""


def left_out_listed(_variables: PairingVariables) -> None:
    """Holds by the decoding: every city without partnership is written to ``unpaired``."""


def reasons_back_value(_variables: PairingVariables) -> None:
    """Holds by the decoding: value and reasons of each partnership are those of the score."""


RULES: dict[str, Rule] = {
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


def smallest_from(share: Fraction, largest_denominator: int) -> Fraction:
    """The smallest fraction from ``share`` on whose denominator is at most ``largest_denominator``.

    A count of n partnerships is at least ``share * n`` exactly when it is at least this fraction times n, for every
    n up to the largest denominator; so long decimals never make coefficients too large for the solver.
    """
    largest = max(1, largest_denominator)
    near = share.limit_denominator(largest)
    if near >= share:
        return near
    # ``near`` is the largest fraction below: its right neighbour in the Farey sequence is the one looked for.
    above, below = near.numerator, near.denominator
    denominator = largest - (largest + pow(above, -1, below)) % below if below > 1 else largest
    return Fraction((above * denominator + 1) // below, denominator)
