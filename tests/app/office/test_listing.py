"""ADM-04: people are listed only with their consent, field by field, and no longer from the moment they take it back."""

from typing import Any

import pytest
from sqlalchemy import select

from app.agenda.service import release
from app.delegations.consents import CONSENTS, agreed_of
from app.delegations.models import Delegate
from app.events.models import Event
from app.platform.audit import AuditEntry

FIELDS = (
    "family_name",
    "given_name",
    "native_name",
    "badge_name",
    "function",
    "email",
    "phone",
    "diet",
    "access_needs",
)


def _word(person: int, field: str) -> str:
    return f"canary{person}{field.replace('_', '')}x"


@pytest.fixture
def people(client: Any, cast: Any, now: Any, placed: Any, actor: Any) -> dict[str, int]:
    """Five people with a word of their own in each field: what they agreed to is in the key."""
    agreed = {
        "nothing": {},
        "all": dict.fromkeys(CONSENTS, True),
        "name": {"list_name": True},
        "function without name": {"list_function": True, "list_city": True},
        "protected": dict.fromkeys(CONSENTS, True),
    }
    ids = dict(zip(agreed, (*cast.heads, cast.staff[0]), strict=True))
    with client.app.state.database.writing() as session:
        for key, person_id in ids.items():
            person = session.get_one(Delegate, person_id)
            for field in FIELDS:
                setattr(person, field, _word(person_id, field) + ("@x.example" if field == "email" else ""))
            person.consents, person.approved_at = agreed[key], now
            person.is_protected = key == "protected"
        placed(session, "Opening", tuple(ids.values()), 0)
        release(
            session, event=session.get_one(Event, cast.event.id), name="One", note=None, actor=actor, now=now
        )  # fmt: skip
    return ids


def _seen(text: str, person: int) -> set[str]:
    return {field for field in FIELDS if _word(person, field) in text}


def test_adm_04_each_is_shown_what_they_agreed_to_and_no_more(
    client: Any, sign_in: Any, cast: Any, people: dict[str, int]
) -> None:
    sign_in("delegate", event_id=cast.event.id, delegation_id=cast.delegations[1], delegate_id=cast.staff[1])
    text = client.get(f"/e/{cast.event.slug}/people").text
    assert _seen(text, people["all"]) == {"badge_name", "native_name", "function"}
    assert _seen(text, people["name"]) == {"badge_name", "native_name"}
    for key in ("nothing", "function without name", "protected"):
        assert not _seen(text, people[key]), key
    assert "2 people agreed to be listed" in text


def test_adm_04_visitors_see_names_only_where_the_edition_says_so(
    client: Any, sign_in: Any, cast: Any, people: dict[str, int]
) -> None:
    path = f"/e/{cast.event.slug}/people"
    text = client.get(path).text
    assert "2 people" in text
    assert not any(_seen(text, person) for person in people.values())
    sign_in("organiser", event_id=cast.event.id)
    assert client.post(f"{path}/shown", data={"shows_people": "1"}).status_code == 303
    client.cookies.clear()
    assert _seen(client.get(path).text, people["all"]) == {"badge_name", "native_name", "function"}
    sign_in("delegate", event_id=cast.event.id, delegation_id=cast.delegations[1], delegate_id=cast.staff[1])
    assert client.post(f"{path}/shown", data={"shows_people": ""}).status_code == 403


def test_adm_04_a_consent_that_is_taken_back_works_at_once_also_on_the_released_agenda(
    client: Any, sign_in: Any, cast: Any, people: dict[str, int]
) -> None:
    person = people["all"]
    session_page = client.get(f"/e/{cast.event.slug}/agenda").text.split(f'href="/e/{cast.event.slug}/agenda/')[-1]
    address = f"/e/{cast.event.slug}/agenda/{session_page.split(chr(34))[0]}"
    assert "badge_name" in _seen(client.get(address).text, person)
    sign_in("delegate", event_id=cast.event.id, delegation_id=cast.delegations[1], delegate_id=person)
    with client.app.state.database.reading() as session:
        version = session.get_one(Delegate, person).version
    done = client.post(f"/e/{cast.event.slug}/my/consents", data={"version": version, "list_function": "1"})
    assert done.status_code == 303
    stale = client.post(f"/e/{cast.event.slug}/my/consents", data={"version": version, "list_name": "1"})
    assert stale.status_code == 409
    assert not _seen(client.get(f"/e/{cast.event.slug}/people").text, person)
    client.cookies.clear()
    assert "badge_name" not in _seen(client.get(address).text, person)
    with client.app.state.database.reading() as session:
        assert session.get_one(Delegate, person).consents == dict.fromkeys(CONSENTS, False)
        assert session.scalar(select(AuditEntry.id).where(AuditEntry.action == "delegate.changed")) is not None


def test_adm_04_canaries_are_seen_nowhere_by_those_who_may_not(
    client: Any, sign_in: Any, cast: Any, people: dict[str, int]
) -> None:
    """Each field in which nobody consented to be read, for a visitor, a delegate and a focal point of others."""
    event = f"/e/{cast.event.slug}"
    pages = ["", "/agenda", "/cities", "/people", "/people?q=canary", "/register", "/my", "/my/meetings", "/my/people"]
    with client.app.state.database.reading() as session:
        own = session.get_one(Delegate, people["nothing"]).delegation_id
    other = next(one for one in cast.delegations if one != own)
    for role, scope in (
        ("public", {}),
        ("delegate", {"delegation_id": other, "delegate_id": cast.staff[cast.delegations.index(other)]}),
        ("focal_point", {"delegation_id": other}),
    ):
        client.cookies.clear()
        if role != "public":
            sign_in(role, event_id=cast.event.id, **scope)
        for page in pages:
            text = client.get(f"{event}{page}").text
            for key, person in people.items():
                secret = {"email", "phone", "diet", "access_needs"}
                if role == "public" and key in {"nothing", "protected", "function without name"}:
                    secret |= {"family_name", "given_name", "native_name", "badge_name"}
                assert not _seen(text, person) & secret, (role, page, key)


def test_a_search_finds_in_what_is_shown_alone(client: Any, sign_in: Any, cast: Any, people: dict[str, int]) -> None:
    sign_in("organiser", event_id=cast.event.id)
    path = f"/e/{cast.event.slug}/people"
    assert "1 person" in client.get(path, params={"q": _word(people["all"], "function")}).text
    assert "0 people" in client.get(path, params={"q": _word(people["name"], "function")}).text
    assert "0 people" in client.get(path, params={"q": _word(people["all"], "email")}).text


@pytest.mark.parametrize(
    ("said", "agreed"),
    [
        ({}, (False, False, False)),
        ({"list_name": True}, (True, False, False)),
        ({"list_function": True, "list_city": True}, (False, False, False)),
        ({"list_name": True, "list_city": True, "other": True}, (True, False, True)),
    ],
)
def test_without_the_name_nothing_is_agreed_to(said: dict[str, bool], agreed: tuple[bool, ...]) -> None:
    assert tuple(agreed_of(said).values()) == agreed
