"""REG-01, PAIR-01: a city's profile as its focal point edits it: every field comes back, faults name their field."""

from typing import Any

import pytest
from sqlalchemy import select

from app.delegations.models import City, Tie
from app.events.models import Challenge
from app.platform.audit import AuditEntry

FORM = {
    "native_name": "ភ្នំពេញ", "country": "KH", "region": "asia_pacific", "population": "1573544",
    "income_group": "lower_middle", "languages": ["km", "en"], "partnership_aim": "Less waste.", "component": "plan",
}  # fmt: skip


@pytest.fixture
def codes(client: Any, cast: Any) -> list[str]:
    with client.app.state.database.writing() as session:
        session.add_all(
            Challenge(event_id=cast.event.id, code=code, names={"en": code.title()}) for code in ("waste", "water")
        )
    return ["waste", "water"]


@pytest.fixture
def path(cast: Any) -> str:
    return f"/e/{cast.event.slug}/cities/{cast.parties[0]}/edit"


def _version(client: Any, cast: Any) -> str:
    with client.app.state.database.reading() as session:
        return str(session.get_one(City, cast.parties[0]).version)


def _form(client: Any, cast: Any, codes: list[str], **more: Any) -> dict[str, Any]:
    region = more.pop("region", None)
    return {
        **FORM, "region": region or "asia", "version": _version(client, cast), f"need-{codes[0]}": "5",
        f"offer-{codes[1]}": "3", **more,
    }  # fmt: skip


@pytest.fixture
def form(client: Any, cast: Any, codes: list[str]) -> Any:
    from app.registration.enums import WorldRegion

    region = next(iter(WorldRegion)).value
    return lambda **more: _form(client, cast, codes, **{"region": region, **more})


@pytest.fixture
def focal_point(sign_in: Any, cast: Any) -> None:
    sign_in("focal_point", event_id=cast.event.id, delegation_id=cast.delegations[0])


def test_reg_01_all_fields_are_kept_and_shown_again(
    client: Any, focal_point: None, cast: Any, path: str, form: Any, codes: list[str]
) -> None:
    with client.app.state.database.reading() as session:
        other = session.get_one(City, cast.parties[1])
    answer = client.post(path, data=form(**{
        "partner-0-name": other.name, "partner-0-country": other.country, "partner-0-state": "dormant",
        "partner-1-name": "Elsewhere", "partner-1-country": "AT", "partner-1-state": "active",
    }))  # fmt: skip
    assert answer.status_code == 303, answer.text
    page = client.get(path).text
    for text in ("ភ្នំពេញ", "1573544", "Less waste."):
        assert text in page
    with client.app.state.database.reading() as session:
        city = session.get_one(City, cast.parties[0])
        assert (city.country, city.population, city.languages) == ("KH", 1573544, ["km", "en"])
        assert city.component is not None
        tie = session.scalars(select(Tie)).one()
        assert (tie.state.value, {tie.city_id, tie.other_city_id}) == ("dormant", set(cast.parties[:2]))
        assert [one["name"] for one in city.other_partners] == ["Elsewhere"]
        assert len(session.scalars(select(AuditEntry).where(AuditEntry.action == "city.profile")).all()) == 1
    assert client.post(path, data=form(**{f"tie-{tie.id}": "active"})).status_code == 303
    assert client.post(path, data=form(**{f"tie-{tie.id}": "active"})).status_code == 303
    with client.app.state.database.reading() as session:
        assert session.scalars(select(Tie)).one().state.value == "active"
        assert len(session.scalars(select(AuditEntry).where(AuditEntry.action == "city.profile")).all()) == 2
    assert client.post(path, data=form(**{f"tie-{tie.id}": "ended"})).status_code == 303
    with client.app.state.database.reading() as session:
        assert session.scalar(select(Tie.id)) is None


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        ({"country": ""}, "country"),
        ({"population": "many"}, "population"),
        ({"languages": []}, "languages"),
        ({"region": "moon"}, "region"),
    ],
)
def test_reg_01_what_is_missing_is_named(
    client: Any, focal_point: None, path: str, form: Any, fault: dict[str, Any], field: str
) -> None:
    answer = client.post(path, data=form(**fault))
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert "Less waste." in answer.text


def test_a_city_seeks_one_to_five_things(
    client: Any, focal_point: None, cast: Any, path: str, form: Any, codes: list[str]
) -> None:
    nothing = form()
    del nothing[f"need-{codes[0]}"]
    assert client.post(path, data=nothing).status_code == 422
    assert client.post(path, data=form(**{"need-nothing-like-it": "3"})).status_code == 422


def test_the_second_of_two_who_edit_sees_both_versions(
    client: Any, focal_point: None, cast: Any, path: str, form: Any
) -> None:
    old = form(population="222")
    assert client.post(path, data=form(population="111")).status_code == 303
    answer = client.post(path, data=old)
    assert answer.status_code == 409
    rows = answer.text.split('class="versions"')[1].split("</section>")[0]
    assert "111" in rows and "222" in rows, "both stand side by side"
    assert 'value="222"' in answer.text, "what was typed is kept"
    with client.app.state.database.reading() as session:
        assert session.get_one(City, cast.parties[0]).population == 111


def test_only_its_focal_point_and_the_office_edit_a_city(
    client: Any, sign_in: Any, cast: Any, path: str, form: Any
) -> None:
    for role, scope, expected in (
        ("focal_point", {"delegation_id": cast.delegations[1]}, 404),
        ("delegate", {"delegation_id": cast.delegations[0], "delegate_id": cast.heads[0]}, 403),
        ("desk", {}, 403),
        ("organiser", {}, 200),
    ):
        client.cookies.clear()
        sign_in(role, event_id=cast.event.id, **scope)
        assert client.get(path).status_code == expected, role


def test_pair_01_the_page_counts_the_cities_that_would_fit(
    client: Any, sign_in: Any, cast: Any, path: str, form: Any, codes: list[str]
) -> None:
    sign_in("organiser", event_id=cast.event.id)
    assert "suggested to 0 cities" in client.get(path).text
    assert client.post(path, data=form()).status_code == 303
    other = f"/e/{cast.event.slug}/cities/{cast.parties[1]}/edit"
    with client.app.state.database.reading() as session:
        version = session.get_one(City, cast.parties[1]).version
    said = {**form(), "version": str(version), f"offer-{codes[0]}": "4"}
    assert client.post(other, data=said).status_code == 303
    assert "suggested to 1 city" in client.get(path).text
