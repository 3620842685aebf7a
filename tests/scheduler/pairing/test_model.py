"""The same names in the validation, the score, the model and its description; and what the model rests on."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import scheduler.pairing
from scheduler.pairing import constraints, objective, score, validation
from scheduler.pairing.catalogue import catalogue_of
from scheduler.pairing.constraints import smallest_from
from scheduler.pairing.score import Pool, is_legal, possible_candidates
from scheduler.pairing.score.stages import STAGES

DESCRIPTION = (Path(scheduler.pairing.__file__).parent / "MODEL.md").read_text()


def test_model_and_clerk_have_the_same_rules() -> None:
    assert list(constraints.RULES) == list(validation.CHECKS)


def test_objective_and_score_have_the_same_terms_and_stages() -> None:
    assert list(objective.TERMS) == list(score.TERMS)
    assert list(objective.STAGES) == list(STAGES)


@pytest.mark.parametrize("name", [*validation.CHECKS, *score.TERMS, *STAGES])
def test_every_name_is_described(name: str) -> None:
    assert f"| `{name}` |" in DESCRIPTION


@given(
    st.fractions(min_value=0, max_value=1, max_denominator=10**20),
    st.integers(min_value=1, max_value=60),
)
def test_a_share_in_small_numbers_means_the_same(share: Fraction, most: int) -> None:
    small = smallest_from(share, most)
    assert small.denominator <= most
    for formed in range(most + 1):
        for count in range(formed + 1):
            assert (count >= share * formed) == (count >= small * formed)


@pytest.mark.parametrize("seed", range(20))
def test_no_partnership_is_missing_among_the_candidates(pools: Any, seed: int) -> None:
    """Every set of members that makes a partnership is a candidate, at the best value of its directions."""
    problem = pools.drawn(seed)
    best: dict[frozenset[str], int] = {}
    for partnership in pools._every_partnership(problem):
        best[partnership.ids] = max(best.get(partnership.ids, 0), partnership.value)
    assert {candidate.ids: candidate.value for candidate in possible_candidates(Pool(problem))} == best


def test_of_unlimited_organisations_the_best_stays(pools: Any) -> None:
    cities = [pools.city("a", needs={"w": 1, "x": 1}), pools.city("b", offers={"w": 1, "x": 1})]
    facilitators = [
        {"id": "one", "facilitates": ["w"]},
        {"id": "both", "facilitates": ["w", "x"]},
        {"id": "scarce", "facilitates": ["w", "x"], "max": 1},
    ]

    def organisations(**rest: Any) -> set[str]:
        kept = catalogue_of(Pool(pools.problem(cities, facilitators=facilitators, **rest)))
        members = [kept.candidate(number).members for number in range(len(kept))]
        return {ids[2] for ids in members if len(ids) == 3}

    assert organisations() == {"both"}
    assert organisations(pins=[["a", "b", "one"]]) == {"both", "one"}
    assert organisations(previous=[["a", "b", "scarce"]]) == {"both", "scarce"}


@pytest.mark.parametrize("seed", range(60))
def test_the_catalogue_holds_what_the_score_says_one_by_one(pools: Any, seed: int) -> None:
    """Every legal candidate with its units and value, or an organisation without limit in its place."""
    problem = pools.drawn(seed, cities=3 + seed % 7, most=3, pins=seed % 3)
    pool = Pool(problem)
    named = {frozenset(ids) for ids in (*problem.pins, *(problem.previous or ()))}
    free = {one.id for one in problem.facilitators if one.max is None}
    organisations = {one.id for one in problem.facilitators}
    catalogue = catalogue_of(pool)
    listed = [catalogue.candidate(number) for number in range(len(catalogue))]
    held = {candidate.ids: candidate for candidate in listed}
    assert len(held) == len(listed)
    for number, candidate in enumerate(listed):
        assert catalogue.numbers_of([candidate.members]) == {candidate.ids: number}
        assert all(number in catalogue.of_member(one) for one in candidate.members)
    legal = {
        candidate.ids: candidate
        for candidate in possible_candidates(pool)
        if is_legal(pool, candidate) and all(pool.limit_of(one) != 0 for one in candidate.members)
    }
    assert held.keys() <= legal.keys()
    for ids, candidate in legal.items():
        if ids in held:
            assert held[ids].members[2:] == candidate.members[2:]
            assert (held[ids].modality, held[ids].units, held[ids].value) == candidate[1:]
            continue
        assert candidate.members[2] in organisations
        assert ids not in named
        rivals = [held[group] for one in free if (group := frozenset((*candidate.members[:2], one))) in held]
        assert any(rival.value >= candidate.value for rival in rivals)
