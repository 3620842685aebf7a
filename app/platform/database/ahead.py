"""What pieces of work that share a commit will ask for, read for all of them at once before they are done.

A dozen questions about a dozen bookings cost what one question costs. Each value is taken once: whoever took it may
change what it tells, and the next one reads that anew.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

_NAME = "read ahead"

Values = Mapping[Hashable, Any]
ReadAhead = Callable[[Session, Sequence[Any]], Values]
"""Reads for all who will ask, by what each of them is about. It waits for nobody: what another holds is left out."""


@dataclass(frozen=True)
class Asks:
    """What a piece of work will ask for: how that is read, and what it is about."""

    read: ReadAhead
    about: Any


class Ahead:
    """The values of one commit that nobody took yet."""

    def __init__(self) -> None:
        self._values: dict[Hashable, Any] = {}
        self._looks: dict[Hashable, Any] = {}
        self.taken = 0

    def add(self, values: Values) -> None:
        self._values |= values

    def forget(self) -> None:
        """Whatever comes next reads anew."""
        self._values.clear()

    def take(self, name: Hashable) -> Any:
        value = self._values.pop(name, None)
        self.taken += value is not None
        return value

    def lend_to(self, session: Session) -> None:
        session.info[_NAME] = self

    @property
    def looks(self) -> dict[Hashable, Any]:
        """What all pieces of the commit know of the log, as the first of them that asked found it."""
        return self._looks


def take_ahead(session: Session, name: Hashable) -> Any:
    """What was read ahead under a name, once; nothing where it was not, or was taken."""
    ahead: Ahead | None = session.info.get(_NAME)
    return None if ahead is None else ahead.take(name)


def looks_shared(session: Session) -> dict[Hashable, Any]:
    """What others of the same commit found in the log; nothing where the transaction is nobody else's."""
    ahead: Ahead | None = session.info.get(_NAME)
    return {} if ahead is None else ahead.looks


def forget_ahead(session: Session) -> None:
    """After a change that may concern anything that was read ahead."""
    ahead: Ahead | None = session.info.get(_NAME)
    if ahead is not None:
        ahead.forget()
