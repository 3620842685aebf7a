"""A guard against a fault of CPython 3.11 (app/decisions/python-311-inline-values.md); newer ones do not need it."""

import sys
from typing import Any

from sqlalchemy.orm.state import InstanceState


def keep_states_whole() -> None:
    """Give each state of the ORM a real ``__dict__`` from its beginning. Does nothing on Python 3.12 and newer.

    The state of an object that the garbage collector found deletes an attribute and sets others while its session
    still closes; with attributes kept inline, CPython 3.11 then gives references back twice.
    """
    if sys.version_info >= (3, 12) or getattr(InstanceState.__init__, "is_guarded", False):
        return
    begin = InstanceState.__init__

    def begin_whole(self: InstanceState[Any], *arguments: Any) -> None:
        begin(self, *arguments)
        _ = self.__dict__

    begin_whole.is_guarded = True  # type: ignore[attr-defined]
    InstanceState.__init__ = begin_whole  # type: ignore[method-assign, assignment]
