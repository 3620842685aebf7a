"""Better plans for large or full events: some sessions at a time are placed anew, all others stay where they are."""

from scheduler.agenda.large.improving import improve
from scheduler.agenda.large.incomplete import is_complete, with_all_optional

__all__ = ["improve", "is_complete", "with_all_optional"]
