"""Changes to the agenda: placing by hand, taking back, accepting a run, releasing."""

from app.agenda.service.drafting import draft_for
from app.agenda.service.history import redo, step, undo
from app.agenda.service.moving import pin, place, put_back
from app.agenda.service.releasing import ReleaseRefused, release
from app.agenda.service.solving import accept_run, start_run

__all__ = [
    "ReleaseRefused",
    "accept_run",
    "draft_for",
    "pin",
    "place",
    "put_back",
    "redo",
    "release",
    "start_run",
    "step",
    "undo",
]
