"""What is wrong with a plan, as an organiser reads it: people by name and a link to them, slots by day and time."""

import re

from markupsafe import Markup, escape

from app.delegations.names import latin_name_of
from app.meetings.planner import MeetingFacts, person_key, slot_key, table_key, wish_key
from app.platform.i18n import gettext as _
from app.platform.rendering import short_day, venue_time

NAMED = re.compile(r"(?:\b(?:must |pinned )?(?:wish|slot|table) )?(?<![\w-])(?P<id>[\w-]+)")
"""An ID of a problem file, with the word before it that says what it is of."""


def say(facts: MeetingFacts, sentence: str) -> Markup:
    """A sentence of the scheduler with names in place of its IDs."""
    return Markup("").join(_pieces(sentence, _names(facts)))


def _pieces(sentence: str, named: dict[str, Markup]) -> list[str | Markup]:
    pieces: list[str | Markup] = []
    at = 0
    for found in NAMED.finditer(sentence):
        if found["id"] in named:
            pieces += [sentence[at : found.start()], named[found["id"]]]
            at = found.end()
    return [*pieces, sentence[at:]]


def _names(facts: MeetingFacts) -> dict[str, Markup]:
    """How a page calls what the file names by ID; a wish is called after its people."""
    base = f"/e/{facts.event.slug}/manage/people"
    people = {
        one.id: Markup('<a href="{}/{}">{}</a>').format(base, one.id, latin_name_of(one))
        for one in facts.delegates.values()
    }
    names = {person_key(number): name for number, name in people.items()}
    names |= {table_key(one): escape(_("table %(number)s") % {"number": one.number}) for one in facts.tables}
    names |= {one.code: escape(one.name) for one in facts.resources}
    for slot in facts.slots:
        at = venue_time(slot.starts_at, facts.event.timezone)
        names[slot_key(slot.id)] = escape(f"{short_day(at.date())} {at:%H:%M}")
    for wish in facts.wishes:
        who = Markup(", ").join(people[one.delegate_id] for one in wish.people if one.delegate_id in people)
        names[wish_key(wish.id)] = escape(_("the meeting of %(who)s")) % {"who": who}
    return names
