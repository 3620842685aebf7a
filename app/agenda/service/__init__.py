"""Changes to the agenda: placing by hand, accepting a run, releasing."""

from app.agenda.service.drafting import draft_for, pin, place, put_back
from app.agenda.service.releasing import ReleaseRefused, release
from app.agenda.service.solving import accept_run, start_run

__all__ = ["ReleaseRefused", "accept_run", "draft_for", "pin", "place", "put_back", "release", "start_run"]
