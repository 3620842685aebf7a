"""Pages kept as they were rendered, ready to send, until what they stand on changes: those that all visitors see alike,
and those of a signed-in person for that person alone.
"""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from fastapi import Request, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.datastructures import Headers

from app.platform import i18n
from app.platform.audit import AuditEntry
from app.platform.log_follower import NOBODY_IN_PARTICULAR, Look
from app.platform.parts import HEADER as PARTS
from app.platform.rendering import is_htmx
from app.platform.tokens import digest

MOST_PAGES = 300
MOST_OWN_PAGES = 600
"""Those of signed-in people: three for each of two hundred, at most 70 kB each."""
LONGEST_QUERY = 200
LEAST_ZIPPED = 500
"""Bytes below which packing saves nothing."""

VARY = "HX-Request, Accept-Language, Cookie, Accept-Encoding"
"""The cookies choose the language, and say who is signed in and gets a page of their own."""
CACHE_CONTROL = "no-cache"
"""A browser may keep it, and asks each time whether it is still the newest."""

OWN_HEADERS = frozenset({"vary", "etag", "cache-control", "content-length", "content-encoding"})
"""What a kept page says for itself; whatever else its route says is kept with it."""

OWN_KEY = "own page"
"""Key of the state of a request: under which name a page of its reader is kept."""
BEGUN = "begun"
"""Key of the state of a request: when its page began to be made, in seconds of the monotonic clock."""

Key = tuple[object, ...]
RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True, kw_only=True)
class Basis:
    """What a page stands on: an edition as the log has it up to line ``as_of``, and the time.

    Args:
        people: whose bookings it shows as well; None where it is everybody's.
        until: the next moment, at ``made_at`` or after, that makes it another page; None where it tells no time.
    """

    event_id: int
    as_of: int
    people: frozenset[int] | None = NOBODY_IN_PARTICULAR
    made_at: datetime | None = None
    until: datetime | None = None

    def holds(self, look: Look, now: datetime) -> bool:
        """Whether nothing that it stands on has changed by this look."""
        return self.holds_at(now) and look.of(self.event_id, self.people) <= self.as_of

    def holds_at(self, now: datetime) -> bool:
        """Whether it tells the time aright."""
        if self.made_at is None or self.until is None or now == self.made_at:
            return True
        # A clock may be set back.
        return self.made_at < now < self.until


@dataclass(frozen=True, kw_only=True)
class KeptPage:
    """A page for all visitors as bytes, plain and packed."""

    basis: Basis
    tag: str
    headers: tuple[tuple[str, str], ...]
    plain: bytes
    packed: bytes | None
    route: Any
    begun: float = 0.0
    reader: None = None

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


@dataclass(frozen=True, kw_only=True)
class OwnPage:
    """A page for one signed-in reader, with the headers that it had."""

    basis: Basis
    reader: Any
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    route: Any
    begun: float = 0.0

    def answer_to(self, _headers: Headers) -> tuple[int, RawHeaders, bytes]:
        """Status, headers and body; neither packed nor known by a tag, for browsers are not to keep it."""
        return 200, [*self.headers], self.body


class PageCache:
    """The pages asked for last, one for each key. Safe between threads."""

    def __init__(self, *, most: int = MOST_PAGES) -> None:
        self._most = most
        self._pages: OrderedDict[Key, KeptPage | OwnPage] = OrderedDict()
        self._lock = Lock()

    def find(self, key: Key) -> KeptPage | OwnPage | None:
        with self._lock:
            page = self._pages.get(key)
            if page is not None:
                self._pages.move_to_end(key)
            return page

    def keep(self, key: Key, page: KeptPage | OwnPage) -> None:
        with self._lock:
            self._pages[key] = page
            self._pages.move_to_end(key)
            while len(self._pages) > self._most:
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
    ``now`` (for pages that tell the time) keeps a page until the next full minute.
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
        basis=Basis(event_id=event_id, as_of=_line_seen(session), made_at=now, until=now and first_after(now)),
        tag=f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"',
        headers=tuple((name, said) for name, said in made.headers.items() if name not in OWN_HEADERS),
        plain=body,
        packed=_packed(body),
        route=request.scope.get("route"),
        begun=request.scope["state"].get(BEGUN, 0.0),
    )
    cache: PageCache = request.app.state.pages
    cache.keep(key_of(request), page)
    status, headers, body = page.answer_to(request.headers)
    answer = Response(body, status_code=status)
    answer.raw_headers = headers
    return answer


def own_page(
    request: Request,
    session: Session,
    made: Response,
    *,
    event_id: int,
    people: frozenset[int] | None,
    now: datetime,
    moments: Iterable[datetime | None] = (),
) -> Response:
    """The page that was made, kept for its reader in the browser that asked.

    ``web.shared.SharedPages`` sends it on as long as the browser is signed in as the same person, in the same role and
    the like, nothing of the edition changes, nobody books who is among ``people``, and it tells the time aright.
    ``session`` is the transaction in which everything on it was read.

    Args:
        people: whose bookings it was made of; None where it shows those of all.
        moments: when it becomes another page beside the next full minute; only those to come count, where set.
    """
    key = request.scope["state"].get(OWN_KEY)
    if key is None or made.status_code != 200 or len(request.scope["query_string"]) > LONGEST_QUERY:
        return made
    page = OwnPage(
        basis=Basis(
            event_id=event_id,
            as_of=_line_seen(session),
            people=people,
            made_at=now,
            until=min((first_after(now), *(one for one in moments if one is not None and one >= now))),
        ),
        reader=request.state.principal,
        headers=tuple(made.raw_headers),
        body=bytes(made.body),
        route=request.scope.get("route"),
        begun=request.scope["state"].get(BEGUN, 0.0),
    )
    cache: PageCache = request.app.state.own_pages
    cache.keep(key, page)
    return made


def key_of(request: Request) -> Key:
    """What tells one page from another: its address, whether htmx asks, the language."""
    return request.scope["path"], request.scope["query_string"], is_htmx(request), i18n.current_locale()


def own_key_of(request: Request, token: str) -> Key:
    """The same of a browser that holds a token, before anybody looks at who that is, and what else a page asks for."""
    headers = request.headers
    return digest(token), *key_of(request), headers.get("HX-Target"), headers.get(PARTS)


def first_after(now: datetime) -> datetime:
    """The next full minute; at a full minute that one, for a page may count it to the time before or after."""
    minute = now.replace(second=0, microsecond=0)
    return minute if minute == now else minute + timedelta(minutes=1)


def _line_seen(session: Session) -> int:
    return session.scalar(select(func.max(AuditEntry.id))) or 0


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
