"""ADM-02, T20 to T22: a mailed link signs in once, within 20 minutes, by a button; nobody learns who is known."""

import re
import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.accounts.models import Account, SignInLink, SignInSession
from app.accounts.service.browsers import open_session
from app.accounts.service.links import issue_link, spend_link
from app.platform.audit import AuditEntry
from app.platform.tokens import digest


def _count(database, statement) -> int:
    with database.reading() as session:
        return session.scalar(statement)


def test_a_mailed_link_signs_in_by_its_button(client, person, mailed_link):
    person()
    address = mailed_link()
    page = client.get(address)
    assert page.status_code == 200
    assert 'method="post"' in page.text
    answer = client.post(address)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/e/test-event/manage"
    account = client.get("/account")
    assert "You act as Organiser." in account.text


def test_looking_at_a_link_spends_nothing(client, person, mailed_link, database):
    """Mail scanners open every link, some of them often and with HEAD."""
    person()
    address = mailed_link()
    for _ in range(5):
        assert client.get(address).status_code == 200
        client.head(address)
    assert _count(database, select(func.count()).select_from(SignInSession)) == 0
    assert "set-cookie" not in client.get(address).headers
    assert client.post(address).status_code == 303


def test_a_link_works_once(client, person, mailed_link, database):
    person()
    address = mailed_link()
    assert client.post(address).status_code == 303
    client.cookies.clear()
    again = client.post(address)
    assert again.status_code == 410
    assert "set-cookie" not in again.headers
    assert "used or has ended" in again.text
    assert client.get("/account").status_code == 303
    assert _count(database, select(func.count()).select_from(SignInSession)) == 1


def test_fifty_clicks_at_once_open_one_session(database, person, clock):
    account = person()
    with database.writing() as session:
        token = issue_link(session, email=account.email, account_id=account.id, now=clock.now())
    start, opened = threading.Barrier(50), []

    def click() -> None:
        start.wait()
        with database.writing() as session:
            spent = spend_link(session, token=token, now=clock.now())
            if spent is not None:
                opened.append(
                    open_session(
                        session,
                        account_id=spent.account_id,
                        grant_id=spent.grant_id,
                        device="",
                        replaces=None,
                        now=clock.now(),
                    )
                )

    clicks = [threading.Thread(target=click) for _ in range(50)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert len(opened) == 1
    assert _count(database, select(func.count()).select_from(SignInSession)) == 1


@pytest.mark.parametrize(("minutes", "status"), [(0, 303), (19.99, 303), (20, 410), (60 * 24, 410)])
def test_a_link_lasts_twenty_minutes(client, person, mailed_link, clock, minutes, status):
    person()
    address = mailed_link()
    clock.advance(timedelta(minutes=minutes))
    assert client.post(address).status_code == status


@pytest.mark.parametrize("token", ["x", "a" * 27, "%00", "..%2f..%2fetc", "' OR 1=1 --", "sent-not", "é" * 40])
def test_a_guessed_link_is_like_a_used_one(client, person, token):
    person()
    assert client.post(f"/sign-in/{token}").status_code in {404, 410}


def test_only_digests_are_stored(client, person, mailed_link, database):
    person()
    token = mailed_link().removeprefix("/sign-in/")
    client.post(f"/sign-in/{token}")
    cookie = client.cookies["bridge"]
    with database.reading() as session:
        stored = session.scalars(select(SignInLink.token_digest)).all()
        assert digest(token) in stored and token not in stored
        sessions = session.scalars(select(SignInSession.token_digest)).all()
    assert sessions == [digest(cookie)]
    assert len(token) >= 27, "160 bits in base64"


def test_the_answer_does_not_tell_who_is_known(client, person, mails):
    person()
    known = client.post("/sign-in", data={"email": "chief@office.example"})
    unknown = client.post("/sign-in", data={"email": "stranger@office.example"})
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    assert _without_numbers(known.headers) == _without_numbers(unknown.headers)
    assert [mail.recipient for mail in mails()] == ["chief@office.example"]


def _without_numbers(headers) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name != "date"}


def test_a_closed_account_is_like_an_unknown_one(client, person, mails, database):
    account = person()
    with database.writing() as session:
        session.get_one(Account, account.id).is_active = False
    assert client.post("/sign-in", data={"email": "chief@office.example"}).status_code == 303
    assert mails() == []


def test_a_link_of_an_account_closed_meanwhile_is_dead(client, person, mailed_link, database):
    account = person()
    address = mailed_link()
    with database.writing() as session:
        session.get_one(Account, account.id).is_active = False
    assert client.post(address).status_code == 410


def test_the_address_may_be_typed_in_capitals(client, person, mails):
    person()
    client.post("/sign-in", data={"email": "  CHIEF@Office.Example "})
    assert [mail.recipient for mail in mails()] == ["chief@office.example"]


@pytest.mark.parametrize("typed", ["", "chief", "chief@office.example\r\nBcc: x@y.example", "a@b.example, c@d.example"])
def test_what_is_no_address_comes_back_to_be_mended(client, person, mails, typed):
    person()
    answer = client.post("/sign-in", data={"email": typed, "next": "/account"})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert 'name="next" value="/account"' in answer.text
    assert mails() == []


def test_signing_in_changes_the_session_id(client, person, mailed_link, database, clock):
    """A session that somebody planted in the browser is worth nothing after signing in."""
    account = person()
    with database.writing() as session:
        planted = open_session(session, account_id=account.id, grant_id=None, device="", replaces=None, now=clock.now())
    answer = client.post(mailed_link(), headers={"Cookie": f"bridge={planted.token}"})
    assert f"bridge={planted.token}" not in answer.headers["set-cookie"]
    client.cookies.clear()
    assert client.get("/account", headers={"Cookie": f"bridge={planted.token}"}).status_code == 303


def test_a_made_up_session_is_nobody(client, person):
    person()
    client.cookies.set("bridge", "a" * 27)
    answer = client.get("/account")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


def test_no_identity_is_taken_from_the_form(client, person, mailed_link, database):
    """T21: neither asking nor spending lets the browser say who it is."""
    chief, other = person(), person("other@office.example", "administrator")
    address = mailed_link(account_id=str(other.id), role="administrator", grant_id="2")
    client.post(address, data={"account_id": str(other.id), "email": "other@office.example", "grant_id": "2"})
    with database.reading() as session:
        assert session.scalars(select(SignInSession.account_id)).one() == chief.id
    assert "You act as Organiser." in client.get("/account").text


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver:81", ""])
def test_the_link_in_the_mail_is_on_the_configured_address(client, person, mails, host):
    person()
    answer = client.post(
        "/sign-in", data={"email": "chief@office.example"}, headers={"Host": host, "X-Forwarded-Host": "evil.example"}
    )
    assert answer.status_code == 400
    client.post("/sign-in", data={"email": "chief@office.example"}, headers={"X-Forwarded-Host": "evil.example"})
    assert re.findall(r"https?://[^/\s]+", mails()[-1].body) == ["http://testserver"]


def test_the_way_back_is_kept_and_stays_on_this_host(client, person, mailed_link):
    person()
    address = mailed_link(next="/e/test-event/agenda?day=2019-09-03")
    hidden = re.search(r'name="next" value="([^"]*)"', client.get(address).text)
    assert hidden is not None and hidden[1] == "/e/test-event/agenda?day=2019-09-03"
    assert client.post(address, data={"next": hidden[1]}).headers["location"] == "/e/test-event/agenda?day=2019-09-03"
    for bad in ("//evil.example", "https://evil.example", "/\\evil.example"):
        address = mailed_link(next=bad)
        assert "evil" not in address
        assert client.post(address, data={"next": bad}).headers["location"] == "/e/test-event/manage"


def test_the_cookie_is_kept_from_scripts_and_other_sites(client, person, mailed_link):
    person()
    cookie = next(one for one in client.post(mailed_link()).headers.get_list("set-cookie") if one.startswith("bridge="))
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))


def test_under_https_the_cookie_is_bound_to_the_host(settings, clock, person):
    from starlette.testclient import TestClient

    from app.accounts.cookies import cookie_name
    from app.main import create_app

    secure = settings.model_copy(update={"base_url": "https://bridge.example"})
    assert cookie_name(secure) == "__Host-bridge"
    person()
    with TestClient(
        create_app(secure, clock=clock), base_url="https://bridge.example", follow_redirects=False
    ) as client:
        client.headers["Sec-Fetch-Site"] = "same-origin"
        with client.app.state.database.writing() as session:
            account = session.scalars(select(Account)).one()
            token = issue_link(session, email=account.email, account_id=account.id, now=clock.now())
        set_cookie = next(
            one
            for one in client.post(f"/sign-in/{token}").headers.get_list("set-cookie")
            if one.startswith("__Host-bridge=")
        )
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(set_cookie.split("; "))
        assert "domain" not in set_cookie.lower()
        assert client.get("/account").status_code == 200


def test_signing_in_is_logged_once(client, person, mailed_link, database):
    account = person()
    client.post(mailed_link())
    with database.reading() as session:
        lines = session.execute(
            select(AuditEntry.account_id, AuditEntry.entity_id).where(AuditEntry.action == "account.signed_in")
        ).all()
    assert [tuple(line) for line in lines] == [(account.id, str(account.id))]


def test_nothing_of_a_link_reaches_the_log(client, person, mailed_link, capsys, settings, clock):
    """T12: the log names the route, never the token in the address."""
    person()
    address = mailed_link()
    client.get(address)
    client.post(address)
    token = address.removeprefix("/sign-in/")
    told = capsys.readouterr()
    assert token not in told.out + told.err
    assert client.cookies["bridge"] not in told.out + told.err
