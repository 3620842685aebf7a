"""A sentence in which some words lead to a page."""

from collections.abc import Iterable
from typing import Self

Piece = tuple[str, str | None]
"""Words, and the address they lead to, if any."""


class Linked(str):
    """The sentence as text; ``pieces`` is what a page makes links of."""

    __slots__ = ("pieces",)
    pieces: tuple[Piece, ...]

    def __new__(cls, pieces: Iterable[Piece]) -> Self:
        kept = tuple(pieces)
        made = super().__new__(cls, "".join(text for text, _href in kept))
        made.pieces = kept
        return made
