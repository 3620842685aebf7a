"""The rules of an agenda as organisers know them: what each may do, and what an edition has made of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.agenda.enums import Severity
from app.agenda.models import Acknowledgement, AgendaRules

ALL = (Severity.BLOCK, Severity.BLOCK_RELEASE, Severity.WARN, Severity.IGNORE)
ALWAYS_ASKED = (Severity.BLOCK, Severity.BLOCK_RELEASE, Severity.WARN)
"""A run needs it to make a plan at all."""
BLOCKING = (Severity.BLOCK, Severity.BLOCK_RELEASE)

DOUBLE_USE = frozenset({"room_hosts_one_session", "person_in_one_place", "resource_not_overused"})
"""Nobody can be in two places, whatever the reason: never weaker than blocking a release, never acknowledged."""

CHOICES: Mapping[str, tuple[Severity, ...]] = {
    "room_hosts_one_session": BLOCKING,
    "person_in_one_place": BLOCKING,
    "resource_not_overused": BLOCKING,
    "session_placed_once": ALWAYS_ASKED,
    "inside_a_day_and_open_hours": ALWAYS_ASKED,
    "room_fits": ALL,
    "person_available": ALL,
    "inside_windows": ALL,
    "pins_kept": ALL,
    "order_kept": ALL,
    "not_together": ALL,
    "same_room": ALL,
    "plenary_alone": ALL,
    "parallel_limit": ALL,
}
"""The severities that a rule may have, by rule, in the order in which pages list them."""

USUAL = Severity.BLOCK_RELEASE

WEIGHTS: Mapping[str, int] = {
    "clash": 1,
    "room_too_large": 1,
    "moved_start": 1000,
    "moved_room": 200,
    "late_start": 0,
    "day_balance": 0,
}
"""The usual weight of each soft term."""


def rules_of(session: Session, event_id: int) -> AgendaRules:
    """What an edition has made of the rules; a row that is not stored yet where it has changed nothing."""
    row = session.get(AgendaRules, event_id)
    return row or AgendaRules(event_id=event_id, severities={}, weights={}, max_parallel=None, version=0)


def severity_of(rules: AgendaRules, rule: str) -> Severity:
    """What a broken rule does in this edition; rules that always hold are not in ``CHOICES`` and block a release."""
    chosen = Severity(rules.severities.get(rule, USUAL))
    return chosen if chosen in CHOICES.get(rule, BLOCKING) else USUAL


def ignored(rules: AgendaRules) -> frozenset[str]:
    """The rules that are not asked of a plan."""
    return frozenset(rule for rule in CHOICES if severity_of(rules, rule) is Severity.IGNORE)


def weights_of(rules: AgendaRules) -> dict[str, int]:
    """The weight of each soft term in this edition."""
    return {term: rules.weights.get(term, usual) for term, usual in WEIGHTS.items()}


def can_be_acknowledged(rule: str) -> bool:
    return rule in CHOICES and rule not in DOUBLE_USE


@dataclass(frozen=True, kw_only=True)
class LetStand:
    """An acknowledgement as pages show it."""

    id: int
    rule: str
    sentence: str
    reason: str
    by: str | None


def acknowledgements_of(session: Session, event_id: int) -> dict[str, LetStand]:
    """What organisers let stand, by mark, with the name of who said so."""
    rows = session.execute(
        select(Acknowledgement, Account.display_name)
        .outerjoin(Account, Account.id == Acknowledgement.given_by_id)
        .where(Acknowledgement.event_id == event_id)
        .order_by(Acknowledgement.id)
    )
    return {
        row.mark: LetStand(id=row.id, rule=row.rule, sentence=row.sentence, reason=row.reason, by=name)
        for row, name in rows
    }
