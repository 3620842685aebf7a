"""Shrinking a blocking set leaves one of which every member is needed."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from scheduler.core.blocking import shrink


@given(
    size=st.integers(0, 40),
    cores=st.lists(st.sets(st.integers(0, 39), max_size=5), min_size=1, max_size=4),
)
def test_what_is_left_blocks_and_is_minimal(size: int, cores: list[set[int]]) -> None:
    facts = sorted(set(range(size)).union(*cores))

    def blocks(kept: Sequence[int]) -> bool:
        return any(core <= set(kept) for core in cores)

    left = shrink(facts, blocks)
    assert blocks(left)
    assert not any(blocks([one for one in left if one != fact]) for fact in left)


def test_where_it_cannot_be_told_nothing_is_dropped() -> None:
    assert shrink("abc", lambda kept: False) == ("a", "b", "c")


def test_a_lone_fact_that_is_not_needed_goes_too() -> None:
    assert shrink("a", lambda kept: True) == ()


def test_few_questions_for_a_small_set_among_many() -> None:
    asked = 0

    def blocks(kept: Sequence[int]) -> bool:
        nonlocal asked
        asked += 1
        return {17, 803} <= set(kept)

    assert shrink(range(1000), blocks) == (17, 803)
    assert asked < 100
