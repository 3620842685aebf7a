"""Many who ask for one page at a moment: who gets the page that was made for another request of the same browser."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from app.platform.database.arrivals import Arrivals
from app.platform.log_follower import Look
from app.platform.page_cache import BEGUN, OWN_KEY, Basis, OwnPage, PageCache
from app.platform.web.shared import SharedPages

NOW = datetime(2026, 5, 6, 9, tzinfo=UTC)


class _Server:
    """A page that is always stale, for there is always a newer line; made one at a time when the test lets it."""

    def __init__(self, *, admits: bool = True) -> None:
        self.own, self.made, self.time = PageCache(), 0, NOW
        self.arrivals, self.arrived = Arrivals(), list[int]()
        self.may_end = asyncio.Event()
        self.lines = 0
        self.pages = SharedPages(
            self._make, pages=PageCache(), own_pages=self.own, session_cookie="bridge", language_cookie="lang",
            admits=lambda _found, _reader, **_more: admits, follower=self, clock=self, writes=self,
        )  # type: ignore[arg-type]  # fmt: skip

    async def look(self, token: str) -> Look:
        self.lines += 1
        return Look(0, newest={1: self.lines}, readers={token: "reader"})

    async def make_way(self, scope: Any) -> None:
        await self.arrivals.behind(scope)

    def now(self) -> datetime:
        return self.time

    async def _make(self, scope: Any, _receive: Any, send: Any) -> None:
        self.made += 1
        self.arrived.append(self.arrivals.come(scope))
        self.arrivals.go(self.arrived[-1])
        number, as_of = self.made, self.lines
        if number > 1:
            await self.may_end.wait()
        page = OwnPage(
            basis=Basis(event_id=1, as_of=as_of, made_at=NOW, until=NOW + timedelta(minutes=1)),
            reader="reader", headers=(), body=b"page %d" % number, route=None, begun=scope["state"][BEGUN],
        )  # fmt: skip
        self.own.keep(scope["state"][OWN_KEY], page)
        await send({"type": "http.response.body", "body": page.body})

    async def ask(self) -> bytes:
        found = b""

        async def send(message: Any) -> None:
            nonlocal found
            found += message.get("body", b"")

        scope = {
            "type": "http", "method": "GET", "path": "/my", "query_string": b"", "state": {},
            "headers": [(b"cookie", b"bridge=token")],
        }  # fmt: skip
        await self.pages(scope, None, send)  # type: ignore[arg-type]
        return found


async def _soon() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def test_those_who_came_before_a_page_was_begun_share_it_though_bookings_go_on() -> None:
    async def all_of_them() -> list[bytes]:
        server = _Server()
        assert await server.ask() == b"page 1"
        first, second, third = (asyncio.create_task(server.ask()) for _ in range(3))
        await _soon()
        late = asyncio.create_task(server.ask())  # page 2 is being made, and may not know what they know
        await _soon()
        server.may_end.set()
        return await asyncio.gather(first, second, third, late)

    assert asyncio.run(all_of_them()) == [b"page 2", b"page 3", b"page 3", b"page 3"]


def test_nobody_shares_a_page_that_is_not_theirs_or_tells_the_time_wrong() -> None:
    async def all_of_them(*, admits: bool, later: timedelta) -> int:
        server = _Server(admits=admits)
        await server.ask()
        asked = [asyncio.create_task(server.ask()) for _ in range(3)]
        await _soon()
        server.time += later
        server.may_end.set()
        await asyncio.gather(*asked)
        return server.made

    shared = asyncio.run(all_of_them(admits=True, later=timedelta(0)))
    assert shared == 3, "the first, one for whoever asked first, and one for both others"
    assert asyncio.run(all_of_them(admits=False, later=timedelta(0))) == 4
    assert asyncio.run(all_of_them(admits=True, later=timedelta(minutes=2))) == 4


def test_a_page_that_is_to_be_made_keeps_the_place_of_its_request() -> None:
    async def all_of_them() -> list[int]:
        server = _Server()
        server.may_end.set()
        await server.ask()
        await server.ask()
        return [*server.arrived, server.arrivals.come()]

    assert asyncio.run(all_of_them()) == [0, 1, 2], "the second looked for a page that was kept, and made it"
