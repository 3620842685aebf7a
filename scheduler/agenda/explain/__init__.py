"""Why there is no agenda: a smallest set of facts that block, and the cheapest mend, both shown by solving."""

from scheduler.agenda.explain.explaining import explain

__all__ = ["explain"]
