"""Values that cost much to read, kept by each process until something about their edition changes."""

from collections.abc import Callable, Collection
from threading import Lock
from typing import TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.platform.audit import newest_line

Value = TypeVar("Value")
Name = tuple[str, int]

_kept: WeakKeyDictionary[Engine, dict[Name, tuple[str, object]]] = WeakKeyDictionary()
_lock = Lock()


def kept(
    session: Session, name: str, *, event_id: int, read: Callable[[], Value], besides: Collection[str] = ()
) -> Value:
    """What ``read`` gives, read once for each state of the edition that this transaction sees.

    Every change writes a line into the log in its transaction, so the newest line says which state that is. Only for
    values that depend on the rows of the edition alone: not on the reader, the language or the clock.

    Args:
        besides: actions that the value does not depend on; their lines leave it kept.
    """
    newest = newest_line(session, event_id, besides=besides)
    engine = session.get_bind().engine
    with _lock:
        stored = _kept.setdefault(engine, {}).get((name, event_id))
    if stored is not None and stored[0] == newest:
        return stored[1]  # type: ignore[return-value]
    value = read()
    with _lock:
        _kept[engine][name, event_id] = (newest, value)
    return value
