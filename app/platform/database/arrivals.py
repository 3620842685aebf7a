"""Who came before whom: small answers, which need no turn, wait for those who came before them and wait for one."""

import asyncio
import itertools
from collections import deque
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, NamedTuple

PATIENCE = 0.8
"""Seconds that a small answer waits for others at most: where somebody's turn takes long it does not stand still."""

Scope = MutableMapping[str, Any]
"""What a request carries along (ASGI)."""

_ARRIVED = "arrived"
"""Key of the state of a request: by which number it came."""


class _Small(NamedTuple):
    number: int
    may_go: asyncio.Future[None]


class Arrivals:
    """The order in which requests came, of those that still wait. For the loop of one process alone.

    A request takes its number where it first waits, and keeps it: as a small answer that becomes a large one it has the
    same place in both lines.

    Whoever asks for what is kept is answered at next to no cost. Were they answered at once, the others, who ask for
    what costs something, would share what is left, and all waiting would be theirs: first come first served holds for
    everybody.
    """

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self._waiting: dict[int, None] = {}
        self._small: deque[_Small] = deque()

    def come(self, scope: Scope | None = None) -> int:
        """Somebody waits from now on, until they ``go``; gives the number that they go by.

        Args:
            scope: of the request that waits; nothing for what waits in no other line.
        """
        number = self._number_of(scope)
        self._waiting[number] = None
        return number

    def go(self, number: int) -> None:
        """Somebody waits no longer; nothing where they went before."""
        self._waiting.pop(number, None)
        if not self._small:
            return
        first = min(self._waiting, default=None)
        while self._small and (first is None or self._small[0].number < first):
            may_go = self._small.popleft().may_go
            if not may_go.done():
                may_go.set_result(None)

    def let_pass(self, most: int) -> None:
        """Some of the small ones need not wait any longer, whoever came before them: nobody else would use the time."""
        for _ in range(min(most, len(self._small))):
            may_go = self._small.popleft().may_go
            if not may_go.done():
                may_go.set_result(None)

    def is_small_before(self, number: int) -> bool:
        """Whether a small answer waits that came before; to be asked in any thread."""
        small = next(iter(self._small.copy()), None)
        return small is not None and small.number < number

    async def behind(self, scope: Scope | None = None) -> None:
        """Wait until nobody waits who came before, no longer than ``PATIENCE``."""
        number = self._number_of(scope)
        if not self._waiting:
            return
        small = _Small(number, asyncio.get_running_loop().create_future())
        self._small.append(small)
        try:
            async with asyncio.timeout(PATIENCE):
                await small.may_go
        except TimeoutError:
            pass
        finally:
            with suppress(ValueError):
                self._small.remove(small)

    def _number_of(self, scope: Scope | None) -> int:
        if scope is None:
            return next(self._numbers)
        state = scope.setdefault("state", {})
        if _ARRIVED not in state:
            state[_ARRIVED] = next(self._numbers)
        number: int = state[_ARRIVED]
        return number
