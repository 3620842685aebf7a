"""Better plans for large or full events: some sessions at a time are placed anew, all others stay where they are."""

from scheduler.agenda.large.improving import improve
from scheduler.agenda.large.incomplete import is_complete, with_all_optional
from scheduler.agenda.large.keeping import keep_most

__all__ = ["improve", "is_complete", "keep_most", "with_all_optional"]
