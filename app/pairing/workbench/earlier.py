"""Plans of before: with which choices a run was made, seen from what is wanted today."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.pairing.choices import Choices
from app.pairing.models import Partnership, WantedThen
from app.pairing.planner import PairingFacts, build_problem, percents_of, wanted_of
from app.pairing.wanted import NO_LIMIT, SHARED, Couple, Percents, Wanted
from app.pairing.workbench.comparing import Change, changes_between
from app.platform.errors import Refused
from app.platform.i18n import gettext as _
from app.platform.pagination import Page, paginate
from app.solver_runs.models import SolverRun
from app.solver_runs.queries import accepted_last, names_of_accounts, problem_of, runs_of_event
from app.solver_runs.view import RunView, Stage, stages_of, view_of
from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.solution import PairingOutcome, PairingSolution


def choices_behind(session: Session, facts: PairingFacts, run: SolverRun) -> Choices:
    """The choices that lead from what is wanted today to what a run was made with.

    What speaks of parties that are there no more is left out; so are limits of parties, ties, and what cities said of
    each other, which are theirs.
    """
    problem = PairingProblem.model_validate_json(problem_of(session, run=run))
    today = wanted_of(session, facts)
    known = frozenset(facts.parties)
    return _between(today, problem, *_pins_and_vetoes(session, run, problem, today, known))


def _pins_and_vetoes(
    session: Session, run: SolverRun, problem: PairingProblem, today: Wanted, known: frozenset[str]
) -> tuple[frozenset[Couple], Mapping[Couple, str | None]]:
    """What organisers pinned and kept apart when a run was asked for."""
    while run.restored_from_id is not None:
        run = session.get_one(SolverRun, run.restored_from_id)
    then = session.get(WantedThen, run.id)
    if then is not None:
        vetoes: dict[Couple, str | None] = {frozenset((one, other)): by for one, other, by in then.vetoes}
        return (
            frozenset(pin for pin in map(frozenset, then.pins) if pin <= known),
            {couple: by for couple, by in vetoes.items() if couple <= known},
        )
    # Of runs from before this was kept, the problem tells as much as it can. One that looked for a replacement
    # pins whatever it left alone: nothing tells these pins from those of organisers.
    searches = select(Partnership.id).where(Partnership.replacement_run_id == run.id)
    is_replacement = session.scalars(searches.limit(1)).first() is not None
    pins = today.pins if is_replacement else frozenset(pin for pin in map(frozenset, problem.pins) if pin <= known)
    noes = {frozenset((wish.from_, wish.to)) for wish in problem.wishes if wish.level == "no"}
    return pins, {couple: by for couple, by in today.vetoes.items() if couple in noes}


def changed_since(session: Session, facts: PairingFacts) -> tuple[str, ...]:
    """Names of the cities whose profile is another than when the plan that stands was computed, or that came since."""
    run = accepted_last(session, event_id=facts.event.id, kind="pairing")
    if run is None:
        return ()
    then = {city.id: city for city in PairingProblem.model_validate_json(problem_of(session, run=run)).cities}
    now = build_problem(session, facts).cities
    return tuple(sorted(facts.parties[city.id].name for city in now if then.get(city.id) != city))


def undecided_run(session: Session, event_id: int) -> SolverRun | None:
    """The last run over all cities whose plan nobody has applied or discarded, unless another plan was applied since.

    Neither a what-if nor the search for a replacement is one: their plans stand on pages of their own.
    """
    replacements = select(Partnership.replacement_run_id).where(Partnership.replacement_run_id.is_not(None))
    run = session.scalars(
        runs_of_event(event_id=event_id, kind="pairing")
        .where(SolverRun.accept_path.is_not(None), SolverRun.id.not_in(replacements))
        .limit(1)
    ).one_or_none()
    applied = accepted_last(session, event_id=event_id, kind="pairing")
    if run is None or run.accepted_at or run.discarded_at:
        return None
    is_overtaken = applied and applied.accepted_at and applied.accepted_at > run.submitted_at
    return None if is_overtaken else run


def _between(
    today: Wanted, problem: PairingProblem, pins: frozenset[Couple], vetoes: Mapping[Couple, str | None]
) -> Choices:
    apart = {frozenset(pair) for pair in problem.excluded_country_pairs}
    shares: dict[str, Percents] = {
        name: percents_of({"min": _number(limits.min), "max": _number(limits.max)})
        for name, limits in problem.shares.items()
    }
    weights, rules = problem.weights.model_dump(), problem.rules.model_dump()
    return Choices(
        pin=tuple(sorted(pins - today.pins, key=sorted)),
        unpin=tuple(sorted(today.pins - pins, key=sorted)),
        veto={couple: vetoes[couple] for couple in sorted(vetoes.keys() - today.vetoes.keys(), key=sorted)},
        unveto=tuple(sorted(today.vetoes.keys() - vetoes.keys(), key=sorted)),
        apart=tuple(sorted(apart - today.apart, key=sorted)),
        unapart=tuple(sorted(today.apart - apart, key=sorted)),
        shares={name: shares.get(name, NO_LIMIT) for name in SHARED if shares.get(name, NO_LIMIT) != today.share(name)},
        weights={name: weight for name, weight in weights.items() if weight != today.weights[name]},
        rules={name: int(value) for name, value in rules.items() if int(value) != today.rules[name]},
    )


def _number(share: object) -> float | None:
    return None if share is None else float(str(share))


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """A run of the history: the row, its stages and how many partnerships its plan has, if it has one."""

    run: SolverRun
    shown: RunView
    stages: tuple[Stage, ...]
    partnerships: int | None
    asked_by: str | None


@dataclass(frozen=True, kw_only=True)
class TwoPlans:
    """Two runs' plans beside each other: what only one of them has, and points by term and stages, each by its own."""

    changes: tuple[Change, ...]
    terms: tuple[tuple[str, int, int], ...]
    stages: tuple[tuple[str, int | None, int | None], ...]
    counts: tuple[int, int]


def earlier_runs(
    session: Session, event_id: int, *, slug: str, page: int, size: int, now: datetime
) -> tuple[Page[SolverRun], tuple[Earlier, ...]]:
    """The runs of the pairing, latest first."""
    found = paginate(session, runs_of_event(event_id=event_id, kind="pairing"), page=page, size=size)
    names = names_of_accounts(session, account_ids=(run.submitted_by for run in found.items))
    return found, tuple(
        Earlier(
            run=run,
            shown=view_of(run, slug=slug, now=now),
            stages=stages_of(run),
            partnerships=_count(run),
            asked_by=names.get(run.submitted_by or 0),
        )
        for run in found.items
    )


def two_plans(first: SolverRun, second: SolverRun) -> TwoPlans:
    """Compare the plans of two runs, ``first`` as the one before.

    Raises:
        Refused: one of them has no plan.
    """
    before, after = _plan(first), _plan(second)
    names = [*before.score, *(name for name in after.score if name not in before.score)]
    stages = [*(stage.name for stage in before.stages)]
    stages += [stage.name for stage in after.stages if stage.name not in stages]
    values = [{stage.name: stage.value for stage in plan.stages} for plan in (before, after)]
    old, new = (plan.solution or PairingSolution() for plan in (before, after))
    return TwoPlans(
        changes=changes_between(old, new),
        terms=tuple((name, _points(before, name), _points(after, name)) for name in names),
        stages=tuple((name, values[0].get(name), values[1].get(name)) for name in stages),
        counts=(len(old.partnerships), len(new.partnerships)),
    )


def _plan(run: SolverRun) -> PairingOutcome:
    if not run.has_solution or run.outcome is None:
        raise Refused(_("Run %(number)s has no plan to compare.") % {"number": run.id})
    return PairingOutcome.model_validate_json(run.outcome)


def _points(outcome: PairingOutcome, term: str) -> int:
    return outcome.score[term].cost if term in outcome.score else 0


def _count(run: SolverRun) -> int | None:
    plan = _plan(run).solution if run.has_solution else None
    return None if plan is None else len(plan.partnerships)
