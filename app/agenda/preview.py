"""What a release of the current draft would be: what changes, for whom, and what stands in its way."""

import hashlib
import json
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.agenda.differences import Entry, SessionChange, difference, entries_of_draft, entries_of_release
from app.agenda.models import AgendaDraft, AgendaRelease
from app.agenda.planner import AgendaFacts, BrokenRule, build_problem, judge, read_facts, solution_of, weigh
from app.agenda.queries import current_draft, newest_release
from app.events.models import Event


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The draft as it would be released now. ``stamp`` says what was seen: equal stamps, equal releases."""

    facts: AgendaFacts
    draft: AgendaDraft
    newest: AgendaRelease | None
    entries: tuple[Entry, ...]
    changes: tuple[SessionChange, ...]
    rules: tuple[BrokenRule, ...]
    stamp: str

    @property
    def blocking(self) -> tuple[BrokenRule, ...]:
        return tuple(rule for rule in self.rules if rule.blocks_release)

    @property
    def touched(self) -> frozenset[int]:
        """The delegates whose day differs."""
        return frozenset(person for change in self.changes for person in change.touched)


def preview_of(session: Session, event: Event, *, known: AgendaRelease | None = None) -> Preview:
    """Read the draft against the newest release, which is ``known`` where it was read before."""
    facts = read_facts(session, event)
    draft = current_draft(session, event.id) or AgendaDraft(event_id=event.id, name="", placements=[])
    newest = known or newest_release(session, event.id)
    entries = tuple(entries_of_draft(facts, draft))
    judgement = judge(build_problem(session, facts, draft), solution_of(facts, draft))
    return Preview(
        facts=facts,
        draft=draft,
        newest=newest,
        entries=entries,
        changes=difference(entries_of_release(newest), entries),
        rules=weigh(facts, judgement),
        stamp=f"{newest.number if newest else 0}-{_digest(entries)}",
    )


def number_in(stamp: str) -> int:
    """The number of the release that was the newest when a stamp was made; 0 for none and for what is no stamp."""
    number = stamp.partition("-")[0]
    return int(number) if number.isdecimal() and len(number) < 9 else 0


def _digest(entries: tuple[Entry, ...]) -> str:
    told = [
        (
            entry.session_id,
            entry.words,
            entry.place.starts_at.isoformat(),
            entry.place.ends_at.isoformat(),
            entry.place.room_id,
            sorted((person, part.value) for person, part in entry.people),
        )
        for entry in sorted(entries, key=lambda one: one.session_id)
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:24]
