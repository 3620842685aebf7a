"""Badges: one for a person, one page for each member of a delegation; colour and word say what they are."""

import io
from typing import Any

import pytest
from pypdf import PdfReader

from app.delegations.enums import DelegateKind, HelixRole
from app.delegations.models import Delegate, Organisation
from app.printing.badges import COLOURS, category_of


def _pages(content: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]


def test_a_person_has_a_badge_of_one_page(client: Any, sign_in: Any, cast: Any) -> None:
    sign_in("desk", event_id=cast.event.id)
    answer = client.get(f"/e/{cast.event.slug}/manage/people/{cast.heads[0]}/badge.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    (page,) = _pages(answer.content)
    for said in ("Mayor of Phnom Penh", "Mayor", "Phnom Penh", "Cambodia", "City", cast.event.name):
        assert said in page


def test_a_delegation_has_a_page_for_each_who_comes(client: Any, sign_in: Any, cast: Any, database: Any) -> None:
    sign_in("organiser", event_id=cast.event.id)
    address = f"/e/{cast.event.slug}/manage/delegations/{cast.delegations[1]}/badges.pdf"
    pages = _pages(client.get(address).content)
    assert [name for page in pages for name in ("Mayor of", "Planner of") if name in page] == ["Mayor of", "Planner of"]
    assert f'href="{address}"' in client.get(f"/e/{cast.event.slug}/delegations/{cast.delegations[1]}").text
    with database.writing() as session:
        for number in (cast.heads[1], cast.staff[1]):
            session.get_one(Delegate, number).is_active = False
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("role", ["delegate", "focal_point"])
def test_guests_print_no_badges(client: Any, sign_in: Any, cast: Any, role: str) -> None:
    scope = {"delegation_id": cast.delegations[0]} | ({"delegate_id": cast.heads[0]} if role == "delegate" else {})
    sign_in(role, event_id=cast.event.id, **scope)
    assert client.get(f"/e/{cast.event.slug}/manage/people/{cast.heads[0]}/badge.pdf").status_code == 403
    assert "badges.pdf" not in client.get(f"/e/{cast.event.slug}/delegations/{cast.delegations[0]}").text


@pytest.mark.parametrize("role", list(HelixRole))
def test_each_category_has_a_colour_of_its_own(role: HelixRole) -> None:
    party = Organisation(name="An organisation", helix_role=role)
    assert category_of(Delegate(kind=DelegateKind.DELEGATE), party) == role.value
    assert category_of(Delegate(kind=DelegateKind.ACCOMPANYING), party) == "accompanying"
    assert len(set(COLOURS.values())) == len(COLOURS) == len(HelixRole) + 1
