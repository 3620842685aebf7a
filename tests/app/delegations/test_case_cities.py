"""ORG-6, PAIR-04: the way of a city to a session, profile completeness, and North or South with an override."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from app.delegations.enums import CaseCityStage
from app.delegations.models import City
from app.delegations.queries import case_cities_of
from app.delegations.service import move_stage, set_group
from app.events.enums import CountryGroup
from app.events.models import ClassifiedCountry, CountryClassification, Event
from app.pairing.planner import read_facts
from app.platform.audit import AuditEntry
from app.platform.errors import Conflict, Refused

STAGES = tuple(CaseCityStage)


@pytest.fixture
def url(cast: Any) -> str:
    return f"/e/{cast.event.slug}/manage/cities"


@pytest.fixture
def listed(client: Any, cast: Any) -> None:
    """Two dated lists: in the newer one China moved."""
    with client.app.state.database.writing() as session:
        for year, china in ((2018, CountryGroup.SOUTH), (2019, CountryGroup.NORTH)):
            book = CountryClassification(code=f"l{year}", name=f"List {year}", as_of=date(year, 1, 1), source="A table")
            session.add(book)
            session.flush()
            groups = {"KH": CountryGroup.SOUTH, "CN": china, "DE": CountryGroup.NORTH, "SE": CountryGroup.NORTH}
            session.add_all(
                ClassifiedCountry(classification_id=book.id, country=country, group=group)
                for country, group in groups.items()
            )
        session.get_one(Event, cast.event.id).classification_id = book.id


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("target", STAGES)
def test_a_city_goes_one_step_at_a_time(session: Any, cast: Any, actor: Any, now: Any, stage: Any, target: Any) -> None:
    city = session.get(City, cast.parties[0])
    city.stage = stage
    session.flush()
    given = {"city": city, "version": city.version, "stage": target, "actor": actor, "now": now}
    if abs(STAGES.index(stage) - STAGES.index(target)) == 1:
        move_stage(session, **given)
        assert city.stage is target
        assert session.scalars(select(AuditEntry.action)).all() == ["city.stage"]
    else:
        with pytest.raises(Refused):
            move_stage(session, **given)
        assert city.stage is stage


@pytest.mark.parametrize("stage", STAGES)
def test_only_selected_cities_and_those_behind_are_paired(
    client: Any, cast: Any, listed: None, stage: CaseCityStage
) -> None:
    with client.app.state.database.writing() as session:
        session.get_one(City, cast.parties[0]).stage = stage
    is_paired = STAGES.index(stage) >= STAGES.index(CaseCityStage.SELECTED)
    with client.app.state.database.reading() as session:
        event = session.get_one(Event, cast.event.id)
        assert (cast.parties[0] in {city.id for city in case_cities_of(session, event.id)}) is is_paired
        # The planner asks the same question: nobody else reaches the problem.
        assert (cast.parties[0] in {city.id for city in read_facts(session, event).cities}) is is_paired


def test_a_group_by_hand_needs_a_note_and_is_taken_back(session: Any, cast: Any, actor: Any, now: Any) -> None:
    city = session.get(City, cast.parties[1])
    given = {"city": city, "actor": actor, "now": now}
    with pytest.raises(Refused):
        set_group(session, **given, version=city.version, group=CountryGroup.SOUTH, note=" ")
    set_group(session, **given, version=city.version, group=CountryGroup.SOUTH, note="The city asked, letter of May.")
    assert (city.group_override, city.group_override_at) == (CountryGroup.SOUTH, now)
    with pytest.raises(Conflict):
        set_group(session, **given, version=city.version - 1, group=None, note="")
    set_group(session, **given, version=city.version, group=None, note="")
    assert (city.group_override, city.group_override_note, city.group_override_at) == (None, None, None)


def test_the_pages_show_way_profile_and_contested_groups(
    client: Any, cast: Any, url: str, listed: None, sign_in: Any
) -> None:
    sign_in("organiser", event_id=cast.event.id)
    page = client.get(url).text
    assert page.count("contested</span>") == 1  # Shenzhen: the lists of two dates differ
    assert "what it seeks" in page
    phnom_penh, shenzhen = cast.parties[:2]
    assert client.get(f"{url}?group=contested").text.count('<tr id="city-') == 1
    assert client.get(f"{url}?stage=paper").text.count('<tr id="city-') == 0
    assert "at any stage</a> (4)" in client.get(f"{url}?stage=paper").text
    moved = client.post(
        f"{url}/{shenzhen}/stage", data={"stage": "expert_meeting", "version": 1, "query": "group=north&page=1"}
    )
    assert moved.headers["location"] == f"{url}?group=north&page=1#city-{shenzhen}"
    assert client.post(f"{url}/{shenzhen}/stage", data={"stage": "paper", "version": 1}).status_code == 409
    assert client.post(f"{url}/{shenzhen}/stage", data={"stage": "none", "version": 2}).status_code == 422
    refused = client.post(f"{url}/{phnom_penh}/group", data={"group": "north", "version": 1, "note": ""})
    assert refused.status_code == 422 and "Say why" in refused.text
    assert "it is printed on the dossier" in refused.text.partition('id="note-hint"')[2].partition("</p>")[0]
    note = {"group": "north", "version": 1, "note": "Asked by the city."}
    assert client.post(f"{url}/{phnom_penh}/group", data=note).status_code == 303
    page = client.get(f"{url}/{phnom_penh}").text
    for words in ("Asked by the city.", "List 2019, 2019-01-01", "A table", "contested"):
        assert words in page
    sign_in("protocol", event_id=cast.event.id)
    assert client.post(f"{url}/{phnom_penh}/group", data=note).status_code == 403
