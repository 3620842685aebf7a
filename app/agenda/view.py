"""What the agenda's pages show, as values made of rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.agenda.models import AgendaSession
from app.agenda.planner import AgendaFacts, BrokenRule, Judgement, weigh
from app.agenda.shown import ShownSession
from app.events.models import Event
from app.events.queries import day_of
from app.platform.i18n import gettext as _


@dataclass(frozen=True, kw_only=True)
class ShownRule:
    """A broken rule with a number that the cards carry too, and the sessions it is about."""

    broken: BrokenRule
    sessions: tuple[AgendaSession, ...]

    @property
    def number(self) -> int:
        return self.broken.number

    @property
    def rule(self) -> str:
        return self.broken.rule

    @property
    def message(self) -> str:
        return self.broken.sentence

    @property
    def severity(self) -> str:
        """How grave it is now: what somebody lets stand warns and no more."""
        return "warn" if self.broken.acknowledged else self.broken.severity.value

    @property
    def note(self) -> str | None:
        """Why it stands, where somebody lets it stand."""
        stands = self.broken.acknowledged
        if stands is None:
            return None
        return _("Let stand: %(reason)s (%(by)s)") % {"reason": stands.reason, "by": stands.by or "–"}


def broken_rules(facts: AgendaFacts, judgement: Judgement) -> tuple[ShownRule, ...]:
    """All broken rules of a draft that the edition does not ignore, numbered from 1."""
    by_slug = {item.slug: item for item in facts.sessions}
    return tuple(
        ShownRule(broken=broken, sessions=tuple(by_slug[subject] for subject in broken.subjects if subject in by_slug))
        for broken in weigh(facts, judgement)
    )


@dataclass(frozen=True, kw_only=True)
class PublicDay:
    """One day of a release: its sessions in the order of time."""

    on: date
    sessions: tuple[ShownSession, ...]


def public_days(
    event: Event, sessions: Iterable[ShownSession], *, room: str | None, challenge: str | None, kind: str | None
) -> tuple[PublicDay, ...]:
    """Released sessions by day, as the filters of the address ask."""
    days: dict[date, list[ShownSession]] = {}
    for placed in sessions:
        days.setdefault(day_of(event, placed.starts_at), [])
        wanted = (
            (not room or placed.frozen["room_slug"] == room)
            and (not challenge or placed.frozen["challenge"] == challenge)
            and (not kind or placed.frozen["kind"] == kind)
        )
        if wanted:
            days[day_of(event, placed.starts_at)].append(placed)
    return tuple(PublicDay(on=on, sessions=tuple(rows)) for on, rows in sorted(days.items()))
