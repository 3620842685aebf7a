"""Moments at which something happens, as bits of a whole number."""


class Moments:
    """Moments at which something happens, as a set of grains; those before the first grain are not among them."""

    def __init__(self) -> None:
        self.bits = 0
        self._times: dict[int, int] = {}

    def count(self, grain: int, sign: int) -> None:
        """One more, or one less, at this moment."""
        times = self._times[grain] = self._times.get(grain, 0) + sign
        if grain >= 0 and times == max(0, sign):
            self.bits ^= 1 << grain
