"""What a relaxation is asked, and the rows that say so."""

from dataclasses import dataclass, field
from typing import Any

from scheduler.pairing.catalogue import Numbers
from scheduler.pairing.modality import Modality

SLACK = "slack"
MIXED = "mixed"


@dataclass(frozen=True)
class Asked:
    """At least so many of some cities reach what they want, or have a partnership (``stage`` says which)."""

    stage: str
    cities: frozenset[str]
    least: int


@dataclass(frozen=True)
class Goal:
    """What a relaxation makes as large as possible, and what it must keep.

    ``stage`` is one of the stages but ``lowest``, which is asked as ``floor``: no city with a partnership has less; or
    it is ``SLACK``: how far what is fixed, asked and pinned must be missed, as a number that is 0 at best; or
    ``MIXED``: cities reached, cities paired and value in one sum, in which a city weighs more than it may cost.
    ``fixed`` holds values that other stages must come to.
    """

    stage: str
    fixed: dict[str, int] = field(default_factory=dict)
    floor: int = 0
    asked: tuple[Asked, ...] = ()


@dataclass(frozen=True, eq=False)
class Rest:
    """The candidates of a member but some, which are given by their numbers."""

    place: int
    without: Numbers


@dataclass
class Row:
    """``low <= sum of coefficients <= high``; ``None`` is open. Coefficients of candidates come from ``kind``."""

    kind: str
    key: Any
    low: int | None
    high: int | None
    others: dict[int, int] = field(default_factory=dict)
    """Coefficients of the columns that are no candidates."""
    missed: int | None = None
    """The column that says by how much the row is missed, where that has a price."""
    is_asked: bool = False
    """Whether a plan at hand may miss it: what stages or shares ask for."""


@dataclass(frozen=True)
class Number:
    """The columns that count: how many partnerships there are, and how many of each modality with a share."""

    everything: int
    of_modality: dict[Modality, int]
