"""T40, T20 to T22, G14: what strangers and solvers cost the others; by ``make bench``."""

import multiprocessing
import random
import socket
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from app.accounts.enums import Role
from app.accounts.service.browsers import open_session
from app.accounts.service.roles import ensure_account, grant_role
from app.demo.load import load_fixture
from app.platform import audit
from app.platform.actor import Actor
from app.platform.database.engine import Database
from app.platform.database.migrating import migrate
from app.platform.settings import Settings
from tests.benchmarks.loads import at, machine_load
from tests.benchmarks.serving import serving

PORT = 8177
ADDRESS = f"http://127.0.0.1:{PORT}"
KNOWN = 200
SECONDS = 8.0
OWN = {"Sec-Fetch-Site": "same-origin"}

pytestmark = pytest.mark.timeout(900)


@dataclass(frozen=True)
class Served:
    slug: str
    cookie: str
    database: Database


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, module_patch: pytest.MonkeyPatch) -> Iterator[Served]:
    """F-BIG behind a proxy that is believed, so that each try may come from another address."""
    folder = tmp_path_factory.mktemp("hostile")
    settings = Settings(
        database_url=f"sqlite:///{folder / 'big.sqlite'}", secret="a key for benches", var=folder, base_url=ADDRESS
    )
    audit.use_key(settings.key())
    migrate(settings.database_url)
    database, now, actor = Database(settings.database_url), datetime.now(UTC), Actor.system("bench")
    with database.writing() as session:
        event = load_fixture(session, name="F-BIG", seed=1, now=now)
        for number in range(KNOWN):
            ensure_account(session, email=f"known-{number}@bench.example", display_name="User", actor=actor, now=now)
        account = ensure_account(session, email="office@bench.example", display_name="Office", actor=actor, now=now)
        grant = grant_role(session, account_id=account.id, role=Role.ORGANISER, event_id=event.id, actor=actor, now=now)
        opened = open_session(session, account_id=account.id, grant_id=grant.id, device="bench", replaces=None, now=now)
        assert opened is not None
        slug = event.slug
    module_patch.setenv("BRIDGE_TRUSTED_PROXIES", "127.0.0.1")
    with serving(settings, port=PORT):
        yield Served(slug, f"bridge={opened.token}", database)
    database.close()


@pytest.fixture(scope="module")
def module_patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def test_t20_to_t22_a_known_address_takes_as_long_as_an_unknown_one(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two hundred of each, in an order of chance, each from another network address."""
    chance = random.Random(20)
    tries = [(kind, f"{kind}-{number}@bench.example") for number in range(KNOWN) for kind in ("known", "unknown")]
    chance.shuffle(tries)
    waits: dict[str, list[float]] = {"known": [], "unknown": []}
    with httpx.Client(base_url=ADDRESS, timeout=60) as client:
        for number, (kind, email) in enumerate([("warm", "warm@bench.example"), *tries]):
            peer = {"X-Forwarded-For": f"10.{number // 250}.0.{number % 250}"}
            began = time.perf_counter()
            answer = client.post("/sign-in", data={"email": email, "next": "/"}, headers={**OWN, **peer})
            taken = (time.perf_counter() - began) * 1000
            assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in/sent")
            waits.setdefault(kind, []).append(taken)
    known, unknown = (statistics.median(waits[kind]) for kind in ("known", "unknown"))
    with capsys.disabled():
        print(f"\nT20 to T22: asking for a sign-in link · load of the machine {machine_load()}")
        print(f"median of {KNOWN}: known {known:.1f} ms, unknown {unknown:.1f} ms")
        _say("difference of the medians, ms", abs(known - unknown), 10)
    assert abs(known - unknown) <= 10


def _fields(count: int) -> bytes:
    return b"&".join(b"f%d=x" % number for number in range(count))


def _parts(count: int) -> tuple[bytes, str]:
    body = b"".join(
        b'--b\r\nContent-Disposition: form-data; name="f%d"\r\n\r\nx\r\n' % number for number in range(count)
    )
    return body + b"--b--\r\n", "multipart/form-data; boundary=b"


def _form(body: bytes, kind: str = "application/x-www-form-urlencoded") -> dict[str, Any]:
    return {"method": "POST", "url": "/sign-in", "content": body, "headers": {**OWN, "Content-Type": kind}}


def _hostile() -> dict[str, dict[str, Any]]:
    many, kind = _parts(10_000)
    return {
        "200,000 fields": _form(_fields(200_000)),
        "a field of 60 MB": _form(b"email=" + b"x" * 60_000_000),
        "10,000 parts": _form(many, kind),
        "a huge Range": {"method": "GET", "url": "/static/css/base.css", "headers": {
            "Range": "bytes=" + ",".join(f"{n}-{n}" for n in range(1500))}},
        "a cookie of 6 kB": {"method": "GET", "url": "/sign-in", "headers": {"Cookie": "a=" + "b" * 6000}},
    }  # fmt: skip


def test_t40_the_server_says_that_it_is_well_under_hostile_bodies(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two attackers send one body after the other, five hundred have sent half of theirs; ``/healthz`` is asked on."""
    half = [_half_sent() for _ in range(500)]
    # Processes of their own: what they send does not hold up who measures.
    forked = multiprocessing.get_context("fork")
    told = forked.SimpleQueue()
    attackers = [forked.Process(target=_attack, args=(number, told), daemon=True) for number in range(2)]
    for attacker in attackers:
        attacker.start()
    waits = _ask_on("/healthz", seconds=SECONDS)
    statuses: dict[str, set[int]] = {}
    for _ in attackers:
        for name, said in told.get().items():
            statuses.setdefault(name, set()).update(said)
    for attacker in attackers:
        attacker.join()
    for one in half:
        one.close()
    with capsys.disabled():
        print(f"\nT40: /healthz under hostile bodies · load of the machine {machine_load()}")
        for name, said in sorted(statuses.items()):
            print(f"{name:24} answered {sorted(said)}")
        print(f"asked {len(waits)} times: p50 {at(waits, 50):.1f} ms, slowest {max(waits):.0f} ms")
        _say("p99 of /healthz, ms", at(waits, 99), 50)
    assert not any(status >= 500 for said in statuses.values() for status in said)


def _attack(number: int, told: Any) -> None:
    chance, bodies, statuses = random.Random(number), _hostile(), dict[str, set[int]]()
    until = time.monotonic() + SECONDS
    with httpx.Client(base_url=ADDRESS, timeout=60) as client:
        while time.monotonic() < until:
            name = chance.choice(list(bodies))
            try:
                status = client.request(**bodies[name]).status_code
            except httpx.TransportError:
                status = 0  # the connection was closed on it
            statuses.setdefault(name, set()).add(status)
    told.put(statuses)


def _half_sent() -> socket.socket:
    """A connection with a form of which half has come."""
    connection = socket.create_connection(("127.0.0.1", PORT))
    head = f"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nSec-Fetch-Site: same-origin\r\n"
    connection.sendall(
        f"{head}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nemail=".encode()
    )
    return connection


def _ask_on(path: str, *, seconds: float, cookie: str = "") -> list[float]:
    """Milliseconds of each answer to one client that asks again and again."""
    waits, until = [], time.monotonic() + seconds
    with httpx.Client(base_url=ADDRESS, timeout=60, headers={"Cookie": cookie} if cookie else {}) as client:
        while time.monotonic() < until:
            began = time.perf_counter()
            assert client.get(path).status_code == 200
            waits.append((time.perf_counter() - began) * 1000)
            time.sleep(0.005)
    return waits


def test_g14_pages_while_the_solver_works(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    """A plan of all meetings of F-BIG on both cores; pages are asked for meanwhile."""
    own = {**OWN, "Cookie": served.cookie}
    with httpx.Client(base_url=ADDRESS, timeout=60, headers=own) as client:
        for page in ("", "/agenda", "/manage/meetings"):
            client.get(f"/e/{served.slug}{page}")
        answer = client.post(f"/e/{served.slug}/manage/meetings/runs", data={"time_limit_seconds": 20})
        assert answer.status_code == 303
        time.sleep(4)
        waits = [
            wait
            for page, cookie in (("", ""), ("/agenda", ""), ("/manage/meetings", served.cookie))
            for wait in _ask_on(f"/e/{served.slug}{page}", seconds=4, cookie=cookie)
        ]
        assert "running" in client.get(answer.headers["Location"]).text.lower(), "the solver worked all the time"
    with capsys.disabled():
        print(f"\nG14: pages while the solver works · load of the machine {machine_load()}")
        print(f"asked {len(waits)} times: p50 {at(waits, 50):.0f} ms")
        _say("p99 of pages, ms", at(waits, 99), 1000)


def _say(name: str, figure: float, limit: float) -> None:
    print(f"{name:34}{figure:9.1f}  asked ≤ {limit:.0f}: {'reached' if figure <= limit else 'NOT REACHED'}")
