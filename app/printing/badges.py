"""A delegate as the values that a badge is set from. Colour by category, and the category in a word.

The code on it says nothing about anybody: whose it is, the server tells staff alone.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.delegations.enums import DelegateKind
from app.delegations.models import Delegate, Organisation, Party
from app.events.models import Event
from app.platform import i18n
from app.platform.codes import code_of
from app.platform.i18n import gettext as _
from app.platform.rendering import country_name
from app.printing import words
from app.printing.sheets import days_of_event, native_form
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


def badges_pdf(
    event: Event, people: Sequence[Delegate], codes: Mapping[int, str], *, title: str, base_url: str, now: datetime
) -> bytes:
    """Badges of these people, front and back, in the order given; delegation and party must be loaded.

    Args:
        codes: by ID of the delegate.

    Raises:
        Refused: a letter is missing from our fonts; the message names the person.
    """
    sheets = [badge_of(event, one) | {"qr": code_of(address_of(base_url, event, codes[one.id]))} for one in people]
    return typeset(sheets, title=title, at=now, template="badge")


def address_of(base_url: str, event: Event, code: str) -> str:
    """What the code on a badge opens."""
    return f"{base_url}/e/{event.slug}/b/{code}"


def badge_of(event: Event, delegate: Delegate) -> dict[str, Any]:
    """What stands on a badge but for its code, in the language of the delegate's papers."""
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
            "back": {
                "alt": _("Code of this badge"),
                "use": _("Show this code at the desk."),
                "when": f"{days_of_event(event)} · {event.venue_name}",
                "found": _("If you find this badge, please bring it to the registration desk."),
                "phone": event.desk_phone or "",
            },
        }


def imposed(badges: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Badges as sheets of four, for a printer that prints both sides."""
    return [
        {"name": ", ".join(one["name"] for one in badges[start : start + 4]), "badges": list(badges[start : start + 4])}
        for start in range(0, len(badges), 4)
    ]


def category_of(delegate: Delegate, party: Party) -> str:
    """What the colour stands for."""
    if delegate.kind is DelegateKind.ACCOMPANYING:
        return "accompanying"
    return party.helix_role.value if isinstance(party, Organisation) else "government"


def _is_apart(delegate: Delegate) -> bool:
    """Whether the title of honour is not part of the name on the badge already."""
    return bool(delegate.honorific) and not delegate.badge_name.startswith(delegate.honorific or "")
