"""ADM-04: the day of each field, own data as a file for its owner alone, and the page that erases."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from app.delegations.models import Delegate, PassportDetail
from app.registration.models import Registration


def test_adm_04_the_administrator_sees_what_goes_when(client: Any, sign_in: Any, event: Any) -> None:
    sign_in("administrator", event_id=None)
    page = client.get("/admin/privacy").text
    assert "Passport" in page
    assert "2019-09-11" in page
    assert "2019-10-04" in page
    sign_in("organiser", event_id=event.id)
    assert client.get("/admin/privacy").status_code == 403


def test_adm_04_own_data_as_json(client: Any, sign_in: Any, cast: Any) -> None:
    """T57."""
    with client.app.state.database.writing() as session:
        session.add(PassportDetail(delegate_id=cast.heads[0], number="P0OWN", nationality="KH"))
        session.get_one(Delegate, cast.heads[0]).diet = "no nuts"
    own = {"event_id": cast.event.id, "delegation_id": cast.delegations[0], "delegate_id": cast.heads[0]}
    sign_in("delegate", **own)
    answer = client.get(f"/e/{cast.event.slug}/my/data.json")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "no-store" in answer.headers["cache-control"]
    said = json.loads(answer.text)
    assert said["format"] == "bridge-own-data/1"
    assert said["person"]["diet"] == "no nuts"
    assert said["passport"] == {"number": "P0OWN", "nationality": "KH"}
    client.cookies.clear()
    sign_in("delegate", **own, acting_for="The mayor")
    assert "P0OWN" not in client.get(f"/e/{cast.event.slug}/my/data.json").text


@pytest.mark.parametrize("is_own", [True, False])
def test_adm_04_by_the_link_of_a_form_the_owner_gets_all_and_a_focal_point_what_they_sent(
    client: Any, cast: Any, now: Any, is_own: bool
) -> None:
    from app.platform.tokens import digest

    with client.app.state.database.writing() as session:
        person = session.get_one(Delegate, cast.heads[0])
        person.diet = "no nuts"
        session.add(
            Registration(
                event_id=cast.event.id,
                state="approved",
                party_name="A city",
                contact_name="Focal point",
                contact_email="focal@city.example",
                token_digest=digest("a-token-of-a-form"),
                started_at=now,
                answers={"members": [{"family_name": "Mayor", "email": person.email}]},
                delegation_id=cast.delegations[0],
                delegate_id=cast.heads[0] if is_own else None,
            )
        )
    answer = client.get(f"/r/a-token-of-a-form/people/{cast.heads[0]}/data.json")
    assert answer.status_code == 200
    assert ("no nuts" in answer.text) == is_own
    assert client.get(f"/r/a-token-of-a-form/people/{cast.heads[1]}/data.json").status_code == 404


def test_adm_04_erasing_asks_for_the_number_and_shows_the_proof(client: Any, sign_in: Any, cast: Any) -> None:
    path = f"/e/{cast.event.slug}/manage/people/{cast.heads[0]}/erase"
    sign_in("organiser", event_id=cast.event.id)
    assert client.get(path).status_code == 403
    assert client.post(path, data={"number": str(cast.heads[0])}).status_code == 403
    client.cookies.clear()
    sign_in("administrator", event_id=None)
    name = client.app.state.database
    with name.reading() as session:
        badge = session.get_one(Delegate, cast.heads[0]).badge_name
    assert badge in client.get(path).text
    refused = client.post(path, data={"number": "7777"})
    assert refused.status_code == 422
    assert 'href="#number"' in refused.text
    done = client.post(path, data={"number": str(cast.heads[0])})
    assert done.status_code == 200
    assert "Nothing of this person is found any more" in done.text
    assert badge not in done.text
    with name.reading() as session:
        assert session.scalars(select(Delegate.badge_name).where(Delegate.id == cast.heads[0])).one() == "erased"
