"""What the agenda's pages show, as values made of rows."""

from dataclasses import dataclass

from app.agenda.models import AgendaSession
from app.agenda.planner import AgendaFacts, BrokenRule, Judgement, weigh
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
    def mark(self) -> str:
        """A short digest of all that it is about, by which a page knows it again."""
        return self.broken.mark[:10]

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
