"""Rules, terms and stages carry the same names in the checks, the model, the score and MODEL.md."""

from pathlib import Path
from typing import Any

from scheduler.agenda import constraints, incumbent, objective, score, validation

MODEL = (Path(incumbent.__file__).parent / "MODEL.md").read_text()


def test_rules_of_the_model_are_the_checks() -> None:
    assert list(constraints.RULES) == list(validation.CHECKS)


def test_terms_of_the_model_are_those_of_the_score(problem_of: Any) -> None:
    assert list(objective.TERMS) == list(score.TERMS) == list(problem_of().weights.model_dump())


def test_every_name_stands_in_the_mathematics() -> None:
    names = [*validation.CHECKS, *score.TERMS, *incumbent.STAGES]
    assert [name for name in names if f"`{name}`" not in MODEL] == []
