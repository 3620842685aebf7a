"""Sends kept pages before any route is asked, as long as they are the newest, and good for whoever asks."""

import asyncio
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from weakref import WeakValueDictionary

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.platform.clock import Clock
from app.platform.database.writes import Writes
from app.platform.log_follower import LogFollower
from app.platform.page_cache import BEGUN, OWN_KEY, KeptPage, Key, OwnPage, PageCache, key_of, own_key_of

log = structlog.get_logger("bridge.web")


class Admits(Protocol):
    """Whether somebody who was found for a token is who a page was made for, and may have it now; notes the use."""

    def __call__(self, found: Any, reader: Any, *, headers: Mapping[str, str], now: datetime) -> bool: ...


class SharedPages:
    """Asks the log whether a kept page still holds; one request makes it anew where it does not, the others wait.

    Whoever sends another cookie than that of the language may be signed in, and is answered by the routes; but for a
    page that was made for the same person in the same browser, who is signed in and may have it.

    Args:
        pages: those of visitors.
        own_pages: those of signed-in people.
        session_cookie: the name of the cookie that holds a token; ``language_cookie`` of that of the language.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        pages: PageCache,
        own_pages: PageCache,
        session_cookie: str,
        language_cookie: str,
        admits: Admits,
        follower: LogFollower,
        clock: Clock,
        writes: Writes,
    ) -> None:
        self.app = app
        self._pages, self._own_pages = pages, own_pages
        self._session_cookie, self._language_cookie = session_cookie, language_cookie
        self._admits = admits
        self._follower, self._clock, self._writes = follower, clock, writes
        self._making: WeakValueDictionary[Key, asyncio.Lock] = WeakValueDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        token = request.cookies.get(self._session_cookie)
        if token is not None:
            key, pages = own_key_of(request, token), self._own_pages
            scope["state"][OWN_KEY] = key
        else:
            key, pages = key_of(request), self._pages
        is_strange = token is None and request.cookies.keys() - {self._language_cookie}
        if is_strange or pages.find(key) is None:
            await self._make(scope, receive, send)
            return
        came = time.monotonic()
        await self._writes.make_way(scope)
        page = pages.find(key)
        if page is not None and await self._is_sent(page, request, token, came, send):
            return
        lock = self._making.setdefault(key, asyncio.Lock())
        async with lock:
            anew = pages.find(key)
            if anew is None or anew is page or not await self._is_sent(anew, request, token, came, send):
                await self._make(scope, receive, send)

    async def _make(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"][BEGUN] = time.monotonic()
        await self.app(scope, receive, send)

    async def _is_sent(
        self, page: KeptPage | OwnPage, request: Request, token: str | None, came: float, send: Send
    ) -> bool:
        try:
            look = await self._follower.look(token)
        except Exception:
            # The route has a page for a database that does not answer.
            log.exception("the log could not be read")
            return False
        now = self._clock.now()
        # A page that was begun after they came knows all that was committed by then: it is what they would have got.
        is_theirs = page.begun >= came and page.basis.holds_at(now)
        if not is_theirs and not page.basis.holds(look, now):
            return False
        if token is not None:
            found = look.readers.get(token)
            if found is None or not self._admits(found, page.reader, headers=request.headers, now=now):
                return False
        request.scope["route"] = page.route
        status, headers, body = page.answer_to(request.headers)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        return True
