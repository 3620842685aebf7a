"""The collector is as it was when the work is done, however it ends."""

import gc

import pytest

from scheduler.core.collecting import MANY, seldom_collecting


def test_it_looks_seldom_meanwhile_and_as_before_afterwards() -> None:
    before = gc.get_threshold()
    with seldom_collecting():
        assert gc.get_threshold() == (MANY, *before[1:])
    assert gc.get_threshold() == before


def test_it_looks_as_before_where_the_work_failed() -> None:
    before = gc.get_threshold()
    with pytest.raises(ValueError, match="failed"), seldom_collecting():
        raise ValueError("failed")
    assert gc.get_threshold() == before
