"""What organisers want of a pairing, as a value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

SHARED = ("south-south", "north-south", "triangular", "north-north")
"""Modalities in the order in which pages name them."""

WEIGHED = {
    "need_met": 2,
    "need_shared": 2,
    "reciprocity": 2,
    "language": 2,
    "replan": 4,
    "wish": 3,
    "facilitation": 2,
}
"""Weights in the order in which pages name them, with what counts where nothing was set."""

RULED = {"same_country": 0, "active_ties": 0, "min_pair_value": 0, "min_population": 0}
"""Rules with what holds where nothing was set: 0 and 1 for no and yes, else points and inhabitants."""

SWITCHES = frozenset({"same_country", "active_ties"})
MOST_WEIGHT = 1000
"""So that a weight set by a file can be kept; sliders end at 10, or at what is set."""

Couple = frozenset[str]
"""Members of a pin by slug, two cities, or two country codes; a country with itself is a set of one."""

Percents = tuple[Decimal, Decimal]
"""Least and most of a modality, in percent of the partnerships formed."""

NO_LIMIT: Percents = (Decimal(0), Decimal(100))


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Pins, vetoes, countries kept apart, shares, weights and rules; parties go by slug, countries by code.

    ``vetoes`` says of each couple which of the two asked for it, or ``None``. Beside them stands what cities and
    organisations said and a what-if can change: ``limits`` on their partnerships, couples whose tie rests, the noes of
    cities (who, to whom); organisations, each a set of one, that said no to a triangle and take on no further one; and
    whether as little as possible is to change.
    """

    pins: frozenset[Couple] = frozenset()
    vetoes: Mapping[Couple, str | None] = field(default_factory=dict)
    apart: frozenset[Couple] = frozenset()
    shares: Mapping[str, Percents] = field(default_factory=dict)
    weights: Mapping[str, int] = field(default_factory=lambda: dict(WEIGHED))
    rules: Mapping[str, int] = field(default_factory=lambda: dict(RULED))
    limits: Mapping[str, int] = field(default_factory=dict)
    untied: frozenset[Couple] = frozenset()
    noes: frozenset[tuple[str, str]] = frozenset()
    resting: frozenset[Couple] = frozenset()
    few_changes: bool = False

    def share(self, modality: str) -> Percents:
        """Least and most percent of a modality; 0 and 100 where there is no limit."""
        return self.shares.get(modality, NO_LIMIT)


def direction_of(couple: Couple, said_by: str | None) -> tuple[str, str]:
    """Who says no to whom, in the problem, for a veto of organisers."""
    first, second = sorted(couple)
    return (second, first) if said_by == second else (first, second)
