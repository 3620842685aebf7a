"""PAIR-06 and the pictures: how the points lie, what a weight does, who would rather have another, and a chosen city."""

import re
from collections import Counter
from statistics import median

from app.delegations.models import City
from app.events.models import Event
from app.pairing.planner import build_problem, read_facts
from app.pairing.workbench.comparing import plan_of_rows
from scheduler.pairing.stability import blocking_pairs
from tests.app.pairing.workbench.conftest import Bench, told

PLACES = {
    "Phnom Penh": (11.6, 104.9),
    "Shenzhen": (22.5, 114.1),
    "Essen": (51.5, 7.0),
    "Gothenburg": (57.7, 12.0),
    "Dakar": (14.7, -17.5),
    "Manizales": (5.1, -75.5),
}


def _values(bench: Bench) -> list[int]:
    worth: Counter[str] = Counter()
    for one in bench.rows():
        for member in one.members:
            if member.group != "organisation":
                worth[member.party.name] += one.value
    return sorted(worth.values())


def test_pair_06_everybody_is_paired_and_the_report_shows_lowest_median_and_spread(paired: Bench) -> None:
    values = _values(paired)
    assert len(values) == 6
    words = told(paired.get("/report"))
    assert "6 of 6 case cities have a partner." in words
    middle = median(values)
    assert f"Lowest {values[0]} Median {middle:g}" in words.replace(f"{float(middle)}", f"{middle:g}")
    assert f"Spread {values[-1] - values[0]}" in words
    assert f"Lowest value of a city {values[0]}" in told(paired.get(""))


def test_pair_06_a_weight_says_what_it_gives_the_plan_and_a_slider_leads_to_a_what_if(paired: Bench) -> None:
    page = paired.get("/report")
    total = sum(one.value for one in paired.rows())
    assert sum(int(one) for one in re.findall(r"together (\d+) points", told(page))) == total
    weights = dict.fromkeys(("need_met", "need_shared", "reciprocity", "replan", "wish", "facilitation"), "2")
    _address, answer = paired.ask(add="weights", language="9", **{**weights, "replan": "4", "wish": "3"})
    assert "A common language: 9 points, was 2." in told(answer)
    assert "would change" in told(answer)


def test_pair_06_who_would_rather_have_each_other_is_counted_and_named(paired: Bench) -> None:
    pins = ("essen~manizales", "gothenburg~phnom-penh")
    _address, page = paired.ask(*(("pin", pin) for pin in pins))
    assert paired.apply(page).status_code == 303
    run = re.search(r'name="run" value="(\d+)"', page)
    assert run
    # The same plan without its pins, which nobody may leave: now some would.
    page = paired.get(f"/what-if?run={run[1]}&" + "&".join(f"unpin={pin}" for pin in pins))
    assert "No partnership would change" in told(page)
    assert paired.apply(page).status_code == 303
    with paired.client.app.state.database.reading() as session:
        facts = read_facts(session, session.get_one(Event, paired.event.id))
        problem = build_problem(session, facts)
        expected = blocking_pairs(problem, plan_of_rows(facts, problem))
        names = {slug: party.name for slug, party in facts.parties.items()}
    page = paired.get("/report")
    words = told(page)
    assert expected, "a poor plan leaves somebody who would rather have another"
    assert f"{len(expected)} pair" in words
    for pair in expected:
        assert f"{names[pair.sides[0].id]} · {names[pair.sides[1].id]}" in words


def test_a_chosen_city_is_marked_on_the_map_with_its_partnerships_and_in_the_table(paired: Bench) -> None:
    def place(session: object) -> None:
        for name, (latitude, longitude) in PLACES.items():
            city = session.get_one(City, paired.cities[name])  # type: ignore[attr-defined]
            city.latitude, city.longitude = latitude, longitude

    paired.write(place)
    plain = paired.get("")
    assert "asked-for" not in plain
    assert "The same in words" in plain
    assert "legend-list" in plain
    dakar = paired.cities["Dakar"]
    for view in ("map", "network"):
        page = paired.get(f"?city={dakar}&view={view}")
        assert page.count("asked-for") == 1
        assert '<g class="chosen">' in page
    table = paired.get(f"?city={dakar}&view=table")
    marked = re.findall(r'<tr class="changed"><th scope="row">([^<]+)', table)
    assert len(marked) == sum("Dakar" in one for one in paired.plan())
    assert all("Dakar" in one for one in marked)
    assert "Who else could work with Dakar" in table
    # Whoever is not there changes nothing.
    assert "asked-for" not in paired.get("?city=99999")


def test_a_profile_that_changed_since_the_plan_is_named(paired: Bench) -> None:
    assert 'id="changed"' not in paired.get("")

    def learn(session: object) -> None:
        session.get_one(City, paired.cities["Dakar"]).languages = ["fr", "en"]  # type: ignore[attr-defined]

    paired.write(learn)
    assert "1 profile changed since this plan was computed: Dakar." in told(paired.get(""))
    _address, page = paired.ask()
    assert paired.apply(page).status_code == 303
    assert 'id="changed"' not in paired.get("")
