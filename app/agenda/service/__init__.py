"""Changes to the agenda: placing by hand, taking back, accepting a run, weighing rules, releasing."""

from app.agenda.service.drafting import draft_for
from app.agenda.service.history import redo, step, undo
from app.agenda.service.mending import mend
from app.agenda.service.moving import pin, place, put_back
from app.agenda.service.releasing import Overtaken, Released, ReleaseRefused, begin_release, release
from app.agenda.service.solving import DraftMoved, accept_run, start_run
from app.agenda.service.weighing import acknowledge, set_rules, take_back

__all__ = [
    "DraftMoved",
    "Overtaken",
    "ReleaseRefused",
    "Released",
    "accept_run",
    "acknowledge",
    "begin_release",
    "draft_for",
    "mend",
    "pin",
    "place",
    "put_back",
    "redo",
    "release",
    "set_rules",
    "start_run",
    "step",
    "take_back",
    "undo",
]
