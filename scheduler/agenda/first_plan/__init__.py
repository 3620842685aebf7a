"""A first plan without any solver: most constrained session first, with ejection of what stands in the way."""

from scheduler.agenda.first_plan.constructing import construct
from scheduler.agenda.first_plan.greedy import Attempt, complete, first_plan

__all__ = ["Attempt", "complete", "construct", "first_plan"]
