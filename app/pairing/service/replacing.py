"""The best replacement for a partnership that one of its members declined; all others stay as they are."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.events.models import Event
from app.pairing.models import Partnership, PartnershipMember
from app.pairing.planner import PairingFacts, build_problem, judge, outcome_of, read_facts, wanted_of
from app.pairing.queries import title_of
from app.pairing.refusing import not_asked_about, refused_again
from app.pairing.service.proposing import propose
from app.pairing.service.recording import log_change, remember_wanted
from app.pairing.workbench.comparing import plan_of_rows, renewed
from app.pairing.workbench.words import Names
from app.platform import i18n
from app.platform.actor import Actor
from app.platform.errors import Refused
from app.platform.i18n import gettext as _
from app.solver_runs.models import SolverRun
from app.solver_runs.service import mark_accepted, submit
from scheduler.pairing.problem import read_problem
from scheduler.pairing.released import replacement_problem
from scheduler.pairing.solution import Partnership as ProposedPartnership

TIME_LIMIT_SECONDS = 20.0


def seek_replacement(
    session: Session,
    *,
    event: Event,
    partnership: Partnership,
    declined_by: PartnershipMember,
    actor: Actor,
    now: datetime,
) -> SolverRun:
    """Ask a solver run for the best plan without this partnership that leaves all others alone."""
    facts = read_facts(session, event)
    wanted = wanted_of(session, facts)
    today, others = build_problem(session, facts, wanted), _standing(facts)
    problem = replacement_problem(
        today,
        others=others,
        released={member.party.slug for member in partnership.members},
        declined_by=declined_by.party.slug,
        not_asked=not_asked_about(session, facts, today, others=others),
    )
    run = submit(
        session,
        event_id=event.id,
        kind="pairing",
        label=_label(partnership),
        problem_json=problem.model_dump_json(),
        time_limit_seconds=TIME_LIMIT_SECONDS,
        accept_path=f"/e/{event.slug}/manage/pairing/runs/{{run_id}}/take",
        actor=actor,
        now=now,
    )
    partnership.replacement_run_id = run.id
    remember_wanted(session, run=run, wanted=wanted)
    return run


def replacements_in(facts: PairingFacts, run: SolverRun) -> tuple[ProposedPartnership, ...]:
    """The partnerships of a run's plan that do not stand yet, as it counted them; not those that it had to leave alone.

    Raises:
        Refused: the run has no plan, or it speaks of parties that are there no more.
    """
    # What stood then and was declined since is nothing that the run found.
    stand = {*_standing(facts), *(frozenset(pin) for pin in read_problem(run.problem).pins)}
    return tuple(one for one in outcome_of(facts, run.outcome).partnerships if one.ids not in stand)


def take_replacement(
    session: Session, *, event: Event, run: SolverRun, actor: Actor, now: datetime
) -> list[Partnership]:
    """Propose what a run found in place of a declined partnership; what stands is not touched.

    Raises:
        Refused: the run found nothing new, or it breaks a rule with what stands today.
    """
    facts = read_facts(session, event)
    found = replacements_in(facts, run)
    if not found:
        raise Refused({"run": _("This run found nobody in place of those who declined.")})
    problem = build_problem(session, facts)
    before = plan_of_rows(facts, problem)
    plan = renewed(problem, before.model_copy(update={"partnerships": (*before.partnerships, *found)}))
    known = judge(problem, before).violations
    names = Names(facts.parties)
    broken: list[str] = [
        names.linked(one.message, event_slug=event.slug) for one in judge(problem, plan).violations if one not in known
    ]
    broken += refused_again(session, facts, plan)
    if broken:
        raise Refused({str(index): message for index, message in enumerate(broken)})
    new = {one.ids for one in found}
    made = []
    for one in plan.partnerships:
        if one.ids not in new:
            continue
        partnership = propose(session, facts=facts, proposed=one, run=run, now=now)
        log_change(session, partnership, "partnership.proposed", actor, now, {"value": (None, partnership.value)})
        made.append(partnership)
    mark_accepted(session, run=run, actor=actor, now=now)
    return made


def _label(partnership: Partnership) -> str:
    """For the office, whatever language the member answered in."""
    with i18n.speaking("en"):
        return f"Instead of {title_of(partnership)}"


def _standing(facts: PairingFacts) -> list[frozenset[str]]:
    """The members of each partnership that stands, by slug; those with a party that is there no more are left out."""
    groups = [frozenset(member.party.slug for member in one.members) for one in facts.standing]
    return [slugs for slugs in groups if slugs <= facts.parties.keys()]
