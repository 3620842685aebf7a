"""What is wrong with a plan, as an organiser reads it: people by name and a link to them, slots by day and time."""

import re
from collections.abc import Sequence

from app.delegations.names import latin_name_of
from app.meetings.planner import MeetingFacts, person_key, slot_key, table_key, wish_key
from app.platform.i18n import gettext as _
from app.platform.linked import Linked, Piece
from app.platform.rendering import short_day, venue_time

NAMED = re.compile(r"(?:\b(?:must |pinned )?(?:wish|slot|table) )?(?<![\w-])(?P<id>[\w-]+)")
"""An ID of a problem file, with the word before it that says what it is of."""


def say(facts: MeetingFacts, sentence: str) -> Linked:
    """A sentence of the scheduler with names in place of its IDs."""
    named = _names(facts)
    pieces: list[Piece] = []
    at = 0
    for found in NAMED.finditer(sentence):
        if found["id"] in named:
            pieces += [(sentence[at : found.start()], None), *named[found["id"]]]
            at = found.end()
    return Linked([*pieces, (sentence[at:], None)])


def _names(facts: MeetingFacts) -> dict[str, Sequence[Piece]]:
    """How a page calls what the file names by ID; a wish is called after its people."""
    people: dict[int, Piece] = {
        one.id: (latin_name_of(one), f"/e/{facts.event.slug}/manage/people/{one.id}")
        for one in facts.delegates.values()
    }
    names: dict[str, Sequence[Piece]] = {person_key(number): [name] for number, name in people.items()}
    names |= {table_key(one): [(_("table %(number)s") % {"number": one.number}, None)] for one in facts.tables}
    names |= {one.code: [(one.name, None)] for one in facts.resources}
    for slot in facts.slots:
        at = venue_time(slot.starts_at, facts.event.timezone)
        names[slot_key(slot.id)] = [(f"{short_day(at.date())} {at:%H:%M}", None)]
    for wish in facts.wishes:
        who = [people[one.delegate_id] for one in wish.people if one.delegate_id in people]
        listed = [piece for one in who for piece in ((", ", None), one)][1:]
        names[wish_key(wish.id)] = [(_("the meeting of") + " ", None), *listed]
    return names
