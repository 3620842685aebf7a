"""The demonstration's data files as frozen values: what a row may hold, and how sure it is."""

from app.demo.story.facts import Fact
from app.demo.story.people import DelegationFact, Member, PartyFact
from app.demo.story.programme import FormFact, RegistrationFact, SessionFact, VisitFact, WishFact
from app.demo.story.reading import Story, read_story

__all__ = [
    "DelegationFact",
    "Fact",
    "FormFact",
    "Member",
    "PartyFact",
    "RegistrationFact",
    "SessionFact",
    "Story",
    "VisitFact",
    "WishFact",
    "read_story",
]
