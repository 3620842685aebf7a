"""What is right: every hard rule, checked the way a patient clerk would; no code is shared with the model."""

from scheduler.agenda.validation.checks import CHECKS, validate

__all__ = ["CHECKS", "validate"]
