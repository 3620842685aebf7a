"""The CP-SAT model of a pairing: variables, then every rule; its last lines are its table of contents."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from scheduler.core.staged import Stage
from scheduler.pairing.constraints import RULES
from scheduler.pairing.objective import STAGES, stages
from scheduler.pairing.score import Candidate, Pool
from scheduler.pairing.variables import PairingVariables


@dataclass(frozen=True)
class PairingModel:
    """A model with all hard rules, its variables and the stages of its objective."""

    model: cp_model.CpModel
    variables: PairingVariables
    stages: list[Stage]


def build(pool: Pool, candidates: Sequence[Candidate], *, wanted: Collection[str] = tuple(STAGES)) -> PairingModel:
    """The model over these candidates, with the stages wanted; all of ``catalogue_of`` make an exact one."""
    model = cp_model.CpModel()
    variables = PairingVariables(model, pool, candidates)
    for rule in RULES.values():
        rule(variables)
    return PairingModel(model=model, variables=variables, stages=stages(variables, wanted))
