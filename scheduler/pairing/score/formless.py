"""Why three members can form no triangle in any roles, whatever rules are given up."""

from collections.abc import Sequence
from itertools import permutations

from scheduler.pairing.score.pool import Pool


def no_triangle_of(pool: Pool, members: Sequence[str]) -> str | None:
    """The fact that keeps these three from being a triangle, in a sentence; ``None`` where some roles make one."""
    southern = [one for one in members if pool.group_of(one) == "south"]
    if len(southern) == len(members):
        return "A northern city or an organisation facilitates a triangle, and all three are southern cities."
    if len(southern) < 2:
        held = "none of the three is one" if not southern else f"only '{southern[0]}' is one"
        return f"A triangle takes two southern cities, and {held}."
    (facilitating,) = (one for one in members if one not in southern)
    joint = [
        challenge
        for beneficiary, pivotal in permutations(southern)
        for challenge in pool.cities[beneficiary].needs
        if challenge in pool.cities[pivotal].offers
    ]
    one, other = southern
    if not joint:
        return f"'{one}' needs nothing that '{other}' offers, and '{other}' nothing that '{one}' offers."
    if pool.able[facilitating].isdisjoint(joint):
        return (
            f"'{facilitating}' facilitates and offers nothing of what one of '{one}' and '{other}' needs "
            "and the other offers."
        )
    return None
