"""The drafts of an edition: one is current, the others are copies under a name, to set beside it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.agenda.differences import SessionChange, difference, entries_of_draft
from app.agenda.models import AgendaDraft, AgendaRelease
from app.agenda.planner import AgendaFacts, BrokenRule, judge, problem_against, solution_of, weigh
from app.platform.errors import NotFound


def drafts_of(session: Session, event_id: int) -> list[AgendaDraft]:
    """All drafts with their placements, the current one first, then by age."""
    return list(
        session.scalars(
            select(AgendaDraft)
            .where(AgendaDraft.event_id == event_id)
            .options(selectinload(AgendaDraft.placements))
            .order_by(AgendaDraft.is_current.desc(), AgendaDraft.id)
        )
    )


def draft_in_event(session: Session, event_id: int, draft_id: int) -> AgendaDraft:
    """One draft with its placements.

    Raises:
        NotFound: the event has no such draft.
    """
    found = next((one for one in drafts_of(session, event_id) if one.id == draft_id), None)
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """A draft with its cost by term and the rules it breaks; moves are counted against the newest release."""

    draft: AgendaDraft
    costs: Mapping[str, int]
    units: Mapping[str, int]
    unplaced: int
    rules: tuple[BrokenRule, ...]

    @property
    def cost(self) -> int:
        return sum(self.costs.values())

    def broken(self, rule: str) -> int:
        """How often it breaks a rule."""
        return sum(1 for one in self.rules if one.rule == rule)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two drafts side by side, and what differs from the first to the second."""

    one: Weighed
    other: Weighed
    changes: tuple[SessionChange, ...]

    @property
    def broken_rules(self) -> list[str]:
        """The rules that either breaks, in the order of the first one's list."""
        return list(dict.fromkeys(rule.rule for side in (self.one, self.other) for rule in side.rules))


def compare(
    session: Session, facts: AgendaFacts, one: AgendaDraft, other: AgendaDraft, release: AgendaRelease | None
) -> Comparison:
    """Judge two drafts by the same validation and score."""
    return Comparison(
        one=_weighed(session, facts, one, release),
        other=_weighed(session, facts, other, release),
        changes=difference(
            entries_of_draft(facts, one),
            entries_of_draft(facts, other),
        ),
    )


def _weighed(session: Session, facts: AgendaFacts, draft: AgendaDraft, release: AgendaRelease | None) -> Weighed:
    judgement = judge(problem_against(session, facts, draft, release), solution_of(facts, draft))
    placed = {placement.session_id for placement in draft.placements}
    return Weighed(
        draft=draft,
        costs={name: term.cost for name, term in judgement.terms.items()},
        units={name: term.units for name, term in judgement.terms.items()},
        unplaced=sum(1 for item in facts.sessions if item.id not in placed),
        rules=weigh(facts, judgement),
    )
