"""The CP-SAT model of a pairing: variables, then every rule; its last lines are its table of contents."""

from dataclasses import dataclass

from ortools.sat.python import cp_model

from scheduler.core.staged import Stage
from scheduler.pairing.constraints import RULES
from scheduler.pairing.objective import stages
from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.variables import PairingVariables


@dataclass(frozen=True)
class PairingModel:
    """A model with all hard rules, its variables and the stages of its objective."""

    model: cp_model.CpModel
    variables: PairingVariables
    stages: list[Stage]


def build(problem: PairingProblem) -> PairingModel:
    """The whole model of a problem."""
    model = cp_model.CpModel()
    variables = PairingVariables(model, problem)
    for rule in RULES.values():
        rule(variables)
    return PairingModel(model=model, variables=variables, stages=stages(variables))
