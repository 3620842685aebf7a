"""Why there is no meeting plan: a smallest set of facts that block, and the cheapest mend, both shown by solving."""

from scheduler.meetings.explain.explaining import explain

__all__ = ["explain"]
