"""Pages that all visitors see alike, kept as they were rendered until something about their edition changes."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from threading import Lock

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.platform import i18n
from app.platform.audit import newest_line
from app.platform.rendering import VARY, is_htmx

MOST_PAGES = 300
LONGEST_QUERY = 200

Key = tuple[object, ...]


class PageCache:
    """The pages asked for last, at most ``MOST_PAGES``. Safe between threads."""

    def __init__(self) -> None:
        self._pages: OrderedDict[Key, bytes] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Key) -> bytes | None:
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def keep(self, key: Key, page: bytes) -> None:
        with self._lock:
            self._pages[key] = page
            while len(self._pages) > MOST_PAGES:
                self._pages.popitem(last=False)


def shared_page(
    request: Request,
    session: Session,
    make: Callable[[], Response],
    *,
    event_id: int,
    now: datetime | None = None,
    media_type: str = "text/html; charset=utf-8",
) -> Response:
    """What ``make`` renders, made once for all visitors and languages as long as nothing about the edition changes.

    Every change writes a line into the log in its transaction, so the newest line says which state of the
    edition this transaction sees: a page is never older than the rows. Whoever is signed in gets a page of their own.
    ``now`` (for pages that tell the time) keeps a page for its minute.
    """
    query = request.url.query
    if request.state.principal is not None or len(query) > LONGEST_QUERY:
        return make()
    cache: PageCache = request.app.state.pages
    newest = newest_line(session, event_id)
    minute = now and now.replace(second=0, microsecond=0)
    key = (request.url.path, query, is_htmx(request), i18n.current_locale(), newest, minute)
    page = cache.find(key)
    if page is not None:
        return Response(page, media_type=media_type, headers=VARY)
    made = make()
    if made.status_code == 200:
        cache.keep(key, bytes(made.body))
    return made
