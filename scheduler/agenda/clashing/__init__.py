"""Sessions that all clash with each other and have too little time for it: what no plan can save, and how to know."""

from scheduler.agenda.clashing.circles import Circle, circles_of, least_of

__all__ = ["Circle", "circles_of", "least_of"]
