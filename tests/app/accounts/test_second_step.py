"""The second step: without it a mailed link opens nothing, a code opens once, and no backup tells a secret."""

import re
import threading
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from sqlalchemy import func, select

from app.accounts.models import AppFactor, RecoveryCode, SignInSession
from app.accounts.service.second_step.app_codes import spend_app_code
from app.accounts.service.second_step.recovery import spend_recovery_code
from app.platform.audit import AuditEntry, AuditValue
from app.platform.backup import back_up

HERE = "/account/second-step"
STEP = "/sign-in/second-step"
KEY = b"a key for tests"


def _secret(page: str) -> str:
    return re.findall(r"([A-Z2-7]{4}(?: [A-Z2-7]{4}){7})", page)[0].replace(" ", "")


def _hold(client, token: str) -> None:
    client.cookies.clear()
    client.cookies.set("bridge", token)


def _codes(page: str) -> list[str]:
    return re.findall(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){5}", page)


@pytest.fixture
def app_of(client, mailed_link, clock, database):
    """``app_of("chief@…")``: signs in, sets an app up and gives it with the recovery codes; a period later."""

    def set_up(email: str = "chief@office.example") -> tuple[pyotp.TOTP, list[str]]:
        assert client.post(mailed_link(email)).status_code == 303
        assert client.post(f"{HERE}/app").status_code == 303
        app = pyotp.TOTP(_secret(client.get(f"{HERE}/app").text))
        page = client.post(f"{HERE}/app/confirm", data={"code": app.at(clock.now())})
        codes = _codes(page.text)
        assert page.status_code == 200 and len(set(codes)) == 10
        clock.advance(timedelta(seconds=90))
        return app, codes

    return set_up


@pytest.fixture
def half(client, mailed_link):
    """``half()``: a fresh browser with a spent link, at the page of the second step."""

    def spend(email: str = "chief@office.example") -> None:
        client.cookies.clear()
        answer = client.post(mailed_link(email))
        assert answer.headers["location"].startswith(STEP)

    return spend


def _actions(database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_a_link_alone_opens_nothing_but_the_second_step(client, person, app_of, half):
    person()
    app_of()
    half()
    assert client.get(STEP).status_code == 200
    for path in ("/account", HERE, "/e/test-event/manage", "/e/test-event/manage/people"):
        answer = client.get(path)
        assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?next="), path
    assert client.post(f"{HERE}/app/remove").headers["location"].startswith("/sign-in")
    assert "Chief" not in client.get("/e/test-event").text, "on open pages it is a visitor"


def test_a_code_of_the_app_signs_in_under_a_new_token(client, person, app_of, half, clock, database):
    person()
    app, _ = app_of()
    half()
    waiting = client.cookies["bridge"]
    answer = client.post(STEP, data={"code": app.at(clock.now()), "next": "/e/test-event/manage/people"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/e/test-event/manage/people")
    assert client.cookies["bridge"] != waiting
    assert client.get("/e/test-event/manage").status_code == 200
    _hold(client, waiting)
    assert client.get(STEP).status_code == 303, "the token that waited is worth nothing"
    with database.reading() as session:
        steps = session.scalars(select(AuditValue.after).where(AuditValue.field == "second_step")).all()
    assert steps == ["app"]


def test_a_code_is_good_once(client, person, app_of, half, clock):
    person()
    app, _ = app_of()
    code = app.at(clock.now())
    half()
    assert client.post(STEP, data={"code": code}).status_code == 303
    half()
    again = client.post(STEP, data={"code": code})
    assert again.status_code == 422 and "was used before" in again.text
    earlier = app.at(clock.now() - timedelta(seconds=30))
    assert client.post(STEP, data={"code": earlier}).status_code == 422, "nor one from before it"


@pytest.mark.parametrize(("periods", "status"), [(-2, 422), (-1, 303), (0, 303), (1, 303), (2, 422)])
def test_a_code_lasts_its_half_minute_and_one_more(client, person, app_of, half, clock, periods, status):
    person()
    app, _ = app_of()
    half()
    typed = app.at(clock.now() + timedelta(seconds=30 * periods))
    assert client.post(STEP, data={"code": f"{typed[:3]} {typed[3:]}"}).status_code == status


def test_one_code_in_ten_browsers_at_once_signs_in_one(database, person, app_of, clock):
    account = person()
    app, codes = app_of()
    start, let_through = threading.Barrier(10), []

    def type_in() -> None:
        start.wait()
        with database.writing() as session:
            code, now = app.at(clock.now()), clock.now()
            if spend_app_code(session, account_id=account.id, code=code, key=KEY, now=now, wall=now):
                let_through.append("app")
            if spend_recovery_code(session, account_id=account.id, code=codes[0].replace("-", ""), now=now):
                let_through.append("paper")

    tries = [threading.Thread(target=type_in) for _ in range(10)]
    for one in tries:
        one.start()
    for one in tries:
        one.join()
    assert sorted(let_through) == ["app", "paper"]


def test_a_recovery_code_opens_once_however_it_is_typed(client, person, app_of, half, database):
    person()
    _, codes = app_of()
    half()
    assert client.post(STEP, data={"code": f" {codes[3].lower()} "}).status_code == 303
    assert "9 of 10 are unused" in client.get(HERE).text
    half()
    assert client.post(STEP, data={"code": codes[3]}).status_code == 422


def test_recovery_codes_have_at_least_112_bits(person, app_of):
    person()
    _, codes = app_of()
    for code in codes:
        letters = code.replace("-", "")
        assert len(letters) * 5 >= 112 and set(letters) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def test_codes_cannot_be_guessed_at_leisure(client, person, app_of, half, clock, database):
    person()
    app, _ = app_of()
    half()
    wrong = {"code": "000000" if app.at(clock.now()) != "000000" else "000001"}
    assert [client.post(STEP, data=wrong).status_code for _ in range(5)] == [422] * 5
    late = client.post(STEP, data={"code": app.at(clock.now())})
    assert late.status_code == 429, "the right one comes too late as well"
    assert "retry-after" in late.headers
    half()
    assert client.post(STEP, data={"code": app.at(clock.now())}).status_code == 429, "another link is no way around it"
    clock.advance(timedelta(minutes=10))
    half()
    assert client.post(STEP, data={"code": app.at(clock.now())}).status_code == 303
    assert _actions(database).count("account.second_step_failed") == 5


def test_a_browser_waits_ten_minutes_for_the_second_step(client, person, app_of, half, clock):
    person()
    app, _ = app_of()
    half()
    clock.advance(timedelta(minutes=10))
    answer = client.post(STEP, data={"code": app.at(clock.now())})
    assert answer.headers["location"].startswith("/sign-in?next=")


def test_setting_an_app_up_signs_every_other_browser_out_and_tells_the_owner(
    client, person, mailed_link, app_of, database, mails
):
    person()
    client.post(mailed_link())
    other = client.cookies["bridge"]
    client.cookies.clear()
    app_of()
    own = client.cookies["bridge"]
    assert client.get("/account").status_code == 200
    _hold(client, other)
    assert client.get("/account").status_code == 303
    _hold(client, own)
    told = [mail for mail in mails() if mail.cause == "second step"]
    assert [mail.recipient for mail in told] == ["chief@office.example"] * 2
    assert {"account.second_step_added", "account.recovery_codes_made"} <= set(_actions(database))


def test_no_factor_counts_before_its_first_code(client, person, mailed_link, clock):
    person()
    client.post(mailed_link())
    client.post(f"{HERE}/app")
    secret = _secret(client.get(f"{HERE}/app").text)
    wrong = "000000" if pyotp.TOTP(secret).at(clock.now()) != "000000" else "000001"
    assert client.post(f"{HERE}/app/confirm", data={"code": wrong}).status_code == 422
    client.cookies.clear()
    assert client.post(mailed_link()).headers["location"] == "/e/test-event/manage"


def test_a_browser_left_open_changes_no_factor(client, person, app_of, clock):
    """ASVS 7.5.1: what opens the account is changed only within a quarter of an hour of a second step."""
    person()
    app, _ = app_of()
    assert client.get(HERE).status_code == 200
    clock.advance(timedelta(minutes=20))
    for method, path in (("GET", HERE), ("POST", f"{HERE}/app/remove"), ("POST", f"{HERE}/codes")):
        answer = client.request(method, path)
        assert answer.headers["location"] == f"{STEP}?next=%2Faccount%2Fsecond-step", path
    assert client.get(STEP).status_code == 200
    client.post(STEP, data={"code": app.at(clock.now()), "next": HERE})
    assert client.post(f"{HERE}/app/remove").status_code == 303
    assert "Set up an app" in client.get(HERE).text


def test_the_last_factor_takes_the_recovery_codes_with_it(client, person, app_of, mailed_link, database):
    person()
    app_of()
    assert client.post(f"{HERE}/app/remove").status_code == 303
    with database.reading() as session:
        for table in (AppFactor, RecoveryCode):
            assert session.scalar(select(func.count()).select_from(table)) == 0
    client.cookies.clear()
    assert client.post(mailed_link()).headers["location"] == "/e/test-event/manage"


def test_a_stolen_file_or_backup_tells_no_secret(client, person, app_of, settings, clock, tmp_path):
    person()
    app, codes = app_of()
    saved = tmp_path / "saved.backup"
    back_up(settings.database_url, saved, now=clock.now())
    everything = "".join(one.read_bytes().decode("latin-1") for one in (saved, *tmp_path.glob("bridge.sqlite*")))
    assert app.secret not in everything
    for code in codes:
        assert code not in everything and code.replace("-", "") not in everything
    # The control: what is not sealed is found in the same files.
    assert "chief@office.example" in everything


def test_a_seal_opens_under_its_own_key_alone(client, person, app_of, half, clock, database):
    account = person()
    app, _ = app_of()
    now = clock.now()
    with database.writing() as session:
        wrong = {"account_id": account.id, "code": app.at(now), "now": now, "wall": now}
        assert not spend_app_code(session, key=b"another key", **wrong)
        assert spend_app_code(session, key=KEY, **wrong)


def test_a_command_removes_a_lost_factor_and_says_so(client, person, app_of, mailed_link, bridge, database, mails):
    person()
    app_of()
    assert bridge("remove-second-step", "nobody@office.example").returncode == 1
    done = bridge("remove-second-step", "Chief@Office.example")
    assert done.returncode == 0, done.stderr
    assert client.get("/account").status_code == 303, "signed out everywhere"
    assert _actions(database)[-1] == "account.second_step_removed"
    assert mails()[-1].cause == "second step"
    client.cookies.clear()
    assert client.post(mailed_link()).headers["location"] == "/e/test-event/manage"


def test_where_it_is_demanded_an_organiser_works_only_with_it(settings, clock, person, database, mails):
    from starlette.testclient import TestClient

    from app.main import create_app

    person()
    person("desk@office.example", "desk")
    strict = settings.model_copy(update={"second_step": "required"})
    with TestClient(create_app(strict, clock=clock), base_url="http://testserver", follow_redirects=False) as client:
        client.headers["Sec-Fetch-Site"] = "same-origin"

        def enter(email: str) -> Any:
            client.cookies.clear()
            client.post("/sign-in", data={"email": email})
            return client.post(re.findall(r"http://testserver(/sign-in/\S+)", mails()[-1].body)[0])

        enter("desk@office.example")
        assert client.get("/e/test-event/manage/people").status_code == 200
        enter("chief@office.example")
        for path in ("/e/test-event/manage", "/e/test-event/manage/people"):
            assert client.get(path).headers["location"].startswith(f"{HERE}?next="), path
        assert client.post("/e/test-event/manage/agenda/release").status_code == 303, "nor does a form go through"
        client.post(f"{HERE}/app")
        app = pyotp.TOTP(_secret(client.get(f"{HERE}/app").text))
        assert client.post(f"{HERE}/app/confirm", data={"code": app.at(clock.now())}).status_code == 200
        assert client.get("/e/test-event/manage/people").status_code == 200


def test_waiting_browsers_are_not_listed_as_signed_in(client, person, app_of, half, clock, database):
    person()
    app, _ = app_of()
    half()
    half()
    client.post(STEP, data={"code": app.at(clock.now())})
    assert client.get("/account").text.count("Sign it out") == 1, "the browser that set the app up"
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SignInSession)) > 2
