"""A partnership as the values that its dossier is set from: one page, the same for the office and for every member."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.delegations.consents import agreed_of, may_be_named
from app.delegations.enums import TieState
from app.delegations.models import Tie
from app.events.models import Event
from app.events.queries import challenges_of
from app.pairing.fields import stored_fields
from app.pairing.letters import contact_of
from app.pairing.models import Partnership, PartnershipMember
from app.pairing.queries import ties_between, title_of
from app.pairing.view import label_of, reason_lines
from app.platform import i18n
from app.platform.i18n import gettext as _
from app.platform.i18n import ngettext
from app.platform.rendering import country_name
from app.printing import words
from app.printing.sheets import days_of_event, native_form
from app.printing.typesetting import typeset

MOST_REASONS = 9
"""So many fit beside three members, three ties and three contacts; how many more there are is said."""

MOST_TIES = 3


def dossier_pdf(session: Session, *, event: Event, partnership: Partnership, now: datetime) -> bytes:
    """The dossier in the language that is spoken; nothing is noted.

    Raises:
        Refused: a letter is missing from our fonts; the message names the partnership.
    """
    sheet = dossier_of(session, event=event, partnership=partnership, now=now)
    return typeset([sheet], title=sheet["name"], at=now, template="dossier")


def dossier_of(session: Session, *, event: Event, partnership: Partnership, now: datetime) -> dict[str, Any]:
    """What stands on the page. Contacts are named as far as they agreed to be listed; the rest goes by the office."""
    locale = i18n.current_locale()
    challenges = {challenge.id: challenge for challenge in challenges_of(session, event.id)}
    challenge = challenges.get(partnership.challenge_id or 0)
    reasons = reason_lines(partnership, challenges, stored_fields(session, event.id, [partnership]), base="")
    total = sum(line.points for line in reasons)
    ties = ties_between(session, partnership)
    label = label_of(partnership)
    return {
        "lang": locale,
        "rtl": i18n.direction(locale) == "rtl",
        "event": f"{event.name} · {days_of_event(event)} · {event.venue_name}",
        "name": title_of(partnership),
        "modality": words.modality_words(partnership.modality.value),
        "challenge": i18n.pick(challenge.names, locale) if challenge else "",
        "state": words.partnership_words(partnership.state.value),
        "members": [_member(member) for member in partnership.members],
        "reasons": [{"points": str(line.points), "text": line.text} for line in reasons[:MOST_REASONS]],
        "more": _more(len(reasons) - MOST_REASONS),
        "total": ngettext("%(num)s point in all", "%(num)s points in all", total) % {"num": total},
        "before": _("Planned anew") if ties and ties[0].state is TieState.DORMANT else _("Earlier agreements"),
        "ties": [tie_said(tie, partnership) for tie in ties[:MOST_TIES]],
        "contacts": [_contact(session, event, member) for member in partnership.members],
        "office": _("Through the office of %(event)s: %(mail)s") % {"event": event.name, "mail": event.contact_email},
        "rule": label.rule,
        "counted": list(label.counted),
        "disclaimer": label.disclaimer,
        "printed": _("printed %(moment)s")
        % {"moment": f"{words.short_day_words(now.date())}, {words.clock_words(now, event.timezone)}"},
        "foot": _("Demonstration data. Times, rooms and pairs are illustrative.") if event.is_demonstration else "",
        "words": {
            "members": _("The members and their roles"),
            "reasons": _("Shared challenges, and why they fit"),
            "nothing": _("No agreement between these cities is stored: a new partnership."),
            "contacts": _("Contacts"),
            "label": _("Why this label"),
        },
    }


def _member(member: PartnershipMember) -> dict[str, Any]:
    party = member.party
    return {
        "name": party.name,
        "native": native_form(party.native_name, party.native_language, than=party.name),
        "country": country_name(party.country, i18n.current_locale()),
        "role": words.role_words(member.role.value),
        "answer": words.consent_words(member.consent.value),
    }


def _more(count: int) -> str:
    if count <= 0:
        return ""
    return _("and %(num)s more") % {"num": count}


def tie_said(tie: Tie, partnership: Partnership) -> dict[str, str]:
    """A tie between two members: between whom, of what kind and since when, and what fell short of it."""
    names = {member.party_id: member.party.name for member in partnership.members}
    is_dormant = tie.state is TieState.DORMANT
    said = [tie.kind]
    if tie.since:
        said.append(_("since %(year)s") % {"year": tie.since})
    said.append(_("dormant") if is_dormant else _("active"))
    note = ""
    if tie.note:
        note = (_("What fell short: %(note)s") if is_dormant else "%(note)s") % {"note": tie.note}
    return {"between": f"{names[tie.city_id]} · {names[tie.other_city_id]}", "said": ", ".join(said), "note": note}


def _contact(session: Session, event: Event, member: PartnershipMember) -> dict[str, Any]:
    """Name and function of whom the office writes to, as far as they let themselves be listed."""
    person = contact_of(session, event, member)
    name, native, function = "", None, ""
    if person is not None and may_be_named(person):
        name = person.badge_name
        native = native_form(person.native_name, person.native_language, than=name)
        function = (person.function or "") if agreed_of(person.consents)["list_function"] else ""
        function = "" if function in name else function  # where names are roles
    return {"party": member.party.name, "name": name or _("through the office"), "native": native, "function": function}
