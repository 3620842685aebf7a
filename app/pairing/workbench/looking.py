"""A what-if as its page shows it: what is chosen, what would change, or what stands against it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.pairing.choices import Choices
from app.pairing.planner import PairingFacts, build_problem, judge, outcome_of, wanted_of
from app.pairing.refusing import refused_triangles
from app.pairing.service.returning import left_out_unheard
from app.pairing.wanted import Wanted
from app.pairing.workbench import words
from app.pairing.workbench.comparing import Comparison, KeptLabel, compare, kept_labels, plan_of_rows, renewed
from app.pairing.workbench.earlier import changed_since
from app.pairing.workbench.easing import Obstacle, obstacles_of, size_for_pins, ways_past
from app.pairing.workbench.words import Names
from app.platform.errors import Refused
from app.solver_runs.models import SolverRun
from app.solver_runs.panels import Panel, panel_of
from app.solver_runs.queries import latest_run_on
from app.solver_runs.service import digest_of
from scheduler.core.explanation import Explanation
from scheduler.pairing.problem import PairingProblem


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """One choice in a sentence, and the parts of an address without it."""

    sentence: str
    without: Choices


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """Choices on what stands, the run over them, and what came out.

    ``computed_on`` is the hash of the problem with the choices: what an apply must find again. ``broken`` are rules
    that the plan breaks today, ``ways_out`` choices that lead past a no of an organisation. ``is_stale`` says that
    profiles are others than when the plan that stands was computed, so that applying renews its points and reasons
    even where no partnership changes.
    """

    choices: Choices
    wanted: Wanted
    computed_on: str
    lines: tuple[Chosen, ...]
    run: SolverRun | None
    panel: Panel | None
    comparison: Comparison | None
    obstacles: tuple[Obstacle, ...]
    broken: tuple[str, ...]
    ways_out: tuple[Obstacle, ...]
    is_stale: bool
    kept_labels: tuple[KeptLabel, ...]

    @property
    def is_thinking(self) -> bool:
        """Whether an answer is still to come by itself."""
        return self.panel is not None and not self.panel.run.is_settled

    @property
    def can_be_applied(self) -> bool:
        if self.comparison is None or self.broken or self.is_thinking:
            return False
        return bool(self.choices) or bool(self.comparison.changes) or self.is_stale


def problem_with(session: Session, facts: PairingFacts, wanted: Wanted) -> tuple[PairingProblem, str]:
    """The problem where organisers want this, and its hash."""
    problem = build_problem(session, facts, wanted)
    return problem, hash_of(problem)


def hash_of(problem: PairingProblem) -> str:
    return digest_of(problem.model_dump_json())


def what_if(
    session: Session, facts: PairingFacts, choices: Choices, *, run: SolverRun | None = None, now: datetime
) -> WhatIf:
    """Look at choices; nothing is stored.

    Args:
        choices: of the address, already without what is so anyway.
        run: an earlier run whose plan is looked at, in place of the one over these choices.
    """
    stored = wanted_of(session, facts)
    wanted = choices.on(stored)
    problem, computed_on = problem_with(session, facts, wanted)
    names = Names(facts.parties)
    found = run or latest_run_on(session, event_id=facts.event.id, kind="pairing", problem_hash=computed_on)
    panel = None if found is None else _here(panel_of(session, run=found, slug=facts.event.slug, now=now))
    comparison, broken, ways_out = _result(session, facts, problem, names, wanted, found)
    return WhatIf(
        choices=choices,
        wanted=stored,
        computed_on=computed_on,
        lines=tuple(_lines(choices, stored, names)),
        run=found,
        panel=panel,
        comparison=comparison,
        obstacles=_obstacles(panel, problem, wanted, names),
        broken=broken,
        ways_out=ways_out,
        is_stale=bool(changed_since(session, facts)),
        kept_labels=kept_labels(facts),
    )


def _here(panel: Panel) -> Panel:
    """A panel on the page that its run leads to, so without the way there."""
    return replace(panel, run=replace(panel.run, proposal_path=None))


def _result(
    session: Session,
    facts: PairingFacts,
    problem: PairingProblem,
    names: Names,
    wanted: Wanted,
    run: SolverRun | None,
) -> tuple[Comparison | None, tuple[str, ...], tuple[Obstacle, ...]]:
    if run is None or not run.has_solution or run.state.is_open:
        return None, (), ()
    try:
        plan = outcome_of(facts, run.outcome)
    except Refused as refused:
        return None, tuple(refused.errors.values()), ()
    plan = renewed(problem, plan)
    refused_ones = refused_triangles(session, facts, plan, wanted)
    broken = (
        *(names.within(one.message) for one in judge(problem, plan).violations),
        *(one.sentence for one in refused_ones),
    )
    left_out = left_out_unheard(session, facts.event.id).values()
    compared = compare(problem, plan_of_rows(facts, problem), plan, rows=facts.standing, left_out=left_out)
    return compared, broken, tuple(way for one in refused_ones for way in ways_past(one, facts, names))


def _obstacles(panel: Panel | None, problem: PairingProblem, wanted: Wanted, names: Names) -> tuple[Obstacle, ...]:
    if panel is None or not panel.explanation:
        return ()
    said = Explanation.model_validate_json(json.dumps(panel.explanation))
    fixes = {fix.path: fix.to for fix in (*(said.fixes or ()), *((said.fix,) if said.fix else ()))}
    enough = size_for_pins(said.facts, problem) | fixes
    return obstacles_of(said.facts, problem, wanted=wanted, names=names, fixes=enough)


def _lines(choices: Choices, stored: Wanted, names: Names) -> Sequence[Chosen]:
    sentences = sentences_of(choices, stored, names)
    return [
        Chosen(sentence=sentence, without=choices.without(field, content))
        for (field, content), sentence in zip(choices.pairs(), sentences, strict=True)
    ]


def sentences_of(choices: Choices, stored: Wanted, names: Names) -> list[str]:
    """A sentence for each choice, in the order of the address."""
    return [
        *(words.pinned(names, one) for one in choices.pin),
        *(words.unpinned(names, one) for one in choices.unpin),
        *(words.unvetoed(names, one) for one in choices.unveto),
        *(words.countries_apart(one) for one in choices.apart),
        *(words.countries_together(one) for one in choices.unapart),
        *(words.untied(names, one) for one in choices.untie),
        *(words.asked_again(names, one) for one in choices.again),
        *(words.vetoed(names, one, by) for one, by in choices.veto.items()),
        *(words.unsaid(names, one) for one in choices.unsay),
        *(words.shared(name, limits) for name, limits in choices.shares.items()),
        *(words.weighted(name, weight, stored.weights[name]) for name, weight in choices.weights.items()),
        *(words.ruled(name, value) for name, value in choices.rules.items()),
        *(words.limited(names.of(slug), most) for slug, most in choices.limits.items()),
        *((words.few(),) if choices.few_changes else ()),
    ]
