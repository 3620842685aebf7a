"""REG-06: a list of cities with challenges, weights and offers."""

from typing import Any

import pytest
from sqlalchemy import select

from app.delegations.models import City
from app.delegations.queries import cities_of
from app.events.models import Challenge
from app.platform.database.engine import Database
from tests.app.registration.importing.conftest import Desk, workbook

HEADERS = ("City", "Country", "Region", "Population", "Income group", "Languages", "Seeks", "Offers")


@pytest.fixture(autouse=True)
def challenges(database: Database, event: Any) -> None:
    with database.writing() as session:
        session.add_all(
            Challenge(event_id=event.id, code=code, names=names)
            for code, names in (("waste", {"en": "Waste management"}), ("water", {"en": "Water", "fr": "Eau"}))
        )


def test_reg_06_178_cities_in_four_clicks_and_the_second_time_none(desk: Desk, database: Database) -> None:
    """Import, choose the file, read it, import: nothing else is asked."""
    rows = [
        (f"City {number}", "Kenya" if number % 2 else "Germany", "A region", 10_000 * number, "lower middle", "en",
         "Waste management 5; Eau: 2", "waste")
        for number in range(1, 179)
    ]  # fmt: skip
    content = workbook([HEADERS, *rows])
    assert "Done: 178 new, 0 changed." in desk.bring_in(content, kind="cities")
    with database.reading() as session:
        cities = session.scalars(select(City)).all()
        assert len(cities) == 178
        one = next(city for city in cities_of(session, cities[0].event_id) if city.name == "City 178")
        assert (one.country, one.population, one.income_group, one.languages) == (
            "DE",
            1_780_000,
            "lower_middle",
            ["en"],
        )
        assert {need.challenge.code: need.intensity for need in one.needs} == {"waste": 5, "water": 2}
        assert {offer.challenge.code: offer.intensity for offer in one.offers} == {"waste": 3}
    assert "Nothing new. 178 rows are here already." in desk.look(desk.send(content, kind="cities"))


def test_weights_that_change_are_shown_and_the_rest_stays(desk: Desk, database: Database, event: Any) -> None:
    first = [HEADERS, ("Nairobi", "KE", "", 4_400_000, "", "", "waste 5; water 2", "")]
    desk.bring_in(workbook(first), kind="cities")
    address = desk.send(workbook([HEADERS, ("NAIROBI", "", "East", "", "", "", "water 4", "waste 1")]), kind="cities")
    page = desk.look(address)
    assert "<strong>Seeks:</strong> <bdi>waste 5; water 2</bdi> → <bdi>water 4</bdi>" in page
    assert desk.agree(address).status_code == 303
    with database.reading() as session:
        (city,) = cities_of(session, event.id)
        assert {need.challenge.code: need.intensity for need in city.needs} == {"water": 4}
        assert {offer.challenge.code: offer.intensity for offer in city.offers} == {"waste": 1}
        assert (city.region, city.population) == ("East", 4_400_000)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("Nairobi", "KE", "", "many", "", "", "", ""), "Population:</strong> A whole number is wanted."),
        (("Nairobi", "KE", "", "", "rich", "", "", ""), "Income group:</strong> &#39;rich&#39; is not one of"),
        (("Nairobi", "KE", "", "", "", "", "love 3", ""), "Seeks:</strong> The event has no challenge &#39;love&#39;."),
        (("Nairobi", "KE", "", "", "", "", "waste 9", ""), "The weight of &#39;waste&#39; must be from 1 to 5."),
        (("Nairobi", "KE", "", "", "", "", "waste 2; Waste management 3", ""), "stands here twice"),
        (("Nairobi", "", "", "", "", "", "", ""), "Country:</strong> Nairobi is not here yet. Give the country."),
    ],
)
def test_reg_06_each_cell_says_what_to_mend(desk: Desk, row: Any, said: str) -> None:
    page = desk.look(desk.send(workbook([HEADERS, row]), kind="cities"))
    assert desk.counts(page) == {"new": 0, "changed": 0, "the same": 0, "refused": 1}
    assert said in page


def test_two_cities_of_one_name_are_told_apart_by_country(desk: Desk, database: Database) -> None:
    desk.bring_in(workbook([HEADERS[:2], ("Vienna", "Austria"), ("Vienna", "United States")]), kind="cities")
    page = desk.look(desk.send(workbook([HEADERS[:3], ("Vienna", "", "East")]), kind="cities"))
    assert "There are two named Vienna. Give the country." in page
    page = desk.look(desk.send(workbook([HEADERS[:3], ("Vienna", "US", "Virginia")]), kind="cities"))
    assert desk.counts(page)["changed"] == 1
