"""The broken rules of a draft, each with its severity in this edition and whether somebody lets it stand."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.agenda.enums import Severity
from app.agenda.planner.facts import AgendaFacts
from app.agenda.planner.sentences import names_of, say
from app.agenda.planner.solutions import Judgement
from app.agenda.rules import BLOCKING, LetStand, can_be_acknowledged, severity_of


@dataclass(frozen=True, kw_only=True)
class BrokenRule:
    """One broken rule, numbered from 1; ``sentence`` is for people, ``mark`` a digest of all that it is about."""

    number: int
    rule: str
    subjects: tuple[str, ...]
    sentence: str
    severity: Severity
    mark: str
    acknowledged: LetStand | None

    @property
    def blocks_release(self) -> bool:
        return self.severity in BLOCKING and self.acknowledged is None

    @property
    def can_be_acknowledged(self) -> bool:
        return self.severity in BLOCKING and can_be_acknowledged(self.rule)


def weigh(facts: AgendaFacts, judgement: Judgement) -> tuple[BrokenRule, ...]:
    """All broken rules that the edition does not ignore, what blocks first."""
    names = names_of(facts)
    found: list[BrokenRule] = []
    for violation, mark in zip(judgement.violations, judgement.marks, strict=True):
        severity = severity_of(facts.rules, violation.rule)
        if severity is Severity.IGNORE:
            continue
        stands = facts.acknowledged.get(mark) if can_be_acknowledged(violation.rule) else None
        found.append(
            BrokenRule(
                number=0,
                rule=violation.rule,
                subjects=violation.subjects,
                sentence=say(facts, names, violation.message),
                severity=severity,
                mark=mark,
                acknowledged=stands,
            )
        )
    return tuple(_numbered(sorted(found, key=lambda one: not one.blocks_release)))


def _numbered(rules: Iterable[BrokenRule]) -> Iterable[BrokenRule]:
    for number, one in enumerate(rules, start=1):
        yield replace(one, number=number)
