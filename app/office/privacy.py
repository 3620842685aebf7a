"""What is kept of persons, what for, who may see it, and when it goes. Pages and the sweep read this one list."""

from dataclasses import dataclass
from datetime import date, timedelta

from app.accounts.enums import Role
from app.accounts.policies import ORGANISERS
from app.delegations.readers import CONTACTS, NEEDS, PASSPORTS, TRAVEL
from app.events.models import Event
from app.platform.i18n import gettext as _


@dataclass(frozen=True, kw_only=True)
class PersonalField:
    """One kind of personal data. ``days`` after the event's last day it is erased; None: with the person alone."""

    code: str
    days: int | None
    readers: frozenset[Role]

    def goes_on(self, event: Event) -> date | None:
        """The day on which the sweep erases it."""
        return None if self.days is None else event.ends_on + timedelta(days=self.days)


FIELDS = (
    PersonalField(code="passport", days=7, readers=PASSPORTS),
    PersonalField(code="diet", days=30, readers=NEEDS),
    PersonalField(code="access_needs", days=30, readers=NEEDS),
    PersonalField(code="photo", days=30, readers=ORGANISERS | {Role.PROTOCOL, Role.DESK}),
    PersonalField(code="travel", days=90, readers=TRAVEL),
    PersonalField(code="phone", days=180, readers=CONTACTS),
    PersonalField(code="questions", days=180, readers=ORGANISERS),
    PersonalField(code="names", days=None, readers=frozenset(Role)),
    PersonalField(code="email", days=None, readers=CONTACTS),
)
"""The sooner something goes, the higher it stands."""


def purpose_of(code: str) -> str:
    """What a field is kept for, in a sentence."""
    return {
        "passport": _("For the pass at the gate."),
        "diet": _("For meals during the event."),
        "access_needs": _("For rooms, seats and ways that fit."),
        "photo": _("For the badge and the check at the door."),
        "travel": _("For meeting people, and for times in which they can be placed."),
        "phone": _("To reach somebody on the day."),
        "questions": _("To decide on a registration."),
        "names": _("For badges, sheets and the history of partnerships."),
        "email": _("To write to somebody, and to sign in."),
    }[code]


def word_of(code: str) -> str:
    """How a field is called."""
    return {
        "passport": _("Passport"),
        "diet": _("Diet"),
        "access_needs": _("Access needs"),
        "photo": _("Photo"),
        "travel": _("Arrival, departure, blocked times"),
        "phone": _("Phone"),
        "questions": _("Questions about a registration"),
        "names": _("Names and function"),
        "email": _("Mail address"),
    }[code]
