"""A first plan without any solver: most constrained session first, with ejection of what stands in the way."""

from scheduler.agenda.first_plan.constructing import construct, plans_before
from scheduler.agenda.first_plan.greedy import Attempt, complete, first_plan

__all__ = ["Attempt", "complete", "construct", "first_plan", "plans_before"]
