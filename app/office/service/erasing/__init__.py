"""Erasing a person, or whoever handed in a form: one transaction, after which nothing tells who they were."""

from app.office.service.erasing.answering import erase_and_answer, refuse_to_erase
from app.office.service.erasing.asking import (
    Way,
    addressed,
    due_after,
    erase_oneself,
    released_of,
    way_of_form,
    way_of_person,
)
from app.office.service.erasing.collecting import Theirs, theirs_of_form, theirs_of_person
from app.office.service.erasing.likely import Likely
from app.office.service.erasing.person import Erased, erase_form, erase_person

__all__ = [
    "Erased",
    "Likely",
    "Theirs",
    "Way",
    "addressed",
    "due_after",
    "erase_and_answer",
    "erase_form",
    "erase_oneself",
    "erase_person",
    "refuse_to_erase",
    "released_of",
    "theirs_of_form",
    "theirs_of_person",
    "way_of_form",
    "way_of_person",
]
