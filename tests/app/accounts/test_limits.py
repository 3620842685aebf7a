"""T23: how often links may be asked for, and that an unknown address takes as long as a known one."""

import statistics
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.accounts.enums import AttemptKind
from app.accounts.models import SignInAttempt, SignInLink
from app.accounts.service.limits import LIMITS
from app.accounts.service.links import ask_for_link, purge_ended
from app.platform.errors import TooMany
from app.platform.outbox import OutboxMail


def _ask(client, email="chief@office.example", **headers):
    return client.post("/sign-in", data={"email": email}, headers=headers)


@pytest.mark.parametrize("email", ["chief@office.example", "stranger@office.example"])
def test_five_links_an_address_in_ten_minutes(client, person, clock, email):
    """Known and unknown addresses meet the same limit, with the same words."""
    person()
    for _ in range(5):
        assert _ask(client, email).status_code == 303
        clock.advance(timedelta(minutes=1))
    refused = _ask(client, email)
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "300"
    assert "in 5 minutes" in refused.text
    assert _ask(client, "another@office.example").status_code == 303
    clock.advance(timedelta(minutes=5))
    assert _ask(client, email).status_code == 303
    assert _ask(client, email).status_code == 429


def test_refused_tries_do_not_prolong_the_wait(client, person, clock):
    person()
    for _ in range(5):
        _ask(client)
    for _ in range(9):
        clock.advance(timedelta(minutes=1))
        assert _ask(client).status_code == 429
    clock.advance(timedelta(minutes=1))
    assert _ask(client).status_code == 303


def test_capitals_are_no_way_around_the_limit(client, person):
    person()
    tries = [
        "chief@office.example",
        "Chief@office.example",
        "CHIEF@OFFICE.EXAMPLE",
        " chief@office.example",
        "cHief@office.example",
    ]
    for typed in tries:
        assert _ask(client, typed).status_code == 303
    assert _ask(client, "chieF@office.example").status_code == 429


def test_twenty_links_a_peer_whatever_it_says_of_itself(client, person):
    person()
    for number in range(20):
        answer = _ask(client, f"guest{number}@office.example", **{"X-Forwarded-For": f"198.51.100.{number}"})
        assert answer.status_code == 303
    assert _ask(client, "guest20@office.example", **{"X-Forwarded-For": "198.51.100.20"}).status_code == 429
    assert _ask(client, "guest21@office.example", Forwarded="for=198.51.100.21").status_code == 429


def test_guests_behind_a_named_proxy_are_counted_apart(settings, clock, person):
    from starlette.testclient import TestClient

    from app.main import create_app

    person()
    behind = settings.model_copy(update={"trusted_proxies": ("192.0.2.1",)})
    with TestClient(
        create_app(behind, clock=clock), base_url="http://testserver", follow_redirects=False, client=("192.0.2.1", 1)
    ) as client:
        client.headers["Sec-Fetch-Site"] = "same-origin"
        for number in range(20):
            _ask(client, f"guest{number}@office.example", **{"X-Forwarded-For": "198.51.100.1"})
        assert _ask(client, "x@office.example", **{"X-Forwarded-For": "198.51.100.1"}).status_code == 429
        assert _ask(client, "x@office.example", **{"X-Forwarded-For": "6.6.6.6, 198.51.100.1"}).status_code == 429
        assert _ask(client, "x@office.example", **{"X-Forwarded-For": "198.51.100.2"}).status_code == 303


def test_what_can_matter_no_more_is_forgotten(database, person, clock):
    person()
    with database.writing() as session:
        for email in ("chief@office.example", "stranger@office.example"):
            ask_for_link(
                session, email=email, peer="192.0.2.7", base_url="http://testserver", return_to="/", now=clock.now()
            )
    clock.advance(timedelta(minutes=21))
    with database.writing() as session:
        purge_ended(session, now=clock.now())
        left = [
            session.scalar(select(func.count()).select_from(table)) for table in (SignInAttempt, OutboxMail, SignInLink)
        ]
    assert left == [0, 0, 2]
    clock.advance(timedelta(days=1))
    with database.writing() as session:
        purge_ended(session, now=clock.now())
        assert session.scalar(select(func.count()).select_from(SignInLink)) == 0


def test_an_unknown_address_takes_as_long_as_a_known_one(database, person, clock):
    """The medians over 200 differ by less than 10 ms (T22)."""
    person()
    seconds: dict[str, list[float]] = {"chief@office.example": [], "stranger@office.example": []}
    for number in range(200):
        clock.advance(LIMITS[AttemptKind.PEER].window)
        for email, taken in seconds.items():
            start = time.perf_counter()
            with database.writing() as session:
                ask_for_link(
                    session,
                    email=email,
                    peer=f"{email}{number}",
                    base_url="http://testserver",
                    return_to="/",
                    now=clock.now(),
                )
            taken.append(time.perf_counter() - start)
    known, unknown = (statistics.median(taken) for taken in seconds.values())
    assert abs(known - unknown) < 0.010, f"known {known:.4f} s, unknown {unknown:.4f} s"


@pytest.mark.postgres
def test_tries_at_the_same_moment_are_counted_on_postgres(database, person, clock):
    import threading

    person()
    start, taken, refused = threading.Barrier(10), [], []

    def ask() -> None:
        start.wait()
        try:
            with database.writing() as session:
                ask_for_link(
                    session,
                    email="chief@office.example",
                    peer="192.0.2.7",
                    base_url="http://testserver",
                    return_to="/",
                    now=clock.now(),
                )
            taken.append(1)
        except TooMany:
            refused.append(1)

    tries = [threading.Thread(target=ask) for _ in range(10)]
    for one in tries:
        one.start()
    for one in tries:
        one.join()
    assert (len(taken), len(refused)) == (5, 5)
