"""A pool of one connection that is handed on first come first served.

SQLAlchemy's own lets a thread that has just given the connection back take it again before one that waits: under steady
writing some threads then wait until they give up. Requests do not (see ``turns``), but work that goes by itself would.
"""

import threading
from collections import deque
from typing import Any

from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.pool import QueuePool


class FairPool(QueuePool):
    """Whoever asks first is served first, and waits no longer than the pool's timeout in seconds.

    Raises, on checkout:
        NoConnection: the others took longer than that.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._order = threading.Lock()
        self._is_taken = False
        self._waiting: deque[threading.Event] = deque()

    @property
    def waiting(self) -> int:
        """How many stand in line."""
        return len(self._waiting)

    def _do_get(self) -> Any:
        self._stand_in_line()
        try:
            return super()._do_get()
        except BaseException:
            self._call_next()
            raise

    def _do_return_conn(self, record: Any) -> None:
        try:
            super()._do_return_conn(record)
        finally:
            self._call_next()

    def _stand_in_line(self) -> None:
        with self._order:
            if not self._is_taken:
                self._is_taken = True
                return
            turn = threading.Event()
            self._waiting.append(turn)
        if turn.wait(self.timeout()):
            return
        with self._order:
            if turn.is_set():
                return
            self._waiting.remove(turn)
        raise NoConnection(f"Others had the one connection for {self.timeout()} seconds.")

    def _call_next(self) -> None:
        with self._order:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_taken = False
