"""PAIR-02: the modality is derived by a visible rule that a page can cite."""

import json
from pathlib import Path
from typing import Any

import pytest

from scheduler.pairing.modality import MODALITY_RULES, GroupedMember, modality_of

CASES = json.loads((Path(__file__).parent / "modality_cases.json").read_text())["cases"]


def members_of(case: dict[str, Any]) -> list[GroupedMember]:
    return [GroupedMember.model_validate(member) for member in case["members"]]


def test_there_are_twelve_known_cases() -> None:
    """PAIR-02: twelve known cases."""
    assert len(CASES) == 12


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_case_is_labelled_as_the_rule_table_says(case: dict[str, Any]) -> None:
    """PAIR-02: the label is that of the rule table, and it cites a rule of that table."""
    ruling = modality_of(members_of(case))
    assert ruling.modality == case["modality"]
    assert ruling in MODALITY_RULES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_order_of_members_does_not_matter(case: dict[str, Any]) -> None:
    assert modality_of(members_of(case)[::-1]) == modality_of(members_of(case))


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (0, "two_southern_cities"),
        (1, "two_northern_cities"),
        (2, "northern_and_southern_city"),
        (3, "southern_cities_with_facilitator"),
        (5, "facilitating_member_is_northern_or_organisation"),
        (6, "triangle_is_driven_from_the_south"),
        (7, "pair_is_of_cities"),
    ],
)
def test_each_case_cites_its_own_rule(number: int, name: str) -> None:
    assert modality_of(members_of(CASES[number])).name == name


@pytest.mark.parametrize(
    "members",
    [
        [],
        [("a", "south", "partner")],
        [("a", "south", "partner"), ("a", "south", "partner")],
        [("a", "south", "partner"), ("b", "south", "partner"), ("c", "north", "partner")],
        [("a", "south", "beneficiary"), ("b", "south", "pivotal")],
        [("a", "south", "partner"), ("b", "south", "pivotal")],
        [("a", "south", "beneficiary"), ("b", "south", "beneficiary"), ("c", "north", "facilitating")],
    ],
)
def test_what_is_neither_pair_nor_triangle_has_no_modality(members: list[tuple[str, str, str]]) -> None:
    given = [GroupedMember(id=one, group=group, role=role) for one, group, role in members]
    ruling = modality_of(given)
    assert ruling.modality is None
    assert ruling.name == "form_of_partnership"


def test_each_rule_has_a_name_of_its_own_and_a_sentence() -> None:
    assert len({rule.name for rule in MODALITY_RULES}) == len(MODALITY_RULES)
    assert all(rule.sentence.endswith(".") for rule in MODALITY_RULES)
