"""ADM-04, REG-04: "delete me" by the person: at once where nobody is surprised by it, else a request within a month."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.enums import Role
from app.accounts.models import Account
from app.accounts.service.browsers import open_session
from app.accounts.service.roles import ensure_account, grant_role
from app.agenda.service import release
from app.delegations.models import Delegate, PassportDetail
from app.delegations.service import change_person
from app.events.models import Event
from app.office.needs import needs_of
from app.office.service.erasing import due_after
from app.platform import audit
from app.platform.actor import Actor
from app.platform.audit import AuditEntry
from app.platform.backup import back_up
from app.platform.mailing import send_due
from app.platform.outbox import OutboxMail
from app.platform.tokens import digest
from app.registration.models import ErasureRequest, MemberLink, Registration

NAME, MAIL = "Zorovavel Quintessa", "zorovavel@quintessa.example"
TRACES = ("zorovavel", "quintessa", "佐罗瓦维尔", "+99 555 7788", "p0zoro99", "walnut")
FORM: dict[str, Any] = {
    "step": "2", "given_name": "Zorovavel", "family_name": "Quintessa", "email": MAIL, "native_name": "佐罗瓦维尔",
    "function": "Head of exports", "origin": "business", "party_name": "A trading house", "country": "CN",
    "languages": ["zh"],
}  # fmt: skip


@pytest.fixture
def zoro(client: Any, cast: Any, actor: Any, now: Any) -> int:
    """Somebody with a name of their own in the log, a passport and a diet; signed in as themselves."""
    with client.app.state.database.writing() as session:
        event = session.get_one(Event, cast.event.id)
        person = session.get_one(Delegate, cast.staff[0])
        person.given_name, person.family_name, person.native_name = "Zorovavel", "Quintessa", "佐罗瓦维尔"
        person.badge_name, person.email, person.is_focal_point, person.approved_at = NAME, MAIL, False, now
        session.flush()
        change_person(
            session, event=event, delegate=person, changes={"phone": "+99 555 7788", "diet": "walnut allergy"},
            version=person.version, actor=Actor(account_id=None, label=NAME), now=now,
        )  # fmt: skip
        session.add(PassportDetail(delegate_id=person.id, number="P0ZORO99", nationality="KH"))
    return cast.staff[0]


@pytest.fixture
def as_zoro(client: Any, cast: Any, zoro: int, actor: Any, clock: Any) -> Callable[..., None]:
    """Signs in by their own account, or by that of whoever acts for them."""

    def sign_in(*, acting_for: str | None = None) -> None:
        now = clock.now()
        with client.app.state.database.writing() as session:
            mail, name = (MAIL, NAME) if acting_for is None else ("assistant@city.example", "Assistant")
            account = ensure_account(session, email=mail, display_name=name, actor=actor, now=now)
            grant = grant_role(
                session, account_id=account.id, role=Role.DELEGATE, event_id=cast.event.id, delegate_id=zoro,
                delegation_id=cast.delegations[0], acting_for=acting_for, actor=actor, now=now,
            )  # fmt: skip
            opened = open_session(
                session, account_id=account.id, grant_id=grant.id, device="a phone", replaces=None, now=now
            )
        assert opened is not None
        client.cookies.set("bridge", opened.token)

    return sign_in


def _files(database: Any, database_url: str, folder: Path, now: Any) -> dict[str, bytes]:
    """The file, its log and a fresh backup, in small letters; nothing on PostgreSQL, whose files are not ours."""
    if not database.is_sqlite:
        return {}
    file = Path(database.engine.url.database)
    back_up(database_url, folder / "after.backup", now=now)
    found = (file, file.with_name(file.name + "-wal"), *folder.glob("after.backup*"))
    return {one.name: one.read_bytes().lower() for one in found if one.exists()}


def _left(held: bytes) -> list[str]:
    return [trace for trace in TRACES if trace.encode() in held.lower()]


def test_adm_04_a_delegate_erases_themselves_and_nothing_is_found(
    client: Any, sign_in: Any, database: Any, database_url: str, cast: Any, as_zoro: Any, zoro: int, now: Any,
    tmp_path: Path,
) -> None:  # fmt: skip
    """By their own page, after a page that says what goes and what stays: rows, log, exports, fresh backup."""
    E = f"/e/{cast.event.slug}"
    as_zoro()
    assert f'href="{E}/my/erasure"' in client.get(f"{E}/my/me").text
    (tmp_path / "before").mkdir()
    before = _files(database, database_url, tmp_path / "before", now)
    assert all(any(trace.encode() in held for held in before.values()) for trace in TRACES if before), "the control"
    page = client.get(f"{E}/my/erasure").text
    assert "What goes" in page and "What stays, and why" in page and "Numbers without names" in page
    refused = client.post(f"{E}/my/erasure", data={})
    assert refused.status_code == 422 and "Tick this if you mean it." in refused.text
    done = client.post(f"{E}/my/erasure", data={"sure": "yes"})
    assert (done.status_code, done.headers["location"]) == (303, f"{E}/erased")
    for name, held in _files(database, database_url, tmp_path, now).items():
        assert _left(held) == [], name
    assert "You are erased." in client.get(f"{E}/erased").text
    assert client.get(f"{E}/my/me").headers["location"].startswith("/sign-in"), "signed out"
    with database.reading() as session:
        row = session.get_one(Delegate, zoro)
        assert (row.badge_name, row.erased_at, row.is_active) == ("erased", now, False)
        assert audit.verify(session) is None
        line = session.scalars(select(AuditEntry).where(AuditEntry.action == "person.erased")).one()
        assert line.entity_id == str(zoro)
        account = session.get_one(Account, line.account_id)
        assert (account.is_active, account.display_name) == (False, "erased")
    client.cookies.clear()
    sign_in("administrator", event_id=None)
    pages = ["manage/people", "manage/people.csv", "manage/people.xlsx", f"manage/people/{zoro}", "manage/outbox"]
    for path in (*(f"{E}/{one}" for one in pages), "/admin/log"):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert _left(answer.content) == [], path


def test_adm_04_nobody_erases_another_by_acting_for_them(client: Any, cast: Any, as_zoro: Any, zoro: int) -> None:
    as_zoro(acting_for=NAME)
    E = f"/e/{cast.event.slug}"
    assert "/my/erasure" not in client.get(f"{E}/my/me").text
    assert client.get(f"{E}/my/erasure").status_code == 422
    assert client.post(f"{E}/my/erasure", data={"sure": "yes"}).status_code == 422
    with client.app.state.database.reading() as session:
        assert session.get_one(Delegate, zoro).erased_at is None


def test_adm_04_on_a_released_agenda_it_is_a_request_that_the_organiser_answers(
    client: Any, sign_in: Any, database: Any, database_url: str, cast: Any, placed: Any, as_zoro: Any, zoro: int,
    actor: Any, now: Any, tmp_path: Path,
) -> None:  # fmt: skip
    """Asked once, told to both sides, on the home page; the organiser erases, the person hears it, nothing is left."""
    E = f"/e/{cast.event.slug}"
    with database.writing() as session:
        placed(session, "Opening", (zoro,), 60)
        release(session, event=session.get_one(Event, cast.event.id), name="One", note=None, actor=actor, now=now)
    sign_in("organiser", event_id=cast.event.id)
    erase = f"{E}/manage/people/{zoro}/erase"
    assert client.get(erase).status_code == 403, "an organiser erases nobody who did not ask"
    as_zoro()
    page = client.get(f"{E}/my/erasure").text
    assert "The public agenda names you." in page and "Opening" in page
    for _twice in range(2):
        asked = client.post(f"{E}/my/erasure", data={"sure": "yes"})
        assert (asked.status_code, asked.headers["location"]) == (303, f"{E}/my/erasure")
    assert "Nothing more to do. A mail tells you the answer." in client.get(f"{E}/my/erasure").text
    with database.reading() as session:
        request = session.scalars(select(ErasureRequest)).one()
        assert (request.cause, request.due_on) == ("agenda", due_after(now.date()))
        mails = session.scalars(select(OutboxMail.recipient).where(OutboxMail.cause == "privacy")).all()
        assert sorted(mails) == ["office@test.example", MAIL]
        event = session.get_one(Event, cast.event.id)
        assert "1 person asks to be erased" in [one.title for one in needs_of(session, event)]
        assert session.get_one(Delegate, zoro).erased_at is None
    client.cookies.clear()
    sign_in("organiser", event_id=cast.event.id)
    assert NAME in client.get(f"{E}/manage/erasures").text
    looked = client.get(erase).text
    assert "A released agenda names this person." in looked and "Opening" in looked
    client.app.state.settings = client.app.state.settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": 9})
    done = client.post(erase, data={"number": str(zoro)})
    assert "Nothing of this person is found any more" in done.text
    assert "Nobody asks to be erased" in client.get(f"{E}/manage/erasures").text
    with database.writing() as session:
        last = session.scalars(select(OutboxMail).where(OutboxMail.recipient == MAIL)).one()
        assert last.is_forgotten_when_sent and NAME not in last.body
        last.tries = 4
    send_due(database, client.app.state.clock, client.app.state.settings)  # nobody listens: the last try fails
    assert database.leave_no_trace()
    for name, held in _files(database, database_url, tmp_path, now).items():
        assert _left(held) == [], name
    client.cookies.clear()
    assert _left(client.get(f"{E}/agenda").content) == []


def test_adm_04_a_refusal_gives_the_reason_and_the_second_answer_is_told(
    client: Any, sign_in: Any, database: Any, cast: Any, as_zoro: Any, zoro: int
) -> None:
    E = f"/e/{cast.event.slug}"
    with database.writing() as session:
        session.get_one(Delegate, zoro).is_focal_point = True
    as_zoro()
    assert "Others of your city or organisation are reached through you." in client.get(f"{E}/my/erasure").text
    client.post(f"{E}/my/erasure", data={"sure": "yes"})
    client.cookies.clear()
    sign_in("organiser", event_id=cast.event.id)
    page = client.get(f"{E}/manage/erasures").text
    number, version = re.search(r"erasures/(\d+)/refuse", page)[1], re.search(r'name="version" value="(\d+)"', page)[1]
    path = f"{E}/manage/erasures/{number}/refuse"
    empty = client.post(path, data={"version": version, "reason": " "})
    assert empty.status_code == 422 and "Give the reason." in empty.text
    assert client.post(path, data={"version": version, "reason": "Name another contact."}).status_code == 303
    assert client.post(path, data={"version": version, "reason": "No."}).status_code == 409
    as_zoro()
    assert "Name another contact." in client.get(f"{E}/my/erasure").text
    with database.reading() as session:
        said = session.scalars(select(OutboxMail).where(OutboxMail.key.contains("erasure_refused"))).one()
        assert "Name another contact." in said.body and said.recipient == MAIL


def _hand_in(client: Any, cast: Any, **more: Any) -> str:
    answer = client.post(f"/e/{cast.event.slug}/register/individual", data={**FORM, **more})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


@pytest.mark.parametrize("state", ["draft", "submitted", "waiting", "rejected", "approved", "withdrawn"])
def test_adm_04_an_applicant_erases_their_form_in_every_state(
    client: Any, sign_in: Any, database: Any, database_url: str, cast: Any, now: Any, tmp_path: Path, state: str
) -> None:
    """By the link of the form, without sign-in; of an approved one the person goes with it."""
    link = _hand_in(client, cast, **({"keep": "1"} if state == "draft" else {}))
    if state == "withdrawn":
        version = re.search(r'name="version" value="(\d+)"', client.get(link).text)[1]
        assert client.post(f"{link}/withdraw", data={"version": version}).status_code == 303
    elif state not in {"draft", "submitted"}:
        sign_in("organiser", event_id=cast.event.id)
        with database.reading() as session:
            form = session.scalars(select(Registration)).one()
        client.post(
            f"/e/{cast.event.slug}/manage/registrations/{form.id}",
            data={"state": state, "version": form.version, "reason": "No room for Zorovavel"},
        )
        client.cookies.clear()
    with database.reading() as session:
        assert session.scalars(select(Registration.state)).one() == state
    assert f'href="{link}/erasure"' in client.get(link).text
    assert "Erase me now" in client.get(f"{link}/erasure").text
    done = client.post(f"{link}/erasure", data={"sure": "yes"})
    assert (done.status_code, done.headers["location"]) == (303, f"/e/{cast.event.slug}/erased")
    for name, held in _files(database, database_url, tmp_path, now).items():
        assert _left(held) == [], name
    for path in (link, f"{link}/form", f"{link}/erasure"):
        assert client.get(path).status_code == 410, path
    with database.reading() as session:
        form = session.scalars(select(Registration)).one()
        assert (form.answers, form.draft, form.is_erased) == ({}, {}, True)
        assert [one.erased_at for one in session.scalars(select(Delegate).where(Delegate.badge_name == "erased"))] == (
            [now] if state == "approved" else []
        )
        assert audit.verify(session) is None


def test_adm_04_a_member_erases_themselves_by_the_link_of_their_mail(
    client: Any, database: Any, database_url: str, cast: Any, zoro: int, now: Any, clock: Any, tmp_path: Path
) -> None:
    with database.writing() as session:
        session.add(
            MemberLink(
                event_id=cast.event.id, delegate_id=zoro, token_digest=digest("a-member"), created_at=now,
                expires_at=now + timedelta(days=9),
            )
        )  # fmt: skip
    assert 'href="/d/a-member/erasure"' in client.get("/d/a-member").text
    assert "Erase me now" in client.get("/d/a-member/erasure").text
    assert client.post("/d/a-member/erasure", data={"sure": "yes"}).status_code == 303
    for name, held in _files(database, database_url, tmp_path, now).items():
        assert _left(held) == [], name
    assert client.get("/d/a-member").status_code == 404, "the link went with them"


def test_adm_04_the_link_of_a_form_erases_nobody_who_only_has_the_same_address(
    client: Any, sign_in: Any, database: Any, cast: Any, zoro: int
) -> None:
    """Anybody can type an address into a form; so it becomes a request, and the office sees both."""
    link = _hand_in(client, cast, given_name="Some", family_name="Body", native_name="")
    assert "There may be more about you" in client.get(f"{link}/erasure").text
    assert client.post(f"{link}/erasure", data={"sure": "yes"}).headers["location"] == f"{link}/erasure"
    with database.reading() as session:
        request, form = session.scalars(select(ErasureRequest)).one(), session.scalars(select(Registration)).one()
        assert (request.cause, request.delegate_id, request.registration_id) == ("more", None, form.id)
        assert session.get_one(Delegate, zoro).erased_at is None and form.answers
    sign_in("organiser", event_id=cast.event.id)
    page = f"/e/{cast.event.slug}/manage/registrations/{form.id}/erase"
    assert f'value="delegate:{zoro}">' in client.get(page).text, "shown, not ticked"
    assert client.post(page, data={"number": str(form.id)}).status_code == 200
    with database.reading() as session:
        person = session.get_one(Delegate, zoro)
        assert (person.erased_at, person.email) == (None, MAIL), "the neighbour keeps all"
        assert session.get_one(Registration, form.id).is_erased
        assert session.scalars(select(ErasureRequest.state)).one() == "erased"


def test_adm_04_after_the_event_a_released_agenda_holds_nobody_back(
    client: Any, database: Any, cast: Any, placed: Any, as_zoro: Any, zoro: int, actor: Any, now: Any, clock: Any
) -> None:
    with database.writing() as session:
        placed(session, "Opening", (zoro,), 60)
        release(session, event=session.get_one(Event, cast.event.id), name="One", note=None, actor=actor, now=now)
    clock.set(now.replace(year=2019, month=9, day=6))
    as_zoro()
    assert "Erase me now" in client.get(f"/e/{cast.event.slug}/my/erasure").text


@pytest.mark.parametrize(
    ("asked", "due"), [((2026, 1, 31), (2026, 2, 28)), ((2026, 12, 5), (2027, 1, 5)), ((2028, 1, 30), (2028, 2, 29))]
)
def test_the_answer_is_due_a_month_later(asked: Any, due: Any) -> None:
    assert due_after(date(*asked)) == date(*due)
