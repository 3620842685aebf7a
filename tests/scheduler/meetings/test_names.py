"""Rules, terms and stages carry one name in the checks, the model, the score and MODEL.md."""

from pathlib import Path

import pytest

import scheduler.meetings
from scheduler.meetings.constraints import RULES
from scheduler.meetings.objective import STAGES
from scheduler.meetings.objective import TERMS as MODEL_TERMS
from scheduler.meetings.score import SENSES, TERMS
from scheduler.meetings.validation import CHECKS

MODEL = Path(scheduler.meetings.__path__[0], "MODEL.md").read_text()


def test_checks_and_rules_carry_the_same_names_in_the_same_order() -> None:
    assert list(CHECKS) == list(RULES)


def test_terms_and_stages_carry_the_same_names() -> None:
    assert list(TERMS) == list(MODEL_TERMS)
    assert list(SENSES) == list(STAGES)


@pytest.mark.parametrize("name", [*CHECKS, *TERMS, *SENSES])
def test_the_mathematics_name_it(name: str) -> None:
    assert f"`{name}`" in MODEL


@pytest.mark.parametrize("named", [CHECKS, RULES, TERMS, MODEL_TERMS, STAGES])
def test_a_function_has_the_name_it_is_listed_under(named: dict[str, object]) -> None:
    assert [getattr(function, "__name__", "") for function in named.values()] == list(named)
