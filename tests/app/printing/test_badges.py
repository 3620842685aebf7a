"""PRT-06: badges of two sides, coloured by category, with a code that says nothing; new or changed ones alone."""

import io
from typing import Any

import pytest
from pypdf import PdfReader

from app.delegations.enums import DelegateKind, HelixRole
from app.delegations.models import Delegate, Organisation
from app.printing.badges import COLOURS, category_of


def _pages(content: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]


def test_prt_06_a_person_has_a_badge_of_two_sides(client: Any, sign_in: Any, cast: Any) -> None:
    sign_in("desk", event_id=cast.event.id)
    answer = client.get(f"/e/{cast.event.slug}/manage/people/{cast.heads[0]}/badge.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    page, back = _pages(answer.content)
    for said in ("Mayor of Phnom Penh", "Mayor", "Phnom Penh", "Cambodia", "City", cast.event.name):
        assert said in page
    assert "Mayor of Phnom Penh" in back
    assert "bring it to the registration desk" in back


def test_a_delegation_has_two_pages_for_each_who_comes(client: Any, sign_in: Any, cast: Any, database: Any) -> None:
    sign_in("organiser", event_id=cast.event.id)
    address = f"/e/{cast.event.slug}/manage/delegations/{cast.delegations[1]}/badges.pdf"
    pages = _pages(client.get(address).content)
    sides = [name for page in pages for name in ("Mayor of", "Planner of") if name in page]
    assert sides == ["Mayor of", "Mayor of", "Planner of", "Planner of"]
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
