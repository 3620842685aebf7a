"""People who read and think, and a rush of answers in a minute: clients that leave the server time, unlike ``load.lua``."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import httpx

from tests.benchmarks.loads import Load

OWN = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}


def rush(lines: Path, *, ports: Sequence[int], host: str, readers: int, answers: int, seconds: int) -> Load:
    """So many people read, each for one to three seconds a page; so many answers come in at moments of chance.

    Args:
        lines: the file of ``rush.make_rush``; a link is used once.
    """
    return asyncio.run(_Rush(lines, ports, host).run(readers=readers, answers=answers, seconds=seconds))


class _Rush:
    def __init__(self, lines: Path, ports: Sequence[int], host: str) -> None:
        rows = [line.split("\t") for line in lines.read_text().splitlines()]
        self._pages = [(path, cookie) for kind, path, cookie in rows if kind == "read"]
        self._links = [(path, body) for kind, path, body in rows if kind == "write"]
        self._ports, self._host = ports, host
        self._reads: list[float] = []
        self._writes: list[float] = []
        self._statuses: Counter[str] = Counter()

    async def run(self, *, readers: int, answers: int, seconds: int) -> Load:
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(readers):
                group.create_task(self._read(number, until=began + seconds))
            for number, (path, body) in enumerate(self._links[:answers]):
                group.create_task(self._answer(number, path, body, within=seconds))
        return Load(reads=self._reads, writes=self._writes, statuses=self._statuses, seconds=time.monotonic() - began)

    async def _read(self, number: int, *, until: float) -> None:
        chance = random.Random(number)
        await asyncio.sleep(chance.uniform(0, 2))
        async with _browser() as browser:
            while time.monotonic() < until:
                path, cookie = chance.choice(self._pages)
                headers = {"Cookie": cookie} if cookie else {}
                await self._ask(browser, number, "GET", path, waits=self._reads, headers=headers, sign="r")
                await asyncio.sleep(chance.uniform(1, 3))

    async def _answer(self, number: int, path: str, body: str, *, within: int) -> None:
        await asyncio.sleep(random.Random(f"answer {number}").uniform(0, within))
        async with _browser() as browser:
            await self._ask(browser, number, "POST", path, waits=self._writes, headers=OWN, content=body, sign="w")

    async def _ask(
        self, browser: httpx.AsyncClient, number: int, verb: str, path: str, *, waits: list[float], headers: dict[str, str], sign: str,
        content: str | None = None,
    ) -> None:  # fmt: skip
        address = f"http://127.0.0.1:{self._ports[number % len(self._ports)]}{path}"
        began = time.perf_counter()
        answer = await browser.request(verb, address, headers={"Host": self._host, **headers}, content=content)
        waits.append((time.perf_counter() - began) * 1000)
        self._statuses[f"{sign}{answer.status_code}"] += 1


def _browser() -> httpx.AsyncClient:
    """One for each person: to look through the connections of hundreds takes longer than the server does."""
    return httpx.AsyncClient(timeout=60, verify=False, trust_env=False)
