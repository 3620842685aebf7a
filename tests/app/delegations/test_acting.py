"""REG-11: an assistant acts for the mayor; the log names both; the right goes at once."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.accounts.models import Account, RoleGrant
from app.delegations.models import Delegate
from app.meetings.enums import Answer
from app.meetings.models import MeetingWish
from app.meetings.service import wish_meeting
from app.platform.audit import AuditEntry, names_of
from app.platform.outbox import OutboxMail


@pytest.fixture
def path(cast: Any) -> str:
    return f"/e/{cast.event.slug}/delegations/{cast.delegations[0]}/acting"


def _rows(client: Any, model: Any, *where: Any) -> list[Any]:
    with client.app.state.database.reading() as session:
        return list(session.scalars(select(model).where(*where).order_by(model.id)))


def _give(client: Any, path: str, cast: Any, **more: str) -> Any:
    return client.post(path, data={"assistant_id": str(cast.staff[0]), "member_id": str(cast.heads[0]), **more})


@pytest.fixture
def given(client: Any, sign_in: Any, cast: Any, path: str) -> RoleGrant:
    sign_in("focal_point", event_id=cast.event.id, delegation_id=cast.delegations[0])
    assert _give(client, path, cast).status_code == 303
    return _rows(client, RoleGrant, RoleGrant.acting_for.is_not(None))[-1]


def _act(client: Any, sign_in: Any, cast: Any, given: RoleGrant) -> None:
    """The browser of the assistant, in the role that was given."""
    sign_in(
        "delegate",
        event_id=cast.event.id,
        delegation_id=cast.delegations[0],
        delegate_id=cast.heads[0],
        acting_for=given.acting_for,
    )


def test_reg_11_the_right_is_given_with_one_mail_and_one_line(client: Any, cast: Any, given: RoleGrant) -> None:
    [mail] = _rows(client, OutboxMail, OutboxMail.cause == "acting")
    [account] = _rows(client, Account, Account.id == given.account_id)
    assistant = _rows(client, Delegate, Delegate.id == cast.staff[0])[0]
    assert (mail.recipient, account.email) == (assistant.email, assistant.email)
    assert (given.delegate_id, given.delegation_id, given.until) == (cast.heads[0], cast.delegations[0], None)
    assert (
        len(_rows(client, AuditEntry, AuditEntry.action == "role.granted", AuditEntry.entity_id == str(given.id))) == 1
    )


def test_reg_11_what_the_assistant_does_is_logged_under_both_names(
    client: Any, sign_in: Any, cast: Any, given: RoleGrant, actor: Any, now: Any
) -> None:
    with client.app.state.database.writing() as session:
        wish = wish_meeting(
            session, event=cast.event, from_id=cast.heads[1], to_id=cast.heads[0], topic=None, message=None,
            actor=actor, now=now,
        ).wish  # fmt: skip
        session.flush()
        wish_id = wish.id
    _act(client, sign_in, cast, given)
    assert "You act for" in client.get(f"/e/{cast.event.slug}/my").text
    answer = client.post(f"/e/{cast.event.slug}/my/meetings/wishes/{wish_id}/answer", data={"answer": "declined"})
    assert answer.status_code == 303, answer.text
    assert _rows(client, MeetingWish, MeetingWish.id == wish_id)[0].answer is Answer.DECLINED
    line = _rows(client, AuditEntry, AuditEntry.entity == "meeting_wish")[-1]
    with client.app.state.database.reading() as session:
        names = names_of(session, [line.actor, line.acting_for])
    assert names[line.acting_for] == given.acting_for
    assert names[line.actor] not in {given.acting_for, "erased"}


def test_reg_11_the_right_is_taken_back_at_once(
    client: Any, sign_in: Any, cast: Any, given: RoleGrant, path: str
) -> None:
    _act(client, sign_in, cast, given)
    acting = client.cookies["bridge"]
    assert client.get(f"/e/{cast.event.slug}/my").status_code == 200
    sign_in("focal_point", event_id=cast.event.id, delegation_id=cast.delegations[0])
    for grant in _rows(client, RoleGrant, RoleGrant.acting_for.is_not(None)):
        assert client.post(f"{path}/{grant.id}/end").status_code == 303
    client.cookies.set("bridge", acting)
    assert client.get(f"/e/{cast.event.slug}/my").status_code in {303, 403}


def test_a_right_ends_with_its_last_day(client: Any, sign_in: Any, cast: Any, path: str, now: Any, clock: Any) -> None:
    sign_in("focal_point", event_id=cast.event.id, delegation_id=cast.delegations[0])
    last = (now + timedelta(days=2)).date()
    assert _give(client, path, cast, until_on=last.isoformat()).status_code == 303
    [grant] = _rows(client, RoleGrant, RoleGrant.acting_for.is_not(None))
    assert grant.until is not None
    assert grant.until.date() in {last, last + timedelta(days=1)}
    assert "Nobody acts" not in client.get(path).text
    clock.set(grant.until + timedelta(seconds=1))
    sign_in("focal_point", event_id=cast.event.id, delegation_id=cast.delegations[0])
    assert "Nobody acts" in client.get(path).text


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        ({"assistant_id": "999999"}, "assistant_id"),
        ({"assistant_id": "SAME"}, "assistant_id"),
        ({"member_id": "FOREIGN"}, "member_id"),
        ({"until_on": "2001-01-01"}, "until_on"),
        ({"until_on": "soon"}, "until_on"),
    ],
)
def test_what_cannot_be_comes_back_with_its_field(
    client: Any, sign_in: Any, cast: Any, path: str, fault: dict[str, str], field: str
) -> None:
    sign_in("focal_point", event_id=cast.event.id, delegation_id=cast.delegations[0])
    words = {"SAME": str(cast.heads[0]), "FOREIGN": str(cast.heads[1])}
    answer = _give(client, path, cast, **{name: words.get(text, text) for name, text in fault.items()})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert not _rows(client, RoleGrant, RoleGrant.acting_for.is_not(None))


def test_only_head_focal_point_and_office_give_it(client: Any, sign_in: Any, cast: Any, path: str) -> None:
    own = {"event_id": cast.event.id, "delegation_id": cast.delegations[0]}
    for role, more, expected in (
        ("delegate", {**own, "delegate_id": cast.staff[0]}, 403),
        ("delegate", {**own, "delegate_id": cast.heads[0], "acting_for": "The mayor"}, 403),
        ("delegate", {**own, "delegate_id": cast.heads[0]}, 200),
        ("focal_point", {"event_id": cast.event.id, "delegation_id": cast.delegations[1]}, 404),
        ("desk", {"event_id": cast.event.id}, 403),
        ("organiser", {"event_id": cast.event.id}, 200),
    ):
        client.cookies.clear()
        sign_in(role, **more)
        assert client.get(path).status_code == expected, (role, more)


def test_a_right_of_another_delegation_is_not_found(client: Any, sign_in: Any, cast: Any, given: RoleGrant) -> None:
    client.cookies.clear()
    sign_in("focal_point", event_id=cast.event.id, delegation_id=cast.delegations[1])
    other = f"/e/{cast.event.slug}/delegations/{cast.delegations[1]}/acting/{given.id}/end"
    assert client.post(other).status_code == 404
    assert _rows(client, RoleGrant, RoleGrant.id == given.id)[0].until is None
