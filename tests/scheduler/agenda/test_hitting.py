"""Lists of changes that break every set that blocks (AGD-03): all of them, each once."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.agenda.explain.hitting import hitting

MEMBERS = st.sets(st.integers(0, 7), min_size=1, max_size=4)


@settings(max_examples=200, deadline=None)
@given(sets=st.lists(MEMBERS, max_size=4), size=st.integers(1, 3), kept=st.sets(st.integers(0, 7), max_size=1))
def test_every_list_that_hits_all_sets_is_there_once(sets: list[set[int]], size: int, kept: set[int]) -> None:
    some = [4, 2, 7, 0, 1, 3, 6, 5]
    found = hitting(sets, some, kept=tuple(kept), size=size, most=10_000)
    expected = [
        set(one) for one in combinations(some, size) if kept <= set(one) and all(set(one) & members for members in sets)
    ]
    assert len(found) == len(expected)
    assert all(set(one) in expected and len(set(one)) == size for one in found)


def test_no_more_ways_are_written_down_than_asked_for() -> None:
    assert len(hitting([], range(20), size=2, most=7)) <= 7
