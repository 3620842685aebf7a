"""One broken hard rule."""

from scheduler.core.values import Value


class Violation(Value):
    """A hard rule that a solution breaks, the identifiers it concerns, and a sentence for an organiser."""

    rule: str
    subjects: tuple[str, ...]
    message: str
