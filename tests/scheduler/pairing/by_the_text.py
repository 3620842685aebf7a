"""Pairing by the text of the problem alone: documents as read from JSON, nothing of the scheduler's own code.

A second reading, against which the package's checks, values and plans are held. Brute force tries every set of
partnerships, so it is for small pools.
"""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, permutations
from typing import Any

Document = dict[str, Any]
Group = tuple[str, ...]
"""Two partners, or beneficiary, pivotal and facilitating member."""

WEIGHTS = {
    "need_met": 2,
    "need_shared": 2,
    "reciprocity": 2,
    "language": 2,
    "replan": 4,
    "wish": 3,
    "facilitation": 2,
}


class Text:
    """One document with its defaults."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.cities = {city["id"]: city for city in document["cities"]}
        self.organisations = {one["id"]: one for one in document.get("facilitators", [])}
        self.weights = {**WEIGHTS, **document.get("weights", {})}
        self.rules = document.get("rules", {})

    def limits(self, city: str) -> tuple[int, int | None]:
        said = self.cities[city].get("engagements", {})
        return said.get("min", 1), said.get("max", 1)

    def joint(self, group: Group) -> int:
        """Challenges that the beneficiary needs, the pivotal city offers and the third can help with."""
        beneficiary, pivotal, third = group
        source = self.cities.get(third) or self.organisations[third]
        able = {*source.get("facilitates", []), *(source.get("offers", {}) if third in self.cities else ())}
        needs, offers = self.cities[beneficiary].get("needs", {}), self.cities[pivotal].get("offers", {})
        return len(set(needs) & set(offers) & able)

    def value(self, group: Group) -> int:
        first, second = self.cities[group[0]], self.cities[group[1]]
        need, other_need = first.get("needs", {}), second.get("needs", {})
        offer, other_offer = first.get("offers", {}), second.get("offers", {})
        to_first = sum(min(need[one], other_offer[one]) for one in need if one in other_offer)
        to_second = sum(min(other_need[one], offer[one]) for one in other_need if one in offer)
        weights = self.weights
        total = weights["need_shared"] * sum(min(need[one], other_need[one]) for one in need if one in other_need)
        total += weights["language"] * bool(set(first.get("languages", [])) & set(second.get("languages", [])))
        couple = {group[0], group[1]}
        for tie in self.document.get("ties", []):
            total += weights["replan"] * (set(tie["cities"]) == couple and tie["state"] == "dormant")
        for wish in self.document.get("wishes", []):
            if {wish["from"], wish["to"]} == couple:
                total += weights["wish"] * {"no": 0, "want": 1, "must": 2}[wish["level"]]
        if len(group) == 3:
            return total + weights["need_met"] * to_first + weights["facilitation"] * self.joint(group)
        return total + weights["need_met"] * (to_first + to_second) + weights["reciprocity"] * min(to_first, to_second)

    def is_allowed(self, group: Group) -> bool:
        """Whether a partnership breaks no rule by itself."""
        inside = [one for one in group if one in self.cities]
        if len(group) == 3:
            third = self.cities.get(group[2])
            south = all(one in self.cities and self.cities[one]["group"] == "south" for one in group[:2])
            if not south or (third is not None and third["group"] != "north") or not self.joint(group):
                return False
        elif self.value(group) < self.rules.get("min_pair_value", 0):
            return False
        if any(self.cities[one].get("population", 0) < self.rules.get("min_population", 0) for one in inside):
            return False
        return all(self.may_meet(one, other) for one, other in combinations(inside, 2))

    def may_meet(self, one: str, other: str) -> bool:
        couple = {one, other}
        for wish in self.document.get("wishes", []):
            if wish["level"] == "no" and {wish["from"], wish["to"]} == couple:
                return False
        if not self.rules.get("active_ties", False):
            for tie in self.document.get("ties", []):
                if tie["state"] == "active" and set(tie["cities"]) == couple:
                    return False
        countries = [self.cities[one]["country"], self.cities[other]["country"]]
        if any(sorted(pair) == sorted(countries) for pair in self.document.get("excluded_country_pairs", [])):
            return False
        return countries[0] != countries[1] or self.rules.get("same_country", False)

    def modality(self, group: Group) -> str:
        if len(group) == 3:
            return "triangular"
        groups = sorted(self.cities[one]["group"] for one in group)
        return {"northsouth": "north-south", "southsouth": "south-south", "northnorth": "north-north"}["".join(groups)]

    def is_right(self, plan: list[Group]) -> bool:
        """Whether a plan keeps every hard rule."""
        held = Counter(one for group in plan for one in group)
        limits = {one: self.limits(one)[1] for one in self.cities}
        limits.update({one: said.get("max") for one, said in self.organisations.items()})
        if any(limits[one] is not None and count > limits[one] for one, count in held.items()):
            return False
        couples = Counter(frozenset(group[:2]) for group in plan)
        formed = {frozenset(group) for group in plan}
        if max(couples.values(), default=0) > 1 or not all(self.is_allowed(group) for group in plan):
            return False
        return all(frozenset(pin) in formed for pin in self.document.get("pins", [])) and self._keeps_shares(plan)

    def _keeps_shares(self, plan: list[Group]) -> bool:
        of_each = Counter(self.modality(group) for group in plan)
        for name, share in self.document.get("shares", {}).items():
            least, most = share.get("min"), share.get("max")
            if least is not None and of_each[name] < Fraction(str(least)) * len(plan):
                return False
            if most is not None and of_each[name] > Fraction(str(most)) * len(plan):
                return False
        return True

    def stages(self, plan: list[Group]) -> dict[str, int]:
        held = Counter(one for group in plan for one in group)
        worth: Counter[str] = Counter()
        for group in plan:
            for one in group:
                worth[one] += self.value(group)
        found = {
            "reached": sum(held[one] >= self.limits(one)[0] for one in self.cities),
            "paired": sum(held[one] > 0 for one in self.cities),
            "lowest": min((worth[one] for one in self.cities if held[one]), default=0),
            "value": sum(self.value(group) for group in plan),
        }
        before = {frozenset(group) for group in self.document.get("previous") or []}
        if not before:
            return found
        changes = {"changes": len(before ^ {frozenset(group) for group in plan})}
        return {**changes, **found} if self.document.get("changes_first") else {**found, **changes}

    def every_plan(self) -> Iterator[list[Group]]:
        everybody = [*self.cities, *self.organisations]
        groups: list[Group] = [*combinations(self.cities, 2)]
        groups += [group for group in permutations(everybody, 3) if set(group[:2]) <= self.cities.keys()]
        groups = [group for group in groups if self.is_allowed(group)]
        limits = {one: self.limits(one)[1] for one in self.cities}
        limits.update({one: said.get("max") for one, said in self.organisations.items()})

        def extend(start: int, plan: list[Group], held: Counter[str]) -> Iterator[list[Group]]:
            yield plan
            for index in range(start, len(groups)):
                group = groups[index]
                if any(limits[one] is not None and held[one] >= limits[one] for one in group):
                    continue
                if all(set(group[:2]) != set(other[:2]) for other in plan):
                    yield from extend(index + 1, [*plan, group], held + Counter(group))

        return (plan for plan in extend(0, [], Counter()) if self.is_right(plan))

    def best(self) -> dict[str, int] | None:
        """The best stages of all plans, ``None`` where there is no plan."""
        ranked = (self.stages(plan) for plan in self.every_plan())
        return max(ranked, key=lambda found: [-v if n == "changes" else v for n, v in found.items()], default=None)


def groups_of(solution: Document) -> list[Group]:
    """The partnerships of a solution in the order of their roles."""
    order = ("partner", "beneficiary", "pivotal", "facilitating")
    return [
        tuple(member["id"] for member in sorted(one["members"], key=lambda member: order.index(member["role"])))
        for one in solution["partnerships"]
    ]
