"""Pages that all visitors see alike, kept as they were rendered, ready to send, until their edition changes."""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from fastapi import Request, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.datastructures import Headers

from app.platform import i18n
from app.platform.audit import AuditEntry
from app.platform.log_follower import Look
from app.platform.rendering import is_htmx

MOST_PAGES = 300
LONGEST_QUERY = 200
LEAST_ZIPPED = 500
"""Bytes below which packing saves nothing."""

VARY = "HX-Request, Accept-Language, Cookie, Accept-Encoding"
"""The cookies choose the language, and say who is signed in and gets a page of their own."""
CACHE_CONTROL = "no-cache"
"""A browser may keep it, and asks each time whether it is still the newest."""

OWN_HEADERS = frozenset({"vary", "etag", "cache-control", "content-length", "content-encoding"})
"""What a kept page says for itself; whatever else its route says is kept with it."""

Key = tuple[object, ...]
RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True, kw_only=True)
class KeptPage:
    """A page as bytes, plain and packed, with what it knows: the log up to line ``as_of``, and where it tells the time
    the minute.
    """

    event_id: int
    as_of: int
    minute: datetime | None
    tag: str
    headers: tuple[tuple[str, str], ...]
    plain: bytes
    packed: bytes | None
    route: Any

    def is_fresh(self, look: Look, now: datetime) -> bool:
        """Whether nothing about the edition has changed by this look, nor the minute that the page tells."""
        return look.of(self.event_id) <= self.as_of and self.minute in (None, minute_of(now))

    def answer_to(self, headers: Headers) -> tuple[int, RawHeaders, bytes]:
        """Status, headers and body: 304 where the browser has it, packed where it can unpack."""
        answered = [("etag", self.tag), ("vary", VARY), ("cache-control", CACHE_CONTROL)]
        body = b""
        status = 304 if is_known(headers.get("if-none-match"), self.tag) else 200
        if status == 200:
            body = self.plain
            if self.packed is not None and takes_gzip(headers.get("accept-encoding", "")):
                body = self.packed
                answered.append(("content-encoding", "gzip"))
            answered += [*self.headers, ("content-length", str(len(body)))]
        return status, [(name.encode("latin-1"), said.encode("latin-1")) for name, said in answered], body


class PageCache:
    """The pages asked for last, at most ``MOST_PAGES``, one for each address, kind of asking and language.

    Safe between threads.
    """

    def __init__(self) -> None:
        self._pages: OrderedDict[Key, KeptPage] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Key) -> KeptPage | None:
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def keep(self, key: Key, page: KeptPage) -> None:
        with self._lock:
            self._pages[key] = page
            self._pages.move_to_end(key)
            while len(self._pages) > MOST_PAGES:
                self._pages.popitem(last=False)


def shared_page(
    request: Request,
    session: Session,
    make: Callable[[], Response],
    *,
    event_id: int,
    now: datetime | None = None,
) -> Response:
    """What ``make`` renders, kept for all visitors: ``web.shared.SharedPages`` sends it on until the edition changes.

    Every change writes a line into the log in its transaction, so the number of the newest line that this transaction
    sees says what the page knows. Whoever is signed in gets a page of their own, which is not kept.
    ``now`` (for pages that tell the time) keeps a page for its minute.
    """
    made = make()
    if (
        request.state.principal is not None
        or made.status_code != 200
        or len(request.scope["query_string"]) > LONGEST_QUERY
    ):
        return made
    body = bytes(made.body)
    page = KeptPage(
        event_id=event_id,
        as_of=session.scalar(select(func.max(AuditEntry.id))) or 0,
        minute=now and minute_of(now),
        tag=f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"',
        headers=tuple((name, said) for name, said in made.headers.items() if name not in OWN_HEADERS),
        plain=body,
        packed=_packed(body),
        route=request.scope.get("route"),
    )
    cache: PageCache = request.app.state.pages
    cache.keep(key_of(request), page)
    status, headers, body = page.answer_to(request.headers)
    answer = Response(body, status_code=status)
    answer.raw_headers = headers
    return answer


def key_of(request: Request) -> Key:
    """What tells one page from another: its address, whether htmx asks, the language."""
    return request.scope["path"], request.scope["query_string"], is_htmx(request), i18n.current_locale()


def minute_of(now: datetime) -> datetime:
    return now.replace(second=0, microsecond=0)


def is_known(asked: str | None, tag: str) -> bool:
    """Whether ``If-None-Match`` names this tag; weak and strong ones are compared alike."""
    if asked is None:
        return False
    bare = tag.removeprefix("W/")
    return any(one.strip().removeprefix("W/") in (bare, "*") for one in asked.split(","))


def takes_gzip(accepted: str) -> bool:
    """Whether ``Accept-Encoding`` takes gzip; a weight of nought refuses it."""
    for part in accepted.lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() in {"gzip", "*"}:
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _packed(body: bytes) -> bytes | None:
    if len(body) < LEAST_ZIPPED:
        return None
    packed = gzip.compress(body, compresslevel=9, mtime=0)
    return packed if len(packed) < len(body) else None
