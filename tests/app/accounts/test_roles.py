"""A person acts in one of several roles; administrators give and take roles, and one of them always stays."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.accounts.enums import Role
from app.accounts.models import Account, RoleGrant, SignInSession
from app.accounts.service.browsers import open_session
from app.accounts.service.roles import close_account, end_role, ensure_account, grant_role
from app.platform.actor import Actor
from app.platform.audit import AuditEntry
from app.platform.errors import Conflict, NotFound, Refused
from app.platform.tokens import digest

ACTOR = Actor.system("test")


@pytest.fixture
def browser(client, database, clock):
    """``browser(account)``: signs the client in and gives the token; further calls open further sessions."""

    def open_one(account, device="a browser"):
        with database.writing() as session:
            signed_in = open_session(
                session, account_id=account.id, grant_id=None, device=device, replaces=None, now=clock.now()
            )
        client.headers["Cookie"] = f"bridge={signed_in.token}"
        return signed_in.token

    return open_one


def _token(answer) -> str:
    return re.findall(r"bridge=([^;]+)", answer.headers["set-cookie"])[0]


def _grants(database, account) -> dict[str, int]:
    with database.reading() as session:
        rows = session.execute(select(RoleGrant.role, RoleGrant.id).where(RoleGrant.account_id == account.id))
        return {role.value: grant_id for role, grant_id in rows}


def test_the_menu_changes_the_role_under_a_new_session_id(client, person, browser, database):
    account = person("chief@office.example", "desk", "organiser")
    token = browser(account)
    assert "You act as Registration desk." in client.get("/account").text
    answer = client.post("/account/role", data={"grant_id": _grants(database, account)["organiser"]})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/e/test-event/manage"
    assert _token(answer) != token
    assert client.get("/account").status_code == 303, "the old session ID is worth nothing"
    client.headers["Cookie"] = f"bridge={_token(answer)}"
    assert "You act as Organiser." in client.get("/account").text


def test_rights_do_not_add_up(client, person, browser, database):
    """Holding the administrator's role is nothing as long as another one is in use."""
    account = person("chief@office.example", "desk", "administrator")
    browser(account)
    assert client.get("/admin/accounts").status_code == 403
    answer = client.post("/account/role", data={"grant_id": _grants(database, account)["administrator"]})
    client.headers["Cookie"] = f"bridge={_token(answer)}"
    assert client.get("/admin/accounts").status_code == 200


def test_nobody_takes_anothers_role(client, person, browser, database):
    other = person("other@office.example", "administrator")
    browser(person("chief@office.example", "desk"))
    for grant_id in (_grants(database, other)["administrator"], 999):
        assert client.post("/account/role", data={"grant_id": grant_id}).status_code == 404
    assert client.post("/account/role", data={"grant_id": "x"}).status_code == 404
    assert "You act as Registration desk." in client.get("/account").text


def test_a_role_that_ended_leaves_a_visitor(client, person, browser, database, event, clock):
    account = person("chief@office.example", "organiser")
    with database.writing() as session:
        grant_role(
            session,
            account_id=account.id,
            role=Role.ORGANISER,
            event_id=event.id,
            until=clock.now() + timedelta(hours=1),
            actor=ACTOR,
            now=clock.now(),
        )
    browser(account)
    assert "You act as Organiser." in client.get("/account").text
    clock.advance(timedelta(hours=1))
    page = client.get("/account").text
    assert "You act as Visitor." in page
    assert "You have no role at present." in page
    assert client.get("/admin/accounts").status_code == 403
    assert client.post("/sign-out").status_code == 303


@pytest.mark.parametrize(("role", "hours"), [("organiser", 12), ("applicant", 14 * 24)])
def test_a_session_ends_by_itself(client, person, browser, clock, role, hours):
    """However much it is used (``test_idle``: where it is not)."""
    browser(person("chief@office.example", role))
    for _ in range(4):
        clock.advance(timedelta(hours=hours / 4, seconds=-1))
        assert client.get("/account").status_code == 200
    clock.advance(timedelta(seconds=4))
    assert client.get("/account").status_code == 303


def test_taking_a_staff_role_shortens_a_guests_session(client, person, browser, database, clock):
    account = person("chief@office.example", "applicant", "organiser")
    browser(account)
    answer = client.post("/account/role", data={"grant_id": _grants(database, account)["organiser"]})
    client.headers["Cookie"] = f"bridge={_token(answer)}"
    for _ in range(4):
        assert client.get("/account").status_code == 200
        clock.advance(timedelta(hours=3))
    assert client.get("/account").status_code == 303


def test_signing_out_ends_the_session_on_the_server(client, person, browser, database):
    token = browser(person())
    answer = client.post("/sign-out")
    assert answer.status_code == 303
    assert 'bridge=""' in answer.headers["set-cookie"]
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    client.headers["Cookie"] = f"bridge={token}"
    assert client.get("/account").status_code == 303


def test_other_browsers_are_listed_and_signed_out(client, person, browser, database):
    account = person()
    first = browser(account, device="Firefox, Linux")
    second = browser(account, device="Chrome, Android")
    page = client.get("/account").text
    assert "Firefox, Linux" in page and "Chrome, Android" in page
    ids = re.findall(r"/account/sessions/(\d+)/end", page)
    assert len(ids) == 1, "only the other one has a button"
    assert client.post(f"/account/sessions/{ids[0]}/end").status_code == 303
    client.headers["Cookie"] = f"bridge={first}"
    assert client.get("/account").status_code == 303
    client.headers["Cookie"] = f"bridge={second}"
    assert client.get("/account").status_code == 200


def test_all_others_are_signed_out_at_once(client, person, browser, database):
    account = person()
    others = [browser(account) for _ in range(3)]
    here = browser(account)
    assert client.post("/account/sessions/end-others").status_code == 303
    with database.reading() as session:
        open_ones = session.scalars(select(SignInSession.token_digest).where(SignInSession.revoked_at.is_(None))).all()
    assert open_ones == [digest(here)]
    assert digest(others[0]) not in open_ones


def test_anothers_session_cannot_be_ended(client, person, browser, database):
    """T13: every number from 1 upwards; only one's own sessions answer."""
    other_token = browser(person("other@office.example"))
    browser(person())
    with database.reading() as session:
        mine = session.scalar(select(func.max(SignInSession.id)))
    answers = {number: client.post(f"/account/sessions/{number}/end").status_code for number in range(1, mine)}
    assert set(answers.values()) == {404}
    client.headers["Cookie"] = f"bridge={other_token}"
    assert client.get("/account").status_code == 200


def test_the_language_is_kept_and_spoken(client, person, browser, database):
    account = person()
    browser(account)
    answer = client.post("/account/language", data={"locale": "ar"})
    assert answer.status_code == 303
    assert "lang=ar" in answer.headers["set-cookie"]
    client.headers["Cookie"] += "; lang=ar"
    assert 'dir="rtl"' in client.get("/account").text
    assert client.post("/account/language", data={"locale": "xx"}).status_code == 422
    with database.reading() as session:
        assert session.get_one(Account, account.id).locale == "ar"


# Administrators


@pytest.fixture
def administrator(person, browser):
    account = person("root@office.example", "administrator")
    browser(account)
    return account


def test_an_administrator_opens_an_account_and_gives_a_role(client, administrator, database, event):
    opened = client.post("/admin/accounts", data={"email": "Desk@Office.Example", "display_name": " Front desk "})
    assert opened.status_code == 303
    page = opened.headers["location"]
    given = client.post(f"{page}/roles", data={"role": "desk", "event_id": event.id, "until": "2019-09-04"})
    assert given.status_code == 303
    with database.reading() as session:
        account = session.scalars(select(Account).where(Account.email == "desk@office.example")).one()
        grant = session.scalars(select(RoleGrant).where(RoleGrant.account_id == account.id)).one()
        assert account.display_name == "Front desk"
        # The whole last day, as the clocks in Vienna show it.
        assert grant.until == datetime(2019, 9, 4, 22, 0, tzinfo=UTC)
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.account_id == administrator.id)).all()
    assert sorted(actions) == ["account.opened", "account.signed_in", "role.granted"]
    assert "Registration desk, Test edition" in client.get("/admin/accounts").text
    assert "Front desk" in client.get(page).text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"role": "organiser"}, "every other role in one"),
        ({"role": "administrator", "event_id": "1"}, "every other role in one"),
        ({"role": "organiser", "event_id": "999"}, "There is no such event."),
        ({"role": "delegate", "event_id": "1"}, "comes with a registration"),
        ({"role": "public", "event_id": "1"}, "comes with a registration"),
        ({"role": "king", "event_id": "1"}, "Choose one from the list."),
        ({"event_id": "1"}, "This is missing."),
        ({"role": "desk", "event_id": "1", "until": "soon"}, "is wanted"),
    ],
)
def test_a_wrong_scope_comes_back_to_be_mended(client, administrator, database, fields, words):
    answer = client.post(f"/admin/accounts/{administrator.id}/roles", data=fields)
    assert answer.status_code == 422
    assert words in answer.text
    assert list(_grants(database, administrator)) == ["administrator"]


def test_a_role_taken_back_is_gone_at_once(client, administrator, person, database):
    other = person("other@office.example", "organiser")
    grant_id = _grants(database, other)["organiser"]
    page = f"/admin/accounts/{other.id}"
    assert client.post(f"/admin/accounts/{administrator.id}/roles/{grant_id}/end").status_code == 404
    assert client.post(f"{page}/roles/{grant_id}/end").status_code == 303
    assert client.post(f"{page}/roles/{grant_id}/end").status_code == 404
    assert "No role at present." in client.get(page).text


def test_the_last_administrator_stays(client, administrator, person, database):
    grant_id = _grants(database, administrator)["administrator"]
    page = f"/admin/accounts/{administrator.id}"
    for address in (f"{page}/roles/{grant_id}/end", f"{page}/close"):
        answer = client.post(address)
        assert answer.status_code == 409
        assert "last administrator" in answer.text
    assert client.get("/admin/accounts").status_code == 200
    person("second@office.example", "administrator")
    assert client.post(f"{page}/close").status_code == 303


def test_a_closed_account_is_signed_out_everywhere_and_can_be_opened_again(
    client, administrator, person, database, browser
):
    here = client.headers["Cookie"]
    other = person("other@office.example", "organiser")
    browser(other)
    theirs, client.headers["Cookie"] = client.headers["Cookie"], here
    page = f"/admin/accounts/{other.id}"
    assert client.post(f"{page}/close").status_code == 303
    client.headers["Cookie"] = theirs
    assert client.get("/account").status_code == 303
    client.headers["Cookie"] = here
    assert client.post(f"{page}/reopen").status_code == 303
    assert client.post(f"{page}/reopen").status_code == 404
    client.headers["Cookie"] = theirs
    assert client.get("/account").status_code == 303, "its old sessions stay ended"


def test_the_list_finds_by_part_of_name_or_address(client, administrator, person):
    person("anna@city.example")
    person("100%_sure@city.example")
    assert "anna@city.example" in client.get("/admin/accounts?q=ANNA").text
    assert "anna@city.example" not in client.get("/admin/accounts?q=%25").text
    assert "100%_sure@city.example" in client.get("/admin/accounts?q=100%25_s").text
    assert "Nobody is called that." in client.get("/admin/accounts?q=zzz").text


def test_names_are_text_on_every_page(client, administrator):
    """T30: what somebody typed is never markup."""
    canary = '"><svg onload=alert(1) hx-get="/x">'
    opened = client.post("/admin/accounts", data={"email": "x@office.example", "display_name": canary})
    for address in ("/admin/accounts", opened.headers["location"], f"/admin/accounts?q={canary[:9]}"):
        assert "<svg onload" not in client.get(address).text


# The service, where no page leads to it


def test_an_account_is_opened_once(session, clock):
    first = ensure_account(session, email="A@b.example", display_name="A", actor=ACTOR, now=clock.now())
    again = ensure_account(session, email="a@B.example", display_name="Other", actor=ACTOR, now=clock.now())
    assert again is first
    assert first.display_name == "A"
    with pytest.raises(Refused):
        ensure_account(session, email="nobody", display_name="A", actor=ACTOR, now=clock.now())


def test_the_same_role_is_granted_once(session, event, clock):
    account = ensure_account(session, email="a@b.example", display_name="A", actor=ACTOR, now=clock.now())
    scope = {"account_id": account.id, "role": Role.DESK, "event_id": event.id, "actor": ACTOR, "now": clock.now()}
    first = grant_role(session, **scope)
    assert grant_role(session, **scope) is first
    later = clock.now() + timedelta(days=3)
    assert grant_role(session, **scope, until=later) is first
    assert first.until == later
    lines = session.scalars(select(AuditEntry.action).where(AuditEntry.entity == "role_grant")).all()
    assert lines == ["role.granted", "role.granted"], "one line a change, none where nothing changed"


@pytest.mark.parametrize("role", [Role.FOCAL_POINT, Role.DELEGATE])
def test_roles_of_guests_need_their_delegation_or_person(session, event, clock, role):
    account = ensure_account(session, email="a@b.example", display_name="A", actor=ACTOR, now=clock.now())
    with pytest.raises(Refused):
        grant_role(session, account_id=account.id, role=role, event_id=event.id, actor=ACTOR, now=clock.now())


def test_an_account_closes_where_there_is_no_administrator_at_all(session, clock):
    account = ensure_account(session, email="a@b.example", display_name="A", actor=ACTOR, now=clock.now())
    close_account(session, account_id=account.id, actor=ACTOR, now=clock.now())
    with pytest.raises(NotFound):
        close_account(session, account_id=account.id, actor=ACTOR, now=clock.now())


def test_an_administrator_whose_account_is_closed_does_not_count(session, clock):
    accounts = [
        ensure_account(session, email=f"{name}@b.example", display_name=name, actor=ACTOR, now=clock.now())
        for name in ("one", "two")
    ]
    grants = [
        grant_role(session, account_id=account.id, role=Role.ADMINISTRATOR, event_id=None, actor=ACTOR, now=clock.now())
        for account in accounts
    ]
    close_account(session, account_id=accounts[1].id, actor=ACTOR, now=clock.now())
    with pytest.raises(Conflict):
        end_role(session, grant_id=grants[0].id, actor=ACTOR, now=clock.now())


@pytest.mark.parametrize(
    ("role", "home", "words"),
    [("organiser", "/e/test-event/manage", "Office"), ("administrator", "/admin/accounts", "Administration")],
)
def test_whoever_is_signed_in_finds_the_way_home(
    client: Any, sign_in: Any, event: Any, role: str, home: str, words: str
) -> None:
    sign_in(role, event_id=event.id if role == "organiser" else None)
    for page in ("/", "/account", "/e/test-event", "/e/test-event/agenda"):
        assert f'<a href="{home}">{words}</a>' in client.get(page).text, page


def test_a_visitor_is_shown_no_home(client: Any, event: Any) -> None:
    assert "Office" not in client.get("/e/test-event").text
