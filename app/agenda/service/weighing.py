"""What organisers make of the rules: severities, weights, and single violations that they let stand."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.agenda.enums import Severity
from app.agenda.models import Acknowledgement, AgendaRules
from app.agenda.preview import preview_of
from app.agenda.rules import CHOICES, USUAL, WEIGHTS, rules_of, severity_of, weights_of
from app.events.models import Event
from app.platform.actor import Actor
from app.platform.audit import record, record_change
from app.platform.errors import Conflict, NotFound, Refused
from app.platform.i18n import gettext as _

LARGEST_WEIGHT = 100_000
MOST_PARALLEL = 1000


def set_rules(
    session: Session,
    *,
    event: Event,
    severities: Mapping[str, Severity],
    weights: Mapping[str, int],
    max_parallel: int | None,
    version: int,
    actor: Actor,
    now: datetime,
) -> AgendaRules:
    """Say what each rule does and what each wish weighs in this edition.

    Raises:
        Refused: a severity that the rule may not have (double use always blocks a release), or a weight out of range.
        Conflict: somebody else saved meanwhile.
    """
    rules = rules_of(session, event.id)
    if rules.version != version:
        raise Conflict(_("Somebody else changed the rules meanwhile."))
    _require_allowed(severities, weights, max_parallel)
    before = _as_lines(rules)
    rules.severities = {rule: one.value for rule, one in severities.items() if one is not USUAL}
    rules.weights = {term: weight for term, weight in weights.items() if weight != WEIGHTS[term]}
    rules.max_parallel = max_parallel
    if version == 0:
        rules.version = 1
        _insert(session, rules, said=_("Somebody else changed the rules meanwhile."))
    session.flush()
    after = _as_lines(rules)
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action="agenda.rules_set",
        entity="agenda_rules",
        entity_id=event.id,
        changes={field: (before[field], after[field]) for field in after if before[field] != after[field]},
    )
    return rules


def acknowledge(
    session: Session, *, event: Event, mark: str, reason: str, actor: Actor, now: datetime
) -> Acknowledgement:
    """Let one broken rule of the current draft stand. It lapses when anything that it is about changes.

    Raises:
        Refused: the rule is about double use, which nobody can let stand, or no longer blocks anything.
        Conflict: this violation is there no more, or it stands already.
    """
    broken = next((rule for rule in preview_of(session, event).rules if rule.mark == mark), None)
    if broken is None:
        raise Conflict(_("This rule is no longer broken in that way. Look at the list again."))
    if not broken.can_be_acknowledged:
        raise Refused({"reason": _("Double use of a person, a room or an interpreter cannot be let stand. Move one.")})
    if broken.acknowledged is not None:
        theirs = {"by": broken.acknowledged.by or _("Somebody"), "reason": broken.acknowledged.reason}
        raise Conflict(
            _("%(by)s let this stand meanwhile: “%(reason)s”. Yours: “%(mine)s”.") % {**theirs, "mine": reason}
        )
    row = Acknowledgement(
        event_id=event.id,
        rule=broken.rule,
        mark=mark,
        sentence=broken.sentence,
        reason=reason,
        given_at=now,
        given_by_id=actor.account_id,
    )
    _insert(session, row, said=_("Somebody let this stand meanwhile."))
    record_change(session, row, "agenda.let_stand", actor, now, {"reason": (None, reason), "rule": (None, row.rule)})
    return row


def take_back(session: Session, *, event: Event, acknowledgement_id: int, actor: Actor, now: datetime) -> None:
    """No longer let a broken rule stand.

    Raises:
        NotFound: the event has no such acknowledgement.
    """
    row = session.scalar(
        select(Acknowledgement).where(Acknowledgement.event_id == event.id, Acknowledgement.id == acknowledgement_id)
    )
    if row is None:
        raise NotFound
    record_change(session, row, "agenda.let_stand_no_more", actor, now, {"reason": (row.reason, None)})
    session.delete(row)
    session.flush()


def _insert(session: Session, row: AgendaRules | Acknowledgement, *, said: str) -> None:
    """Add a row of which there is one; whoever comes second at the same moment is told so."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise Conflict(said) from None


def _require_allowed(severities: Mapping[str, Severity], weights: Mapping[str, int], max_parallel: int | None) -> None:
    errors = {}
    for rule, severity in severities.items():
        if severity not in CHOICES.get(rule, ()):
            errors[f"severity_{rule}"] = _("This rule cannot be made that weak.")
    for term, weight in weights.items():
        if term not in WEIGHTS or not 0 <= weight <= LARGEST_WEIGHT:
            errors[f"weight_{term}"] = _("Choose one from the list.")
    if max_parallel is not None and not 1 <= max_parallel <= MOST_PARALLEL:
        errors["max_parallel"] = _("Give a number from 1 to 1000, or nothing for no limit.")
    if errors:
        raise Refused(errors)


def _as_lines(rules: AgendaRules) -> dict[str, object]:
    return {
        **{f"severity_{rule}": severity_of(rules, rule).value for rule in CHOICES},
        **{f"weight_{term}": weight for term, weight in weights_of(rules).items()},
        "max_parallel": rules.max_parallel,
    }
