"""Labels moved apart: each stands beside its dot where it covers the least."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.platform.pictures.picture import width_of

SIZE = 12.0
LINE = 14.0


@dataclass(frozen=True)
class Box:
    """A rectangle of the picture, in its units."""

    x: float
    y: float
    width: float
    height: float

    def overlap(self, other: "Box") -> float:
        across = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        down = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return across * down if across > 0 and down > 0 else 0.0


@dataclass(frozen=True, kw_only=True)
class Label:
    """Where a text begins (its base line), and the box it fills."""

    words: str
    x: float
    y: float
    box: Box


def place_labels(
    words: Sequence[str],
    dots: Sequence[tuple[float, float]],
    *,
    width: float,
    height: float,
    lines: Sequence[tuple[float, float]] = (),
) -> list[Label]:
    """One label for each dot; those with close neighbours choose first. Dots and words are in the same order.

    ``lines`` are points on lines that labels had better not cover. The labels of the last pictures are kept: a map
    is drawn again and again with the same cities.
    """
    return list(_placed(tuple(words), tuple(dots), width, height, tuple(lines)))


@lru_cache(maxsize=64)
def _placed(
    words: tuple[str, ...],
    dots: tuple[tuple[float, float], ...],
    width: float,
    height: float,
    lines: tuple[tuple[float, float], ...],
) -> tuple[Label, ...]:
    taken = [Box(x - 4, y - 4, 8, 8) for x, y in dots]
    order = sorted(range(len(words)), key=lambda n: (-_crowd(n, dots), n))
    placed: dict[int, Label] = {}
    sheet = Box(0, 0, width, height)
    for n in order:
        best = min(_candidates(words[n], dots[n]), key=lambda one: _cost(one, taken, sheet, lines))
        placed[n] = best[1]
        taken.append(best[1].box)
    return tuple(placed[n] for n in range(len(words)))


def _crowd(n: int, dots: Sequence[tuple[float, float]]) -> int:
    x, y = dots[n]
    return sum(1 for at, down in dots if abs(at - x) < 60 and abs(down - y) < 24)


def _candidates(words: str, dot: tuple[float, float]) -> list[tuple[float, Label]]:
    """Labels with the price of their place: right is dearest to readers, far away is not."""
    x, y = dot
    wide = width_of(words, SIZE)
    found = []
    for far in (7.0, 12.0, 19.0):
        before, after, middle_of = x - far - wide, x + far, x - wide / 2
        sides = [
            *((0.0 + 0.5 * bool(lift), after, y + lift) for lift in (0, -far, far)),
            *((0.4 + 0.5 * bool(lift), before, y + lift) for lift in (0, -far, far)),
            *((0.8, middle_of, y + lift) for lift in (-far - 4, far + 5)),
        ]
        for price, left, middle in sides:
            box = Box(left - 1, middle - LINE / 2, wide + 2, LINE)
            found.append((price + (far - 7) * 0.4, Label(words=words, x=left, y=middle + 4.2, box=box)))
    return found


def _cost(candidate: tuple[float, Label], taken: list[Box], sheet: Box, lines: Sequence[tuple[float, float]]) -> float:
    price, label = candidate
    outside = label.box.width * label.box.height - label.box.overlap(sheet)
    box = label.box
    crossed = sum(box.x <= x <= box.x + box.width and box.y <= y <= box.y + box.height for x, y in lines)
    return price + 0.35 * crossed + sum(label.box.overlap(other) for other in taken) + 1000 * outside
