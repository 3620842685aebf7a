"""ADM-01, ADM-02, ADM-04 as the acceptance list says them, word for word; the details stand in the tests of each part."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import select

from app.accounts.enums import Role
from app.delegations.models import Delegate, PassportDetail
from app.delegations.service import accredit, change_person
from app.events.models import Event
from app.office.tasks import purge_now
from app.platform.actor import Actor
from app.platform.audit import AuditEntry
from app.platform.outbox import OutboxMail
from app.platform.traces import traces_of

PASSPORT = "P0CANARY77"
READABLE = re.compile(r"\{(slug|delegate_id|delegation_id|event_id)(:\w+)?\}")


def _pages(client: Any, cast: Any, person_id: int) -> list[str]:
    """Every GET route whose address can be filled with the edition, the person and the delegation."""
    with client.app.state.database.reading() as session:
        delegation_id = session.get_one(Delegate, person_id).delegation_id
    known = {"slug": cast.event.slug, "delegate_id": str(person_id), "delegation_id": str(delegation_id)}
    paths = []
    for route in iter_route_contexts(client.app.routes):
        if "GET" not in (route.methods or ()):
            continue
        path = READABLE.sub(lambda match: known.get(match[1], "1"), route.path)
        paths.append(re.sub(r"\{format(:\w+)?\}", "csv", path))
    return [path for path in paths if "{" not in path]


# ADM-01: "Matrix of 8 roles x all routes is tested both ways (allowed and refused);
#          desk cannot read passport numbers after check-in"


def test_adm_01_there_are_eight_roles_and_the_matrix_asks_in_each() -> None:
    """The matrix is ``tests/app/test_policies.py``: every route of the application, in each member of ``Role``."""
    assert len(Role) == 8
    matrix = (Path(__file__).parents[1] / "test_policies.py").read_text()
    walk = matrix.split("def test_each_role_gets_in_where_the_policy_says_and_nowhere_else")[1].split("\ndef ")[0]
    assert "for role in Role:" in walk
    assert '@pytest.mark.parametrize("route", GUARDED, ids=_name)\ndef test_each_role_gets_in' in matrix


def test_adm_01_the_desk_cannot_read_passport_numbers_after_check_in(
    client: Any, sign_in: Any, cast: Any, actor: Any, now: Any
) -> None:
    """Checked in at the desk itself; then the desk asks for every page there is, and protocol shows it is there."""
    person_id = cast.heads[0]
    with client.app.state.database.writing() as session:
        person = session.get_one(Delegate, person_id)
        person.approved_at = now
        session.add(PassportDetail(delegate_id=person_id, number=PASSPORT, nationality="KH"))
        accredit(session, delegate=person, actor=actor, now=now)
    sign_in("desk", event_id=cast.event.id)
    page = f"/e/{cast.event.slug}/manage/people/{person_id}"
    done = client.post(f"{page}/door", data={"does": "give"})
    assert done.status_code == 303, done.text
    with client.app.state.database.reading() as session:
        assert session.get_one(Delegate, person_id).checked_in_at == now
    asked, read = _pages(client, cast, person_id), 0
    assert f"{page}/passport" in asked
    for path in asked:
        answer = client.get(path)
        read += answer.status_code == 200
        assert PASSPORT.encode() not in answer.content, path
    assert read > 20, "the desk reads its pages"
    assert client.get(f"{page}/passport").status_code == 403
    sign_in("protocol", event_id=cast.event.id)
    assert PASSPORT in client.get(f"{page}/passport").text, "the control: the number is there"


# ADM-02: "Mailed link works once, ends after 20 min, is rate limited, and the answer is the same for unknown addresses"


def _ask(client: Any, email: str) -> Any:
    return client.post("/sign-in", data={"email": email})


def _link(client: Any) -> str:
    with client.app.state.database.reading() as session:
        mail = session.scalars(select(OutboxMail).order_by(OutboxMail.id.desc())).first()
    return re.findall(r"http://testserver(/sign-in/\S+)", mail.body)[0]


def test_adm_02_a_mailed_link_works_once_ends_is_limited_and_tells_nobody(
    client: Any, sign_in: Any, event: Any, clock: Any
) -> None:
    sign_in("organiser", event_id=event.id)
    client.cookies.clear()
    known, unknown = "organiser@test.example", "nobody@test.example"
    assert _ask(client, known).status_code == 303
    once = _link(client)
    assert client.post(once).status_code == 303
    client.cookies.clear()
    assert client.post(once).status_code == 410, "works once"
    _ask(client, known)
    late = _link(client)
    clock.advance(timedelta(minutes=19, seconds=59))
    _ask(client, known)
    in_time = _link(client)
    clock.advance(timedelta(seconds=1))
    assert client.post(late).status_code == 410, "ends after 20 min"
    assert client.post(in_time).status_code == 303
    client.cookies.clear()
    clock.advance(timedelta(hours=1))
    answers = {email: [_ask(client, email) for _try in range(7)] for email in (known, unknown)}
    for email, tries in answers.items():
        assert [one.status_code for one in tries] == [303] * 5 + [429] * 2, f"rate limited: {email}"
    for here, elsewhere in zip(answers[known], answers[unknown], strict=True):
        assert (here.text, here.headers.get("location")) == (elsewhere.text, elsewhere.headers.get("location"))


# ADM-04: "Own data as JSON; erase makes name and mail unfindable in database, log and search; fields purge by date;
#          listing only with consent, per field"

NAME, MAIL = "Zebulon Quarterback", "zebulon@quarterback.example"


@pytest.fixture
def zebulon(client: Any, cast: Any, now: Any) -> int:
    """Somebody who agreed to be listed by name alone, with a line in the log that says who they are."""
    person_id = cast.heads[0]
    with client.app.state.database.writing() as session:
        person = session.get_one(Delegate, person_id)
        person.given_name, person.family_name = NAME.split()
        person.badge_name, person.email, person.phone, person.approved_at = NAME, MAIL, "+855 12 777 888", now
        person.function, person.diet, person.consents = "Harbourmaster", "walnuts", {"list_name": True}
        session.flush()
        change_person(
            session, event=session.get_one(Event, cast.event.id), delegate=person, changes={"email": f"x.{MAIL}"},
            version=person.version, actor=Actor(account_id=None, label=NAME), now=now,
        )  # fmt: skip
        person.email = MAIL
    return person_id


def test_adm_04_own_data_as_json(client: Any, sign_in: Any, cast: Any, zebulon: int) -> None:
    sign_in("delegate", event_id=cast.event.id, delegation_id=cast.delegations[0], delegate_id=zebulon)
    answer = client.get(f"/e/{cast.event.slug}/my/data.json")
    assert answer.headers["content-type"] == "application/json"
    person = answer.json()["person"]
    assert (person["family_name"], person["email"], person["diet"]) == ("Quarterback", MAIL, "walnuts")


def test_adm_04_erase_makes_name_and_mail_unfindable_in_database_log_and_search(
    client: Any, sign_in: Any, cast: Any, zebulon: int
) -> None:
    database = client.app.state.database
    event = f"/e/{cast.event.slug}"

    def found() -> set[str]:
        """Where the name or the mail is found: a search page, the log, or a table."""
        places = {
            "search": f"{event}/manage/search?q=quarterback",
            "people": f"{event}/manage/people?q=quarterback",
            "public": f"{event}/people?q=quarterback",
            "log": "/admin/log",
        }
        sign_in("administrator", event_id=None)
        texts = {place: client.get(path).text for place, path in places.items()}
        met = {place for place, text in texts.items() if NAME in text or MAIL in text}
        with database.reading() as session:
            looked = traces_of(session, [NAME, MAIL, "Zebulon"])
        return met | set(looked.found)

    assert found() >= {"search", "people", "public", "log", "delegate.email", "audit_name.name"}, "the control"
    sign_in("administrator", event_id=None)
    done = client.post(f"{event}/manage/people/{zebulon}/erase", data={"number": str(zebulon)})
    assert done.status_code == 200 and "Nothing of this person is found any more" in done.text
    assert found() == set()
    with database.reading() as session:
        assert session.scalar(select(AuditEntry.id).where(AuditEntry.entity_id == str(zebulon))) is not None


def test_adm_04_fields_purge_by_date(client: Any, cast: Any, zebulon: int, clock: Any) -> None:
    """The diet goes 30 days after the last day, the phone after 180; the name stays with the person."""
    database = client.app.state.database

    def held() -> tuple[bool, bool, bool]:
        with database.reading() as session:
            person = session.get_one(Delegate, zebulon)
            return person.diet is not None, person.phone is not None, person.family_name == "Quarterback"

    seen = []
    for days in (29, 30, 179, 180):
        clock.set(clock.now().replace(year=2019, month=9, day=4, hour=12) + timedelta(days=days))
        purge_now(database, now=clock.now())
        seen.append(held())
    assert seen == [(True, True, True), (False, True, True), (False, True, True), (False, False, True)]


def test_adm_04_listing_only_with_consent_per_field(client: Any, sign_in: Any, cast: Any, zebulon: int) -> None:
    sign_in("delegate", event_id=cast.event.id, delegation_id=cast.delegations[0], delegate_id=zebulon)
    listed = f"/e/{cast.event.slug}/people"
    assert NAME in client.get(listed).text and "Harbourmaster" not in client.get(listed).text
    for agreed, name, function in (({"list_name": "1", "list_function": "1"}, True, True), ({}, False, False)):
        with client.app.state.database.reading() as session:
            version = session.get_one(Delegate, zebulon).version
        assert client.post(f"/e/{cast.event.slug}/my/consents", data={"version": version, **agreed}).status_code == 303
        page = client.get(listed).text.split("</h1>")[1]
        assert (NAME in page, "Harbourmaster" in page) == (name, function)
