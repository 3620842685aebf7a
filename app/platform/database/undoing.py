"""Lists of a session, such as what it wrote past the unit of work: a savepoint that is undone takes its part out."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction

Item = TypeVar("Item")

_LISTS = "lists that savepoints take back"


class Undoable(Generic[Item]):
    """A list that grows with the transaction.

    Args:
        items: the list; what stands in it already stays.
        undone: called with what was added since a savepoint, or the whole transaction, began that is undone.
    """

    def __init__(self, session: Session, items: list[Item], undone: Callable[[list[Item]], None] | None = None) -> None:
        self.items = items
        self._undone, self._first = undone, len(items)
        self._begun: WeakKeyDictionary[SessionTransaction, int] = WeakKeyDictionary()
        session.info.setdefault(_LISTS, []).append(self)

    def begin(self, transaction: SessionTransaction) -> None:
        self._begun[transaction] = len(self.items)

    def undo(self, transaction: SessionTransaction) -> None:
        since = self._begun.get(transaction, self._first)
        taken = self.items[since:]
        del self.items[since:]
        if taken and self._undone is not None:
            self._undone(taken)


def _lists(session: Session) -> list[Undoable[Any]]:
    lists: list[Undoable[Any]] = session.info.get(_LISTS, [])
    return lists


@event.listens_for(Session, "after_transaction_create")
def _begin(session: Session, transaction: SessionTransaction) -> None:
    for one in _lists(session):
        one.begin(transaction)


@event.listens_for(Session, "after_soft_rollback")
def _undo(session: Session, previous: SessionTransaction) -> None:
    for one in _lists(session):
        one.undo(previous)
