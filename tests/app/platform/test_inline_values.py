"""On Python 3.11 states of the ORM have a real dictionary from their beginning (ADM-08)."""

import sys

import pytest
from sqlalchemy.orm.state import InstanceState

import app.platform.database.engine  # noqa: F401  (opening a database is what sets the guard)
from app.platform.database.inline_values import keep_states_whole


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="the fault is CPython 3.11's")
def test_the_guard_is_set_once_wherever_a_database_is_opened() -> None:
    guarded = InstanceState.__init__
    assert getattr(guarded, "is_guarded", False)
    keep_states_whole()
    assert InstanceState.__init__ is guarded
