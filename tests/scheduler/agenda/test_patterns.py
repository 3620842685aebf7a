"""Ways to fill stretches of time, counted (AGD-03): what is found fits, and what is said not to go in does not."""

import tracemalloc
from collections.abc import Sequence
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.agenda.crowds.patterns import filled_by_patterns

Steps = list[dict[int, int]]


def _goes_in(wanted: tuple[int, ...], lengths: Sequence[int], steps: Steps) -> bool:
    """Whether some choice of how many of each kind go into each stretch, tried one by one, takes all of them."""
    if not any(wanted):
        return True
    if not lengths:
        return False
    length, here = lengths[0], steps[0]
    choices = [range(count + 1) if kind in here else range(1) for kind, count in enumerate(wanted)]
    return any(
        _goes_in(tuple(count - one for count, one in zip(wanted, taken, strict=True)), lengths[1:], steps[1:])
        for taken in product(*choices)
        if sum(here[kind] * one for kind, one in enumerate(taken) if one) <= length
    )


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_all_that_goes_in_is_found_and_nothing_else(data: st.DataObject) -> None:
    kinds = data.draw(st.integers(1, 3))
    wanted = tuple(data.draw(st.lists(st.integers(0, 3), min_size=kinds, max_size=kinds)))
    lengths = data.draw(st.lists(st.sampled_from([10, 13, 17]), min_size=1, max_size=4))
    one = st.dictionaries(st.integers(0, kinds - 1), st.integers(2, 7))
    steps = data.draw(st.lists(one, min_size=len(lengths), max_size=len(lengths)))

    found = filled_by_patterns(dict(enumerate(wanted)), lengths, steps, seconds=1.0)

    assert (found != "none") == _goes_in(wanted, lengths, steps)
    if isinstance(found, list):
        for length, here, there in zip(lengths, steps, found, strict=True):
            assert sum(here[kind] * count for kind, count in there.items()) <= length
        assert all(sum(there.get(kind, 0) for there in found) == count for kind, count in enumerate(wanted))


def test_a_stretch_of_years_takes_no_memory_by_the_grain() -> None:
    tracemalloc.start()
    found = filled_by_patterns({0: 3, 1: 1}, [2**31, 8], [{0: 4, 1: 6}, {0: 4}], seconds=1.0)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(found, list) and sum(there.get(0, 0) for there in found) == 3
    assert most < 10_000_000


def test_too_many_ways_are_not_written_down() -> None:
    kinds = range(2, 18)
    steps = [{kind: kind for kind in kinds}] * 3
    assert filled_by_patterns(dict.fromkeys(kinds, 1), [60, 60, 60], steps, seconds=1.0) is None
