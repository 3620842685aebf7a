"""A delegate as the values that the front of a badge is set from. Colour by category, and the category in a word."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.delegations.enums import DelegateKind
from app.delegations.models import Delegate, Organisation, Party
from app.events.models import Event
from app.platform import i18n
from app.platform.rendering import country_name
from app.printing import words
from app.printing.sheets import native_form
from app.printing.typesetting import typeset

COLOURS = {
    "government": "#0b5a94",
    "business": "#8a4b00",
    "academia": "#5b3a8c",
    "civil_society": "#1f6b3a",
    "international": "#15212e",
    "accompanying": "#5f6b76",
}
"""Each dark enough for white letters."""


def badges_pdf(event: Event, people: Sequence[Delegate], *, title: str, now: datetime) -> bytes:
    """Badges of these people, a page each, in the order given; delegation and party must be loaded.

    Raises:
        Refused: a letter is missing from our fonts; the message names the person.
    """
    return typeset([badge_of(event, one) for one in people], title=title, at=now, template="badge")


def badge_of(event: Event, delegate: Delegate) -> dict[str, Any]:
    """What stands on the front of a badge, in the language of the delegate's papers."""
    locale = delegate.locale or delegate.delegation.locale
    party = delegate.delegation.party
    category = category_of(delegate, party)
    with i18n.speaking(locale):
        return {
            "lang": i18n.current_locale(),
            "rtl": i18n.direction(i18n.current_locale()) == "rtl",
            "event": event.name,
            "name": delegate.badge_name,
            "native": native_form(delegate.native_name, delegate.native_language, than=delegate.badge_name),
            "honorific": delegate.honorific if _is_apart(delegate) else "",
            "function": delegate.function or "",
            "party": party.name,
            "party_native": native_form(party.native_name, party.native_language, than=party.name),
            "country": country_name(party.country, i18n.current_locale()),
            "category": words.category_words(category),
            "colour": COLOURS[category],
        }


def category_of(delegate: Delegate, party: Party) -> str:
    """What the colour stands for."""
    if delegate.kind is DelegateKind.ACCOMPANYING:
        return "accompanying"
    return party.helix_role.value if isinstance(party, Organisation) else "government"


def _is_apart(delegate: Delegate) -> bool:
    """Whether the title of honour is not part of the name on the badge already."""
    return bool(delegate.honorific) and not delegate.badge_name.startswith(delegate.honorific or "")
