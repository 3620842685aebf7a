"""The whole CP-SAT model of a meetings problem: its variables, its rules, its stages."""

from collections.abc import Sequence

from ortools.sat.python import cp_model

from scheduler.meetings.constraints import RULES
from scheduler.meetings.legal import Legal
from scheduler.meetings.objective import STAGES, tables_in_order
from scheduler.meetings.score import stage_names
from scheduler.meetings.variables import Variables


def rules_only(legal: Legal) -> Variables:
    """A model that every plan without broken rule satisfies, and no other; nothing to optimise."""
    variables = Variables(legal)
    for rule in RULES.values():
        rule(variables)
    return variables


def rules_and_stages(
    legal: Legal, names: Sequence[str] | None = None
) -> tuple[Variables, dict[str, cp_model.LinearExprT]]:
    """The rules, and what each stage counts; all stages of the problem unless some are named."""
    variables = rules_only(legal)
    tables_in_order(variables)
    return variables, {name: STAGES[name](variables) for name in names or stage_names(legal.problem)}
