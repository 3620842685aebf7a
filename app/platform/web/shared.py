"""Sends pages that all visitors see alike before any route is asked, as long as they are the newest."""

import asyncio
from weakref import WeakValueDictionary

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.platform.clock import Clock
from app.platform.database.writes import Writes
from app.platform.log_follower import LogFollower
from app.platform.page_cache import KeptPage, Key, PageCache, key_of

LANGUAGE_COOKIE = "lang"

log = structlog.get_logger("bridge.web")


class SharedPages:
    """Asks the log whether a kept page still holds; one request makes it anew where it does not, the others wait.

    Whoever sends another cookie than that of the language may be signed in, and is answered by the routes.
    """

    def __init__(self, app: ASGIApp, *, pages: PageCache, follower: LogFollower, clock: Clock, writes: Writes) -> None:
        self.app = app
        self._pages, self._follower, self._clock, self._writes = pages, follower, clock, writes
        self._making: WeakValueDictionary[Key, asyncio.Lock] = WeakValueDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        key = key_of(request)
        page = None if request.cookies.keys() - {LANGUAGE_COOKIE} else self._pages.find(key)
        if page is None:
            await self.app(scope, receive, send)
            return
        await self._writes.make_way()
        if await self._is_sent(page, request, send):
            return
        lock = self._making.setdefault(key, asyncio.Lock())
        async with lock:
            anew = self._pages.find(key)
            if anew is None or anew is page or not await self._is_sent(anew, request, send):
                await self.app(scope, receive, send)

    async def _is_sent(self, page: KeptPage, request: Request, send: Send) -> bool:
        try:
            look = await self._follower.look()
        except Exception:
            # The route has a page for a database that does not answer.
            log.exception("the log could not be read")
            return False
        if not page.is_fresh(look, self._clock.now()):
            return False
        request.scope["route"] = page.route
        status, headers, body = page.answer_to(request.headers)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        return True
