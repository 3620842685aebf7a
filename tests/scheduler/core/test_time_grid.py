"""Half-open windows: touching ones join, empty ones hold nothing."""

import pytest

from scheduler.core.time_grid import holds, join, overlaps


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [
        ((0, 4), (4, 8), False),
        ((0, 4), (3, 8), True),
        ((0, 9), (3, 4), True),
        ((0, 9), (3, 3), False),
        ((3, 3), (3, 3), False),
        ((5, 6), (0, 9), True),
    ],
)
def test_overlaps(one: tuple[int, int], other: tuple[int, int], share: bool) -> None:
    assert overlaps(one, other) is overlaps(other, one) is share


def test_join_merges_what_overlaps_or_touches() -> None:
    assert join([(6, 8), (0, 3), (3, 5), (7, 9)]) == ((0, 5), (6, 9))
    assert join([]) == ()


@pytest.mark.parametrize(
    ("windows", "interval", "held"),
    [
        (None, (0, 99), True),
        ([], (0, 1), False),
        ([(0, 5)], (0, 5), True),
        ([(0, 5)], (0, 6), False),
        ([(3, 6), (0, 3)], (1, 6), True),
        ([(0, 3), (4, 6)], (2, 5), False),
        ([(2, 2)], (2, 3), False),
    ],
)
def test_holds(windows: list[tuple[int, int]] | None, interval: tuple[int, int], held: bool) -> None:
    assert holds(windows, interval) is held
