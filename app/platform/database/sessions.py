"""One transaction a request, ended before the response goes out: what a browser follows, it finds."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from app.platform.database.engine import Database

READERS = frozenset({"GET", "HEAD"})


def request_session(request: Request) -> Iterator[Session]:
    """The session of a request: it cannot write for GET and HEAD, and commits on return for the rest."""
    database: Database = request.app.state.database
    opened = database.reading() if request.method in READERS else database.writing()
    with opened as session:
        yield session


RequestSession = Annotated[Session, Depends(request_session, scope="function")]
ReadSession = RequestSession
"""For GET and HEAD."""
DbSession = RequestSession
"""For everything that changes something."""
