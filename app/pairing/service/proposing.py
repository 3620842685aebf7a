"""Runs, and what comes of them: partnerships with value, label and reasons."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.events.models import Event
from app.pairing.enums import Consent, MemberRole, Modality, PartnershipState
from app.pairing.letters import tell_of_leaving_out
from app.pairing.models import Partnership, PartnershipMember
from app.pairing.planner import PairingFacts, build_problem, judge, outcome_of, read_facts, reasons_of, wanted_of
from app.pairing.refusing import refused_again
from app.pairing.service.recording import log_change, remember_wanted
from app.pairing.service.returning import bring_back, left_out_unheard, sides_of
from app.pairing.workbench.words import Names
from app.platform.actor import Actor
from app.platform.database.base import Attestation
from app.platform.errors import Refused
from app.solver_runs.models import SolverRun
from app.solver_runs.service import mark_accepted, submit
from scheduler.pairing.modality import GroupedMember, modality_of
from scheduler.pairing.solution import PairingSolution
from scheduler.pairing.solution import Partnership as ProposedPartnership


def start_run(
    session: Session, *, event: Event, label: str, time_limit_seconds: int, seed: int, actor: Actor, now: datetime
) -> SolverRun:
    """Queue a run over today's rows."""
    facts = read_facts(session, event)
    wanted = wanted_of(session, facts)
    run = submit(
        session,
        event_id=event.id,
        kind="pairing",
        label=label,
        problem_json=build_problem(session, facts, wanted).model_dump_json(),
        time_limit_seconds=time_limit_seconds,
        seed=seed,
        accept_path=f"/e/{event.slug}/manage/pairing/runs/{{run_id}}/accept",
        proposal_path=f"/e/{event.slug}/manage/pairing/runs/{{run_id}}/plan",
        actor=actor,
        now=now,
    )
    remember_wanted(session, run=run, wanted=wanted)
    return run


def accept_run(session: Session, *, event: Event, run: SolverRun, actor: Actor, now: datetime) -> list[Partnership]:
    """Make what a run proposes the partnerships of the edition.

    A partnership of the same members and roles that stands already keeps its row, its consent and its history;
    those that the run left out are withdrawn.

    Raises:
        Refused: the run has no plan, or its plan breaks a rule today.
    """
    solution = outcome_of(read_facts(session, event), run.outcome)
    return accept_plan(session, event=event, run=run, solution=solution, actor=actor, now=now)


def accept_plan(
    session: Session, *, event: Event, run: SolverRun, solution: PairingSolution, actor: Actor, now: datetime
) -> list[Partnership]:
    """Make a plan that came of a run, its points and reasons counted as of today, the partnerships of the edition.

    A partnership that is left out is withdrawn. Each side that was asked gets a mail with the reason, which is held in
    the outbox; while it is, a plan that has the partnership again brings it back with the answers that were given.

    Raises:
        Refused: the plan breaks a rule today.
    """
    facts = read_facts(session, event)
    names = Names(facts.parties)
    violations = judge(build_problem(session, facts), solution).violations
    broken: list[str] = [names.linked(one.message, event_slug=event.slug) for one in violations]
    broken += refused_again(session, facts, solution)
    if broken:
        raise Refused({str(index): message for index, message in enumerate(broken)})
    standing = {sides_of(one): one for one in facts.standing}
    left_out = left_out_unheard(session, event.id)
    kept: list[Partnership] = []
    for proposed in solution.partnerships:
        key = frozenset((facts.parties[member.id].id, member.role) for member in proposed.members)
        present = standing.pop(key, None)
        if present is None and key in left_out:
            present = left_out[key]
            bring_back(session, partnership=present, actor=actor, now=now)
        if present is None:
            present = propose(session, facts=facts, proposed=proposed, run=run, now=now)
            log_change(session, present, "partnership.proposed", actor, now, {"value": (None, present.value)})
        else:
            _renew(session, facts=facts, partnership=present, proposed=proposed)
        kept.append(present)
    for partnership in standing.values():
        before, partnership.state = partnership.state, PartnershipState.WITHDRAWN
        log_change(session, partnership, "partnership.withdrawn", actor, now, {"state": (before.value, "withdrawn")})
        if before is not PartnershipState.PROPOSED:
            tell_of_leaving_out(session, event=event, partnership=partnership, now=now)
    session.flush()
    mark_accepted(session, run=run, actor=actor, now=now)
    return kept


def propose(
    session: Session, *, facts: PairingFacts, proposed: ProposedPartnership, run: SolverRun, now: datetime
) -> Partnership:
    """A partnership of these members, with value, label and reasons as they are today; nobody is asked yet."""
    partnership = Partnership(
        event_id=facts.event.id,
        state=PartnershipState.PROPOSED,
        proposed_at=now,
        run_id=run.id,
        attestation=Attestation.ILLUSTRATIVE if facts.event.is_demonstration else Attestation.ENTERED,
        members=[
            PartnershipMember(
                party_id=facts.parties[member.id].id,
                position=position,
                role=MemberRole(member.role),
                group=facts.counted_as(member.id),
                consent=Consent.PENDING,
                party=facts.parties[member.id],
            )
            for position, member in enumerate(proposed.members)
        ],
        modality=Modality.NORTH_SOUTH,
        modality_rule="",
        classification={},
        value=0,
        reasons=[],
    )
    session.add(partnership)
    _renew(session, facts=facts, partnership=partnership, proposed=proposed)
    return partnership


def _renew(session: Session, *, facts: PairingFacts, partnership: Partnership, proposed: ProposedPartnership) -> None:
    """Write value and reasons as they are today; the label too, unless somebody has agreed to the one that stands."""
    partnership.value = proposed.value
    if not partnership.has_agreed_label:
        _label(facts, partnership, proposed)
    partnership.reasons = reasons_of(facts, proposed)
    shared = [reason for reason in partnership.reasons if reason.challenge_id is not None]
    best = max(shared, key=lambda reason: reason.points, default=None)
    partnership.challenge_id = best.challenge_id if best else None
    session.flush()


def _label(facts: PairingFacts, partnership: Partnership, proposed: ProposedPartnership) -> None:
    """The modality with the rule that gave it, and the list by which the members are counted today."""
    ruling = modality_of(
        [
            GroupedMember(id=member.id, group=facts.counted_as(member.id), role=member.role)
            for member in proposed.members
        ]
    )
    partnership.modality = Modality(proposed.modality)
    partnership.modality_rule = ruling.sentence
    partnership.classification = facts.classified({member.id for member in proposed.members}).model_dump(mode="json")
    groups = {facts.parties[member.id].id: facts.counted_as(member.id) for member in proposed.members}
    for present in partnership.members:
        present.group = groups[present.party_id]
