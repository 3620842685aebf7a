"""Functions compiled to machine code by Numba, and the random numbers that they draw.

The random numbers come from a state of our own (xorshift: Marsaglia, 2003), so that a seed gives the same plan on every
machine.
"""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import config, njit
from numba.core import caching

Function = TypeVar("Function", bound=Callable[..., Any])
OPTIONS: dict[str, Any] = {"nogil": True, "_nrt": False}
"""Without the counting of references (``_nrt``): a call that hands over tuples of arrays would count each of them up
and down, which takes a hundred times as long as what most of these functions do. So none of them makes an array.
"""


class _OfAllSources:
    """Machine code is kept until any source of it changes.

    Numba looks at the function's own file alone, and keeps what calls a function of another file that has changed.
    """

    _py_file: str

    def get_source_stamp(self) -> bytes:
        beside = sorted(Path(self._py_file).parent.glob("*.py"))
        texts = [Path(__file__).read_bytes(), *(one.read_bytes() for one in beside)]
        return sha256(b"\0".join(text for text in texts if b"@compiled" in text)).digest()


class Given(_OfAllSources, caching.UserProvidedCacheLocator):
    """In ``NUMBA_CACHE_DIR``, where that is set."""


class Beside(_OfAllSources, caching.InTreeCacheLocator):
    """In ``__pycache__`` beside the sources, where that may be written."""


class Own(_OfAllSources, caching.UserWideCacheLocator):
    """In the user's own folder for such things."""


config.CACHE_LOCATOR_CLASSES = ",".join(f"{__name__}.{one.__name__}" for one in (Given, Beside, Own))  # type: ignore[attr-defined]


def compiled(function: Function) -> Function:
    """The function as machine code, kept on disk where there is a place for it; it runs beside other threads."""
    try:
        return cast(Function, njit(cache=True, **OPTIONS)(function))
    except RuntimeError:  # numba found no folder that it may write to
        return cast(Function, njit(**OPTIONS)(function))


@compiled
def shaken(chance: Any) -> int:
    """Random bits, 63 of them; ``chance[0]`` is the state, which must not be 0."""
    state = chance[0]
    state ^= (state << 13) & 0x7FFFFFFFFFFFFFFF
    state ^= state >> 7
    state ^= (state << 17) & 0x7FFFFFFFFFFFFFFF
    chance[0] = state
    return int(state)


@compiled
def drawn(chance: Any, below: int) -> int:
    """A random whole number from 0 to ``below`` - 1."""
    # A product instead of a division: the upper half of it is spread like the state.
    return int(((shaken(chance) >> 31) * below) >> 32)
