"""ASVS V7.3.1: a browser that nobody uses is signed out, long before its session would end; one in use is not."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts.idle import UNASKED, IdleLives, LastUses
from app.accounts.models import SignInSession
from app.accounts.tasks import write_uses
from app.platform.settings import Settings
from tests.app.accounts.test_roles import browser

__all__ = ["browser"]


def _used_at(database):
    with database.reading() as session:
        return session.scalar(select(SignInSession.used_at))


@pytest.mark.parametrize(("role", "hours"), [("organiser", 4), ("desk", 4), ("applicant", 168)])
def test_a_browser_that_nobody_uses_is_signed_out(client, person, browser, clock, role, hours):
    browser(person("chief@office.example", role))
    clock.advance(timedelta(hours=hours, seconds=-1))
    assert client.get("/account").status_code == 200
    # That was a use: the time begins anew.
    clock.advance(timedelta(hours=hours, seconds=-1))
    assert client.get("/account").status_code == 200
    clock.advance(timedelta(hours=hours))
    assert client.get("/account").status_code == 303
    # Signed out it stays, however often it asks.
    assert client.get("/account").status_code == 303


def test_what_a_page_asks_for_by_itself_is_no_use(client, person, browser, clock):
    browser(person("chief@office.example", "organiser"))
    for _ in range(3):
        clock.advance(timedelta(hours=1, minutes=15))
        assert client.get("/account", headers={UNASKED: "1"}).status_code == 200
    clock.advance(timedelta(minutes=15))
    assert client.get("/account", headers={UNASKED: "1"}).status_code == 303


def test_a_use_counts_in_other_processes_once_it_is_written_down(client, person, browser, clock, database):
    browser(person("chief@office.example", "organiser"))
    clock.advance(timedelta(hours=3))
    assert client.get("/account").status_code == 200
    assert _used_at(database) is None, "looking writes nothing"
    uses = client.app.state.uses
    assert write_uses(database, uses) == 1
    assert _used_at(database) == clock.now()
    assert write_uses(database, uses) == 0
    # Another process, or this one after a restart, knows what is written alone.
    client.app.state.uses = LastUses(uses.lives)
    clock.advance(timedelta(hours=3))
    assert client.get("/account").status_code == 200
    client.app.state.uses = LastUses(uses.lives)
    clock.advance(timedelta(hours=1))
    assert client.get("/account").status_code == 303, "the control: a use that was never written is not known there"


def test_a_later_use_is_never_overwritten_by_an_earlier_one(client, person, browser, clock, database):
    browser(person("chief@office.example", "organiser"))
    assert client.get("/account").status_code == 200
    earlier, later = client.app.state.uses, LastUses(client.app.state.uses.lives)
    session_id = next(iter(earlier.unwritten()))
    later.note(session_id=session_id, now=clock.now() + timedelta(hours=1))
    write_uses(database, later)
    write_uses(database, earlier)
    assert _used_at(database) == clock.now() + timedelta(hours=1)


def test_a_use_during_the_writing_is_kept_for_the_next_round(clock):
    uses = LastUses(IdleLives(staff=timedelta(hours=1), guests=timedelta(hours=1)))
    uses.note(session_id=1, now=clock.now())
    written = uses.unwritten()
    uses.note(session_id=1, now=clock.now() + timedelta(seconds=1))
    uses.forget(written)
    assert uses.unwritten() == {1: clock.now() + timedelta(seconds=1)}


def test_the_page_of_browsers_says_until_when_each_may_go_unused(client, person, browser, clock):
    account = person("chief@office.example", "organiser")
    browser(account)
    clock.advance(timedelta(hours=2))
    browser(account)
    page = client.get("/account").text
    assert page.count("unless it is used before") == 2
    # 07:12 is when the tests begin; the older one was used then, the newer one now.
    assert "11:12" in page and "13:12" in page
    clock.advance(timedelta(hours=2))
    assert client.get("/account").text.count("unless it is used before") == 1, "the older one is signed out"


@pytest.mark.parametrize(
    ("name", "hours"), [("staff_idle_hours", 13), ("staff_idle_hours", 0), ("guest_idle_hours", 337)]
)
def test_no_browser_may_go_unused_for_longer_than_its_session_lasts(name, hours):
    with pytest.raises(ValueError, match=name):
        Settings(**{name: hours})
