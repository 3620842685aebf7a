"""Reading an answer: a solution file, or an outcome file of which the solution is taken."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from scheduler.core.outcome import Outcome
from scheduler.core.refusal import Complaint, Refused, read
from scheduler.core.values import Value

S = TypeVar("S", bound=Value)


def read_answer(
    text: str | bytes, *, solution: type[S], outcome: type[Outcome[S]], refuse_unknown: Callable[[S, str], None]
) -> S:
    """Parse a solution, or an outcome and take its solution.

    Args:
        refuse_unknown: raises ``Refused`` for references that the problem does not know; its second argument is what
            every path begins with.

    Raises:
        Refused: not JSON, wrong types, an outcome without solution, or unknown references.
    """
    raw = _raw(text)
    if raw == {}:
        raise Refused([Complaint("format", "is missing: an empty object is neither a solution nor an outcome")])
    if not _is_outcome(raw):
        found = read(solution, text)
        refuse_unknown(found, "")
        return found
    taken = read(outcome, text).solution
    if taken is None:
        raise Refused([Complaint("solution", "the outcome holds no solution")])
    refuse_unknown(taken, "solution.")
    return taken


def _raw(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None  # said by whoever reads it in earnest


def _is_outcome(raw: Any) -> bool:
    return isinstance(raw, dict) and raw.get("format") == "bridge-outcome/1"
