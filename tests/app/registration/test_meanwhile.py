"""REG-04: two organisers answer the same form: the second is shown both answers, who, when and why, side by side."""

import re
from typing import Any

import pytest
from sqlalchemy import func, select

from app.accounts.enums import Role
from app.accounts.service.browsers import open_session
from app.accounts.service.roles import ensure_account, grant_role
from app.platform.actor import Actor
from app.platform.outbox import OutboxMail
from app.registration.enums import Door, RegistrationState
from app.registration.models import Registration

MEMBER = {"family_name": "Mayor", "is_head": True, "email": "m@city.example"}


@pytest.fixture
def forms(client: Any, event: Any, now: Any) -> list[int]:
    with client.app.state.database.writing() as session:
        rows = [
            Registration(
                event_id=event.id, door=Door.DELEGATION, state=RegistrationState.SUBMITTED, party_name=f"City {number}",
                contact_name="Focal", contact_email=f"f@city-{number}.example", token_digest=f"{number}" * 64,
                started_at=now, submitted_at=now,
                answers={
                    "party_kind": "city", "party_name": f"City {number}", "country": "SN", "contact_name": "Focal",
                    "contact_email": f"f@city-{number}.example", "contact_phone": "1", "members": [MEMBER],
                },
            )
            for number in range(3)
        ]  # fmt: skip
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


@pytest.fixture
def sign_in_as(client: Any, event: Any, now: Any) -> Any:
    """The first or the second organiser: two accounts."""

    def act(name: str) -> None:
        with client.app.state.database.writing() as session:
            actor = Actor.system("test")
            account = ensure_account(
                session, email=f"{name.lower().replace(' ', '-')}@test.example", display_name=name, actor=actor, now=now
            )
            grant = grant_role(
                session, account_id=account.id, role=Role.ORGANISER, event_id=event.id, actor=actor, now=now
            )
            opened = open_session(session, account_id=account.id, grant_id=grant.id, device="", replaces=None, now=now)
        assert opened is not None
        client.cookies.set("bridge", opened.token)

    return act


def _section(page: str) -> str:
    return re.search(r'<section class="versions".*?</section>', page, re.DOTALL)[0]


def _hidden(page: str) -> dict[str, Any]:
    """What "Keep mine" sends."""
    form = re.search(r'<form id="mine".*?</form>', page, re.DOTALL)[0]
    sent: dict[str, Any] = {}
    for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form):
        sent.setdefault(name, []).append(value)
    return sent


def _state(client: Any, number: int) -> Registration:
    with client.app.state.database.reading() as session:
        return session.get_one(Registration, number)


def _mails(client: Any) -> int:
    with client.app.state.database.reading() as session:
        return session.scalar(select(func.count()).select_from(OutboxMail))


def test_reg_04_the_loser_sees_both_answers_and_may_keep_theirs(
    client: Any, event: Any, forms: list[int], sign_in_as: Any
) -> None:
    page = f"/e/{event.slug}/manage/registrations/{forms[0]}"
    version = _state(client, forms[0]).version
    sign_in_as("First organiser")
    first = {"state": "rejected", "version": version, "reason": "No place is left for a third city."}
    assert client.post(page, data=first).status_code == 303
    mails = _mails(client)
    sign_in_as("Second organiser")
    mine = {"state": "waiting", "version": version, "reason": "They bring the mayor."}
    lost = client.post(page, data=mine)
    assert lost.status_code == 409
    shown = _section(lost.text)
    for said in ("First organiser", "09:12", "rejected", "No place is left", "waiting list", "They bring the mayor."):
        assert said in shown, said
    assert 'href="' + page + '"' in shown, "keep what is stored"
    assert (_state(client, forms[0]).state, _mails(client)) == (RegistrationState.REJECTED, mails), "nothing was done"
    kept = client.post(page, data=_hidden(lost.text))
    assert kept.status_code == 303
    now = _state(client, forms[0])
    assert (now.state, now.reason) == (RegistrationState.WAITING, "They bring the mayor.")
    assert _mails(client) == mails + 1


def test_reg_04_where_the_first_answer_leaves_no_room_only_theirs_can_be_kept(
    client: Any, event: Any, forms: list[int], sign_in_as: Any
) -> None:
    page = f"/e/{event.slug}/manage/registrations/{forms[0]}"
    version = _state(client, forms[0]).version
    sign_in_as("First organiser")
    assert client.post(page, data={"state": "approved", "version": version}).status_code == 303
    sign_in_as("Second organiser")
    assert client.post(page, data={"state": "rejected", "version": version}).status_code == 409, "without a note too"
    lost = client.post(page, data={"state": "rejected", "version": version, "reason": "Too late."})
    assert lost.status_code == 409
    shown = _section(lost.text)
    assert "no longer possible" in shown and "Too late." in shown and "First organiser" in shown
    assert "Keep mine" not in shown
    assert _state(client, forms[0]).state is RegistrationState.APPROVED


def test_reg_04_in_bulk_each_form_that_was_answered_first_stands_side_by_side(
    client: Any, event: Any, forms: list[int], sign_in_as: Any
) -> None:
    """One is done, one can still be kept, one leaves no room: keep mine sends the one that it still can."""
    inbox = f"/e/{event.slug}/manage/registrations"
    ticks = [f"{number}:{_state(client, number).version}" for number in forms]
    sign_in_as("First organiser")
    for number, state in ((forms[0], "waiting"), (forms[1], "approved")):
        sent = {"state": state, "version": _state(client, number).version, "reason": "First come."}
        assert client.post(f"{inbox}/{number}", data=sent).status_code == 303
    sign_in_as("Second organiser")
    lost = client.post(inbox, data={"answer": "reject", "text": "The list is full.", "chosen": ticks})
    assert lost.status_code == 409
    shown = _section(lost.text)
    assert "City 0" in shown and "City 1" in shown and "City 2" not in shown
    assert shown.count("First organiser") == 2 and shown.count("The list is full.") == 2
    assert shown.count("no longer possible") == 1 and "First come." in shown
    assert "1 of your answers is saved; what stands below is not." in shown
    assert "Nothing of yours was saved" not in shown
    states = [_state(client, number).state.value for number in forms]
    assert states == ["waiting", "approved", "rejected"]
    again = _hidden(lost.text)
    assert again["chosen"] == [f"{forms[0]}:{_state(client, forms[0]).version}"]
    assert client.post(inbox, data=again).status_code == 303
    assert _state(client, forms[0]).reason == "The list is full."
