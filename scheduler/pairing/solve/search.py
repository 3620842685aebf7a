"""CP-SAT over some candidates: a plan that comes to given values, or the proof that these candidates make none."""

from dataclasses import dataclass, field

from scheduler.core.cpsat import Solved, SolveStatus, run
from scheduler.pairing.catalogue import Catalogue
from scheduler.pairing.model import PairingModel, build
from scheduler.pairing.objective import keep_floor
from scheduler.pairing.score import stages_of
from scheduler.pairing.solve.plans import Plan, decoded, hint_of, ranked
from scheduler.pairing.solve.spending import Part


@dataclass(frozen=True)
class Wanted:
    """Values that a plan must come to at least (``changes``: at most), and the stage to make as good as can be."""

    values: dict[str, int] = field(default_factory=dict)
    stage: str | None = None


@dataclass(frozen=True)
class Found:
    """The answer: ``infeasible`` and ``optimal`` are proofs about the candidates searched."""

    status: SolveStatus
    plan: Plan | None
    bound: int | None


def look(
    catalogue: Catalogue, wanted: Wanted, part: Part, *, share: float = 1.0, hint: list[frozenset[str]] | None = None
) -> Found:
    """Search a plan among the candidates of a catalogue, in a share of a part of the time."""
    pool = catalogue.pool
    names = {*wanted.values, *([wanted.stage] if wanted.stage else [])}
    if wanted.stage != "lowest":
        names.discard("lowest")
    built = build(pool, [catalogue.candidate(number) for number in range(len(catalogue))], wanted=names)
    expressions = {each.name: each.expression for each in built.stages}
    for name, value in wanted.values.items():
        if name == "lowest":
            keep_floor(built.variables, value)
        else:
            built.model.add(expressions[name] <= value if name == "changes" else expressions[name] >= value)
    sense = None if wanted.stage is None else stages_of(pool.problem)[wanted.stage]
    if wanted.stage is not None:
        (built.model.maximize if sense == "max" else built.model.minimize)(expressions[wanted.stage])
    spending = part.spending
    solved = run(
        built.model,
        stage=wanted.stage or "search",
        sense=sense,
        limits=spending.limits,
        seconds=max(0.05, part.seconds * share),
        control=spending.control,
        stopwatch=spending.stopwatch,
        hint=hint_of(built, hint or []),
        deterministic_time=part.work * share if part.has_budget else None,
    )
    spending.use(solved.deterministic_time)
    return Found(solved.status, _plan(built, solved), solved.bound)


def _plan(built: PairingModel, solved: Solved) -> Plan | None:
    return None if solved.values is None else ranked(built.variables.pool, decoded(built, solved))
