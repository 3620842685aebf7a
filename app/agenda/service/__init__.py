"""Changes to the agenda: placing by hand, taking back, accepting a run, weighing rules, releasing."""

from app.agenda.service.absences import say_absent, send_instead, take_back_absence
from app.agenda.service.case_cities import give_case_session
from app.agenda.service.closing import close_room
from app.agenda.service.copying import copy_draft, make_current
from app.agenda.service.drafting import draft_for
from app.agenda.service.editing import add_session, cancel_session, save_session, set_person
from app.agenda.service.furnishing import furnish
from app.agenda.service.history import redo, step, undo
from app.agenda.service.importing import FileRefused, import_agenda, read_agenda
from app.agenda.service.interpreting import add_resource, add_time, remove_time, set_resource
from app.agenda.service.mending import mend
from app.agenda.service.moving import pin, place, put_back
from app.agenda.service.releasing import Overtaken, Released, ReleaseRefused, begin_release, release
from app.agenda.service.solving import DraftMoved, accept_run, ask_why, start_run
from app.agenda.service.walking import set_walks
from app.agenda.service.weighing import acknowledge, set_rules, take_back

__all__ = [
    "DraftMoved",
    "FileRefused",
    "Overtaken",
    "ReleaseRefused",
    "Released",
    "accept_run",
    "acknowledge",
    "add_resource",
    "add_session",
    "add_time",
    "ask_why",
    "begin_release",
    "cancel_session",
    "close_room",
    "copy_draft",
    "draft_for",
    "furnish",
    "give_case_session",
    "import_agenda",
    "make_current",
    "mend",
    "pin",
    "place",
    "put_back",
    "read_agenda",
    "redo",
    "release",
    "remove_time",
    "save_session",
    "say_absent",
    "send_instead",
    "set_person",
    "set_resource",
    "set_rules",
    "set_walks",
    "start_run",
    "step",
    "take_back",
    "take_back_absence",
    "undo",
]
