"""ADM-08: fifty people use F-BIG at once, on one SQLite file and one process; run by ``make bench``."""

import random
import threading
import time
from collections import defaultdict
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import select

from app.accounts.enums import Role
from app.accounts.service.browsers import open_session
from app.accounts.service.roles import ensure_account, grant_role
from app.delegations.models import Delegate
from app.demo.load import load_fixture
from app.demo.planning import plan_event
from app.platform import audit
from app.platform.actor import Actor
from app.platform.database.engine import Database
from app.platform.database.migrating import migrate
from app.platform.settings import Settings
from tests.benchmarks.serving import serving

PORT = 8171
SECONDS = 30.0
VISITORS, DELEGATES, ORGANISERS = 30, 18, 2
PAGES = {
    Role.PUBLIC: ("", "/agenda", "/agenda/session-01", "/agenda/session-02", "/cities"),
    Role.DELEGATE: ("/my", "/my/meetings", "/my/people"),
    Role.ORGANISER: ("/manage", "/manage/people", "/manage/agenda", "/manage/meetings"),
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory):
    """A server of its own on a planned F-BIG, and cookies by role."""
    folder = tmp_path_factory.mktemp("users")
    address = f"http://127.0.0.1:{PORT}"
    settings = Settings(
        database_url=f"sqlite:///{folder / 'big.sqlite'}", secret="a key for benches", var=folder, base_url=address
    )
    audit.use_key(settings.key())
    migrate(settings.database_url)
    database = Database(settings.database_url)
    now = datetime.now(UTC)
    with database.writing() as session:
        slug = load_fixture(session, name="F-BIG", seed=1, now=now).slug
    plan_event(database, settings, slug=slug, seconds=20, now=now)
    with database.writing() as session:
        cookies = _cookies(session, now)
    database.close()
    with serving(settings, port=PORT):
        yield address, slug, cookies


def _cookies(session, now):
    actor = Actor(account_id=None, label="bench")
    delegates = session.scalars(select(Delegate).where(Delegate.takes_meetings).order_by(Delegate.id).limit(DELEGATES))
    held = defaultdict(list)
    people = [(Role.DELEGATE, one) for one in delegates]
    event_id = people[0][1].event_id
    people += [(Role.ORGANISER, None)] * ORGANISERS
    for number, (role, delegate) in enumerate(people):
        account = ensure_account(
            session, email=f"user-{number}@bench.example", display_name="User", actor=actor, now=now
        )
        grant = grant_role(
            session,
            account_id=account.id,
            role=role,
            event_id=event_id,
            delegation_id=delegate.delegation_id if delegate else None,
            delegate_id=delegate.id if delegate else None,
            actor=actor,
            now=now,
        )
        signed_in = open_session(
            session, account_id=account.id, grant_id=grant.id, device="bench", replaces=None, now=now
        )
        held[role].append(f"bridge={signed_in.token}")
    return held


def test_adm_08_fifty_people_read_at_once(served, capsys) -> None:
    """T60: Each asks for a page, reads for one to three seconds, and asks for the next."""
    address, slug, cookies = served
    users = [(Role.PUBLIC, "")] * VISITORS
    users += [(role, cookie) for role, held in cookies.items() for cookie in held]
    waits, failures, lock = defaultdict(list), [], threading.Lock()

    def use(number: int) -> None:
        role, cookie = users[number]
        choice = random.Random(number)
        until = time.monotonic() + SECONDS
        with httpx.Client(base_url=address, timeout=60, headers={"Cookie": cookie} if cookie else {}) as client:
            time.sleep(choice.uniform(0, 2))
            while time.monotonic() < until:
                page = choice.choice(PAGES[role])
                began = time.perf_counter()
                status = client.get(f"/e/{slug}{page}").status_code
                with lock:
                    waits[page].append(time.perf_counter() - began)
                    if status != 200:
                        failures.append((page, status))
                time.sleep(choice.uniform(1, 3))

    threads = [threading.Thread(target=use, args=(number,)) for number in range(len(users))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    everything = [wait for found in waits.values() for wait in found]
    with capsys.disabled():
        print(f"\n{'page':22}{'asked':>7}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}")
        for page, found in [*sorted(waits.items()), ("all", everything)]:
            print(
                f"{page or '(event)':22}{len(found):7}" + "".join(f"{_at(found, part):9.0f}" for part in (50, 95, 99))
            )
    assert not failures


def _at(waits, part):
    return sorted(waits)[min(len(waits) - 1, len(waits) * part // 100)] * 1000
