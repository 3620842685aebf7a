"""What a pairing file may hold, what is refused with path and id, and what its defaults are."""

import json
from decimal import Decimal
from typing import Any

import pytest

from scheduler.core.refusal import Refused
from scheduler.pairing.problem import PairingProblem, ShareLimits, read_problem

CITIES = [
    {"id": "ava", "country": "AA", "group": "south"},
    {"id": "bo", "country": "BB", "group": "south"},
    {"id": "cal", "country": "CC", "group": "north"},
]


def refused(**document: Any) -> list[str]:
    text = json.dumps({"format": "bridge-pairing/1", "cities": CITIES, "facilitators": [{"id": "unit"}], **document})
    with pytest.raises(Refused) as caught:
        read_problem(text)
    return [str(complaint) for complaint in caught.value.complaints]


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"cities": [*CITIES, CITIES[0]]}, "cities[3]: city 'ava' is there twice"),
        ({"facilitators": [{"id": "u"}, {"id": "u"}]}, "facilitators[1]: facilitator 'u' is there twice"),
        ({"facilitators": [{"id": "bo"}]}, "facilitators[0].id: 'bo' is the id of a city too"),
        ({"ties": [{"cities": ["ava", "x"], "state": "dormant"}]}, "ties[0].cities[1]: no city 'x'"),
        ({"ties": [{"cities": ["ava", "unit"], "state": "dormant"}]}, "ties[0].cities[1]: no city 'unit'"),
        ({"ties": [{"cities": ["ava", "ava"], "state": "active"}]}, "ties[0].cities[1]: city 'ava' is there twice"),
        (
            {"ties": [{"cities": ["ava", "bo"], "state": "active"}, {"cities": ["bo", "ava"], "state": "dormant"}]},
            "ties[1]: the tie of 'bo', 'ava' is there twice",
        ),
        ({"wishes": [{"from": "x", "to": "bo", "level": "no"}]}, "wishes[0].from: no city 'x'"),
        ({"wishes": [{"from": "bo", "to": "unit", "level": "no"}]}, "wishes[0].to: no city 'unit'"),
        (
            {"wishes": [{"from": "bo", "to": "bo", "level": "no"}]},
            "wishes[0].to: the wish of 'bo' is about 'bo' itself",
        ),
        (
            {
                "wishes": [
                    {"from": "bo", "to": "ava", "level": "no"},
                    {"from": "ava", "to": "bo", "level": "no"},
                    {"from": "bo", "to": "ava", "level": "want"},
                ]
            },
            "wishes[2]: the wish from 'bo' to 'ava' is there twice",
        ),
        (
            {"excluded_country_pairs": [["AA", "BB"], ["BB", "AA"]]},
            "excluded_country_pairs[1]: the country pair of 'BB', 'AA' is there twice",
        ),
        ({"pins": [["ava", "x"]]}, "pins[0][1]: no city 'x'"),
        ({"pins": [["ava", "unit"]]}, "pins[0][1]: no city 'unit'"),
        ({"pins": [["ava", "bo", "x"]]}, "pins[0][2]: no city or facilitator 'x'"),
        ({"pins": [["ava", "ava"]]}, "pins[0][1]: city 'ava' is there twice"),
        ({"pins": [["ava", "bo"], ["bo", "ava"]]}, "pins[1]: the pin of 'bo', 'ava' is there twice"),
        ({"previous": [["ava", "x"]]}, "previous[0][1]: no city or facilitator 'x'"),
        ({"previous": [["ava", "bo"], ["bo", "ava"]]}, "previous[1]: the partnership of 'bo', 'ava' is there twice"),
    ],
)
def test_wrong_reference_is_refused_with_path_and_id(document: dict[str, Any], said: str) -> None:
    assert said in refused(**document)


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"pins": [["ava"]]}, "pins[0]"),
        ({"pins": [["ava", "bo", "cal", "unit"]]}, "pins[0]"),
        ({"weights": {"wish": -1}}, "weights.wish"),
        ({"weights": {"wish": 2.5}}, "weights.wish"),
        ({"weights": {"wish": "2"}}, "weights.wish"),
        ({"weights": {"wish": 2**31 + 1}}, "weights.wish"),
        ({"rules": {"same_country": 1}}, "rules.same_country"),
        ({"rules": {"min_population": -1}}, "rules.min_population"),
        ({"shares": {"triangular": {"min": -0.1}}}, "shares.triangular.min"),
        ({"shares": {"triangular": {"max": 30}}}, "shares.triangular.max"),
        ({"shares": {"triangular": {"max": "0.3"}}}, "shares.triangular.max"),
        ({"shares": {"triangular": {"max": True}}}, "shares.triangular.max"),
        ({"shares": {"square": {}}}, "shares.square"),
        ({"surprise": 1}, "surprise"),
        ({"format": "bridge-agenda/1"}, "format"),
        ({"cities": [{**CITIES[0], "group": "organisation"}]}, "cities[0].group"),
        ({"cities": [{**CITIES[0], "needs": {"waste": 6}}]}, "cities[0].needs.waste"),
        ({"cities": [{**CITIES[0], "offers": {"waste": 0}}]}, "cities[0].offers.waste"),
        ({"cities": [{"country": "AA", "group": "south"}]}, "cities[0].id"),
        ({"wishes": [{"from": "ava", "to": "bo", "level": "maybe"}]}, "wishes[0].level"),
        ({"wishes": [{"to": "bo", "level": "no"}]}, "wishes[0].from"),
    ],
)
def test_wrong_value_is_refused_with_its_path(document: dict[str, Any], path: str) -> None:
    assert any(said.startswith(path) for said in refused(**document))


@pytest.mark.parametrize(
    "text", ["", "pairs", "[]", "null", '{"format": "bridge-pairing/1", "shares": {"triangular": {"min": NaN}}}']
)
def test_what_is_no_pairing_file_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        read_problem(text)


def test_all_complaints_come_at_once() -> None:
    assert len(refused(pins=[["ava", "x"], ["y", "bo"]], previous=[["z", "bo"]])) == 3


def test_defaults_are_those_of_the_text() -> None:
    problem = read_problem(
        json.dumps({"format": "bridge-pairing/1", "cities": CITIES, "facilitators": [{"id": "unit"}]})
    )
    city = problem.cities[0]
    assert (city.engagements.min, city.engagements.max, city.population) == (1, 1, 0)
    assert problem.facilitators[0].max is None
    weights = problem.weights
    assert (weights.need_met, weights.need_shared, weights.reciprocity, weights.language) == (2, 2, 2, 2)
    assert (weights.replan, weights.wish, weights.facilitation) == (4, 3, 2)
    assert (problem.rules.same_country, problem.rules.active_ties) == (False, False)
    assert (problem.rules.min_pair_value, problem.rules.min_population) == (0, 0)
    assert problem.previous is None
    assert problem.changes_first is False
    assert problem.shares == {}


def test_an_empty_file_is_a_problem() -> None:
    assert read_problem('{"format": "bridge-pairing/1"}').cities == ()


def test_no_limit_may_be_said_with_null() -> None:
    city = {**CITIES[0], "engagements": {"min": 0, "max": None}}
    problem = read_problem(
        json.dumps(
            {
                "format": "bridge-pairing/1",
                "cities": [city],
                "previous": None,
                "shares": {"south-south": {"min": None, "max": None}},
            }
        )
    )
    assert problem.cities[0].engagements.max is None
    assert problem.shares["south-south"] == ShareLimits()


def test_shares_are_the_decimals_of_the_file_and_survive_a_round_trip() -> None:
    text = '{"format": "bridge-pairing/1", "shares": {"triangular": {"min": 0.1, "max": 0.30}}}'
    problem = read_problem(text)
    assert problem.shares["triangular"].min == Decimal("0.1")
    written = problem.model_dump_json()
    assert '"min":0.1' in written
    assert read_problem(written) == problem


def test_wishes_are_written_as_they_are_read() -> None:
    wish = {"from": "ava", "to": "bo", "level": "must"}
    text = json.dumps({"format": "bridge-pairing/1", "cities": CITIES, "wishes": [wish]})
    assert json.loads(read_problem(text).model_dump_json())["wishes"] == [wish]


def test_a_problem_made_in_python_is_checked_the_same_way() -> None:
    with pytest.raises(Refused):
        PairingProblem(format="bridge-pairing/1", pins=(("ava", "bo"),))
