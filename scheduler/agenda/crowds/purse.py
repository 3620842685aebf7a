"""How much may still be spent on what is hard to tell."""

LEAST = 0.002
"""Deterministic time for a question that is granted in any case."""

SHARE = 4
"""The part of what is left that one question may take: the more were hard to tell, the sooner the next is given up."""


class Purse:
    """Deterministic time of the solver, for all questions of a search together.

    So a search that asks many hard questions comes to an end as well as one that asks a few, and to the same one
    on a busy machine.
    """

    def __init__(self, work: float) -> None:
        self._left = work

    @property
    def is_empty(self) -> bool:
        """Whether a question gets the least only."""
        return self._left <= LEAST

    def granted(self, wanted: float) -> float:
        """What a question may take of what it would have."""
        return max(LEAST, min(wanted, self._left / SHARE))

    def spend(self, used: float) -> None:
        """Note what a question took."""
        self._left = max(0.0, self._left - used)
