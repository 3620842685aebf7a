"""Crowds that fill the rooms that will do for them: which lengths go together, that they cannot, and plans."""

from scheduler.agenda.crowds.placing import begin, crowd_first

__all__ = ["begin", "crowd_first"]
