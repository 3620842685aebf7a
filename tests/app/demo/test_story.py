"""What the data files say, and how sure they are."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from app.agenda.enums import SessionKind
from app.demo.story import Fact, SessionFact, read_story
from app.meetings.enums import Answer
from app.pairing.enums import WishLevel
from app.platform.database.base import Attestation

STORY = read_story()
SURE = {Attestation.ATTESTED, Attestation.INFERRED}
ATTESTED_CITIES = {"phnom-penh", "shenzhen", "chengdu", "trieste", "tehran", "vienna"}


def facts(value: Any) -> Iterator[Fact]:
    """Every row of the story, however deep it lies."""
    if isinstance(value, Fact):
        yield value
    if hasattr(value, "model_fields_set"):
        for name in type(value).model_fields:
            yield from facts(getattr(value, name))
    elif isinstance(value, tuple):
        for one in value:
            yield from facts(one)


def test_each_source_key_is_explained() -> None:
    used = {key for fact in facts(STORY) for key in fact.source}
    assert used - set(STORY.sources) == set()
    assert set(STORY.sources) - used == set()


def test_each_row_says_how_sure_it_is_and_sure_rows_name_a_source() -> None:
    rows = list(facts(STORY))
    assert len(rows) > 300
    for row in rows:
        assert "attestation" in row.model_fields_set
        if row.attestation in SURE:
            assert row.source
            assert STORY.provenance(row)["source"].startswith(STORY.sources[row.source[0]])


def test_an_attested_row_without_source_is_refused() -> None:
    with pytest.raises(ValidationError, match="names no source"):
        Fact(attestation=Attestation.ATTESTED)


def test_what_is_made_up_of_a_sure_row_is_said_with_it() -> None:
    opening = next(one for one in STORY.sessions if one.slug == "opening")
    assert "Made up here: time, length" in STORY.provenance(opening)["source"]


@pytest.mark.parametrize("session", STORY.sessions, ids=lambda one: one.slug)
def test_no_session_has_an_attested_time(session: SessionFact) -> None:
    if session.attestation in SURE:
        assert {"time", "length"} <= set(session.completed)


def test_no_pin_has_an_attested_hour() -> None:
    assert all("hour" in pin.completed for pin in STORY.pinned)


def test_all_attested_sessions_are_there() -> None:
    sure = {one.title: one for one in STORY.sessions if one.attestation in SURE}
    assert {
        "Opening ceremony",
        "Exhibition of cities",
        "Re-thinking Urban Innovation",
        "Cities in Circular Economy",
        "Smart Mobility for smart cities",
        "Mayors' Roundtable",
        "Business roundtable",
        "Phnom Penh with Shenzhen",
        "Cultural performances",
    } <= set(sure)
    for title in ("Re-thinking Urban Innovation", "Cities in Circular Economy", "Smart Mobility for smart cities"):
        assert {start.date() for start, _ in sure[title].windows} == {date(2019, 9, 3)}
    assert {one.kind for one in STORY.sessions} == set(SessionKind)


def test_only_cities_that_sources_name_for_2019_are_attested() -> None:
    cities = [party for party in STORY.parties if party.helix_role is None]
    assert len(cities) == 24
    assert {city.slug for city in cities if city.attestation is Attestation.ATTESTED} == ATTESTED_CITIES
    for city in cities:
        if city.slug not in ATTESTED_CITIES:
            assert "its part in 2019 is made up" in STORY.provenance(city)["source"]


def test_no_city_refuses_or_is_refused() -> None:
    cities = {party.slug for party in STORY.parties if party.helix_role is None}

    def party(key: str) -> str:
        return key.split("/")[0]

    for veto in STORY.vetoes:
        assert not {party(veto.from_), party(veto.to)} & cities
    for wish in STORY.by_hand:
        if wish.answer not in {Answer.ACCEPTED, Answer.PENDING}:
            assert not {party(wish.from_), party(wish.to)} & cities
    assert all(wish.level is not WishLevel.NO for wish in STORY.wishes_of_cities)


def test_vetoes_are_among_made_up_organisations() -> None:
    made_up = {party.slug for party in STORY.parties if party.attestation is Attestation.ILLUSTRATIVE}
    for veto in STORY.vetoes:
        assert {veto.from_.split("/")[0], veto.to.split("/")[0]} <= made_up


def test_addresses_end_in_example_and_telephones_are_out_of_use() -> None:
    folder = Path(__file__).parents[3] / "app" / "demo"
    addresses = []
    for path in folder.rglob("*"):
        if path.suffix not in {".yaml", ".py"}:
            continue
        text = path.read_text(encoding="utf-8")
        addresses += re.findall(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", text)
        assert all(number.startswith("+43 1 555 01") for number in re.findall(r"\+\d[\d ]+", text))
    assert addresses
    assert all(address.endswith(".example") for address in addresses)


def test_delegates_are_named_by_role() -> None:
    words = {"mayor", "of", "head", "deputy"}
    for party in STORY.parties:
        for member in party.delegation.members:
            name = (member.name or member.function).lower()
            role = set(re.findall(r"\w+", member.function.lower()))
            assert set(re.findall(r"\w+", name)) & (role | words), name


def test_the_stay_of_tehran_stands_as_in_the_sources() -> None:
    stay = [visit for visit in STORY.visits if visit.delegation == "tehran"]
    assert [visit.kind.value for visit in stay] == [
        "arrival",
        "bilateral",
        "signing",
        "meal",
        "site_visit",
        "departure",
    ]
    arrival, bilateral, signing, breakfast, site_visits, departure = stay
    assert all(visit.attestation is Attestation.ATTESTED for visit in stay)
    assert not any(visit.is_time_known for visit in stay)
    assert all("hour" in visit.completed for visit in stay)
    assert arrival.starts_at.date() == date(2019, 9, 2)
    assert arrival.starts_at.hour >= 22
    assert bilateral.starts_at.date() == signing.starts_at.date() == date(2019, 9, 3)
    assert bilateral.counterpart == "Secretary General of EUROCITIES"
    assert signing.counterpart == "Director General of UNIDO"
    assert breakfast.starts_at.date() == date(2019, 9, 5)
    assert breakfast.starts_at.hour < 12
    assert breakfast.site == "city-hall"
    assert "day" in site_visits.completed
    assert "Berlin" in departure.title
    tehran = next(party for party in STORY.parties if party.slug == "tehran")
    assert len(tehran.delegation.members) == 7
    assert all(member.attestation is Attestation.ATTESTED for member in tehran.delegation.members)
    assert tehran.delegation.invited_by == ("Director General of UNIDO", "Mayor of Vienna")


def test_facts_are_those_of_the_research() -> None:
    """What the research file attests stands here word for word. It lies beside the repository, so it may be absent."""
    research_path = Path(__file__).parents[4] / "shared" / "data" / "bridge_2019.yaml"
    if not research_path.exists():
        pytest.skip("the research file does not lie beside the repository")
    research = yaml.safe_load(research_path.read_text(encoding="utf-8"))
    places = {one["name"]: one for one in research["city_facts"]}
    for party in STORY.parties:
        if party.helix_role is None:
            fact = places.get(party.name) or places["Malacca"]
            assert (party.country, party.population) == (fact["iso2"], fact["population_geonames"])
            assert (party.latitude, party.longitude) == (fact["lat"], fact["lon"])
    assert {party.name for party in STORY.parties if party.slug in ATTESTED_CITIES} == set(
        research["cities_attested_2019"]
    )
    titles = {one["title"] for day in research["days"] for one in day["sessions"]}
    assert titles <= {one.title for one in STORY.sessions}
