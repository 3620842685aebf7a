"""How much is tried before a question is given up or left to another way."""

SMALL = 40
"""Sessions up to which a problem is asked for as it is."""
QUICK, BRIEFLY = 60, 150
"""Ejections after which those fought over are looked at, and after which what is to be answered soon is given up."""
AGAIN, ONCE_MORE, NEARLY_ALL = 75, 90, 5
"""The same where a plan of those in question is known: what then does not come about soon hardly does later, but where
no more than so many are left."""
AFRESH = 300
"""The same for a plan of many that is made from nothing."""
THOROUGH, PERSISTENT = 1, 20
"""Ejections for each session after which they are looked at again, and after which the solver is asked."""

MANY = 25
"""The part of all sessions of which so many could not be placed that what is to be answered soon is given up."""
MOST_LEFT = 100
"""The same where a plan of those in question is known, and one of the others mostly is, too."""
MOST_JOINED = 8
"""Sessions in the way of those in question that are looked at together with them."""

GUESS, BRIEF, SOON, LONGER = 0.005, 0.015, 0.03, 1.0
"""Deterministic time for a value that may be too small, for a question that may be needless, for one that may prove a
fix, and for one put off."""
TOGETHER = 0.06
"""Deterministic time for all questions about facts, and as much for all about a fix."""
FIRST = 0.75
"""The part of the time that is left for the question whether there is a plan; the rest is to say why there is none."""
GLANCE = 0.1
"""The same for numbers that fill what is scarce, where it matters little whether there are any."""
MOST_SHORTLY, MOST_SOLVED = 80, 300
"""Sessions beyond which the solver says nothing in a short time, and nothing but whether there is a plan at all."""
WHOLE = 150
"""Sessions up to which it is looked at length by length whether they fill the time, and for the least widening."""

WITHOUT_NUMBERS: dict[str, object] = {"linearization_level": 0, "max_deterministic_time": 0.25}
"""How the solver searches at first for any plan of a few sessions, and for how long: not relaxed to real numbers, which
say little where it is told what fills each stretch."""

HARDLY_ORDERED: dict[str, object] = {"linearization_level": 0, "cp_model_probing_level": 0, "symmetry_level": 0}
"""How the solver searches where it has little time for many sessions of which most come after no other: relaxed to real
numbers they say little, and to look at them for long before the search takes the time."""


def turns(count: int, *, is_brief: bool, is_begun: bool) -> tuple[int, ...]:
    """After how many ejections a plan of so many sessions is given up each time it is tried.

    Args:
        is_begun: a plan of those in question is known.
    """
    if is_brief and is_begun:
        return (QUICK, AGAIN, ONCE_MORE) if count > WHOLE else (THOROUGH * count,)
    if is_brief:
        return (QUICK, min(BRIEFLY, THOROUGH * count))
    return (THOROUGH * count, PERSISTENT * count) if is_begun else (QUICK, THOROUGH * count, PERSISTENT * count)
