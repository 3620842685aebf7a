"""Pairing through its service: what a run proposes becomes rows, reasons follow the fields, consent decides."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import delete, select

from app.delegations.models import City, Need
from app.delegations.queries import city_in_event
from app.events.models import Challenge
from app.pairing.enums import Consent, PartnershipState
from app.pairing.models import Partnership, PartnershipMember, PartnershipReason
from app.pairing.planner import build_problem, judge, problem_of, read_facts
from app.pairing.queries import member_by_token, partnership_in_event, partnerships_of, public_partnerships_of
from app.pairing.service import accept_plan, accept_run, answer, ask, confirm_for_all, start_run, withdraw
from app.pairing.workbench.comparing import plan_of_rows
from app.platform.actor import Actor
from app.platform.audit import AuditEntry
from app.platform.errors import Conflict, Refused
from app.platform.outbox import MailState, OutboxMail
from app.platform.tokens import digest
from app.solver_runs.models import SolverRun
from scheduler.core.limits import Limits
from scheduler.pairing.solution import PairingSolution, UnpairedCity
from scheduler.pairing.solve import solve

both = pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])


def _sides(partnership: Partnership) -> frozenset[str]:
    return frozenset(member.party.slug for member in partnership.members)


@both
def test_the_plan_is_accepted_and_its_reasons_sum_to_its_value(
    session: Any, edition: Any, paired: Callable[[], list[Partnership]], kind: str
) -> None:
    problem = problem_of(session, edition.id)
    assert {city.id for city in problem.cities} == {"phnom-penh", "shenzhen", "essen", "gothenburg"}
    assert {city.id: city.group for city in problem.cities}["shenzhen"] == "south"
    stands = paired()
    assert {_sides(one) for one in stands} == {
        frozenset({"phnom-penh", "shenzhen"}),
        frozenset({"essen", "gothenburg"}),
    }
    for one in stands:
        assert one.state is PartnershipState.PROPOSED
        assert sum(reason.points for reason in one.reasons) == one.value > 0
    assert {one.modality.value for one in stands} == {"south-south", "north-north"}


@both
def test_a_second_run_keeps_the_rows_of_equal_partnerships_with_their_consent(
    session: Any, edition: Any, paired: Callable[[], list[Partnership]], actor: Actor, now: datetime, kind: str
) -> None:
    first = {_sides(one): one.id for one in paired()}
    kept = first[frozenset({"phnom-penh", "shenzhen"})]
    confirm_for_all(session, event=edition, partnership_id=kept, actor=actor, now=now)
    again = paired()
    assert {_sides(one): one.id for one in again} == first
    whole = partnership_in_event(session, edition.id, kept)
    assert whole.state is PartnershipState.CONFIRMED
    assert sum(reason.points for reason in whole.reasons) == whole.value


@both
@pytest.mark.parametrize("is_told", [False, True])
def test_what_a_plan_left_out_comes_back_as_it_stood_unless_its_sides_were_told(
    session: Any,
    edition: Any,
    paired: Callable[[], list[Partnership]],
    actor: Actor,
    now: datetime,
    kind: str,
    is_told: bool,
) -> None:
    """PAIR-08: the way back to an earlier plan keeps the answers that were given, as long as nobody heard of the end."""
    pair = frozenset({"phnom-penh", "shenzhen"})
    first = {_sides(one): one for one in paired()}
    number = first[pair].id
    confirm_for_all(session, event=edition, partnership_id=number, actor=actor, now=now)
    run = session.get_one(SolverRun, first[pair].run_id)

    def accept(plan: PairingSolution) -> dict[frozenset[str], Partnership]:
        session.expire_all()
        accept_plan(session, event=edition, run=run, solution=plan, actor=actor, now=now)
        session.expire_all()
        return {_sides(one): one for one in partnerships_of(session, edition.id)}

    facts = read_facts(session, edition)
    problem = build_problem(session, facts)
    whole = plan_of_rows(facts, problem)
    kept = tuple(one for one in whole.partnerships if one.ids != pair)
    alone = tuple(UnpairedCity(id=one) for one in sorted(pair))
    for _turn in range(2):
        assert pair not in accept(PairingSolution(partnerships=kept, unpaired=alone))
        ended = select(OutboxMail).where(OutboxMail.key.contains("left out"), OutboxMail.state == MailState.HELD)
        mails = session.scalars(ended).all()
        assert len(mails) == 2, "each time the sides of what ends are written to"
        if is_told:
            mails[0].state = MailState.SENT
            session.flush()
        again = accept(whole)[pair]
        if is_told:
            assert (again.id != number, again.state) == (True, PartnershipState.PROPOSED)
            return
        assert (again.id, again.state) == (number, PartnershipState.CONFIRMED)
        assert session.scalars(ended).all() == []
        assert sum(reason.points for reason in again.reasons) == again.value
    again = partnership_in_event(session, edition.id, number)
    withdraw(session, partnership=again, reason="The host asked for it.", actor=actor, now=now)
    assert accept(whole)[pair].id != number, "what an organiser took back does not come back by itself"


@both
def test_a_reason_goes_when_its_field_goes(
    session: Any, edition: Any, cast: Any, paired: Callable[[], list[Partnership]], kind: str
) -> None:
    waste = session.scalars(select(Challenge.id).where(Challenge.code == "waste")).one()

    def said() -> set[tuple[str, int | None]]:
        return {
            (reason.kind, reason.challenge_id)
            for one in paired()
            for reason in one.reasons
            if "phnom-penh" in _sides(one)
        }

    before = said()
    assert ("need_met", waste) in before
    session.execute(delete(Need).where(Need.party_id == cast.parties[0], Need.challenge_id == waste))
    after = said()
    assert ("need_met", waste) not in after
    assert after < before
    for reason in session.scalars(select(PartnershipReason).where(PartnershipReason.kind == "need_met")):
        taker = city_in_event(session, edition.id, reason.to_party_id)
        giver = city_in_event(session, edition.id, reason.from_party_id)
        assert reason.challenge_id in {need.challenge_id for need in taker.needs}
        assert reason.challenge_id in {offer.challenge_id for offer in giver.offers}


def test_a_plan_that_breaks_a_rule_of_today_is_refused(
    session: Any, edition: Any, cast: Any, solved: Callable[[], SolverRun], actor: Actor, now: datetime
) -> None:
    run = solved()
    city = session.get_one(City, cast.parties[0])
    city.engagements_max = city.engagements_min = 0
    session.flush()
    link = (city.name, f"/e/{edition.slug}/manage/cities/{city.id}")
    session.expire_all()
    with pytest.raises(Refused) as refused:
        accept_run(session, event=edition, run=run, actor=actor, now=now)
    told = next(iter(refused.value.errors.values()))
    assert told == f"{link[0]} is in 1 partnerships, but may be in 0."
    assert link in told.pieces
    assert partnerships_of(session, edition.id) == []


def test_a_run_without_a_plan_cannot_be_accepted(session: Any, edition: Any, actor: Actor, now: datetime) -> None:
    run = start_run(session, event=edition, label="Test", time_limit_seconds=5, seed=1, actor=actor, now=now)
    with pytest.raises(Refused, match="no partnerships"):
        accept_run(session, event=edition, run=run, actor=actor, now=now)


@both
def test_the_last_yes_confirms_and_nothing_is_public_before(
    session: Any, edition: Any, paired: Callable[[], list[Partnership]], actor: Actor, now: datetime, kind: str
) -> None:
    one = partnership_in_event(session, edition.id, paired()[0].id)
    asked = ask(session, event=edition, partnership=one, actor=actor, now=now)
    assert len(asked) == 2
    assert one.state is PartnershipState.ASKED
    for position, (token, _link) in enumerate(asked.values()):
        assert public_partnerships_of(session, edition.id) == []
        found, member, event, _ = member_by_token(session, digest(token))
        assert (found.id, event.id, member.consent) == (one.id, edition.id, Consent.PENDING)
        for _ in range(2):
            answer(
                session,
                partnership=found,
                member=member,
                consent=Consent.ACCEPTED,
                reason=None,
                actor=actor,
                now=now,
            )
        lines = select(AuditEntry.id).where(AuditEntry.action == "partnership.accepted")
        assert len(session.scalars(lines).all()) == position + 1, "a second answer writes nothing"
    assert [public.id for public in public_partnerships_of(session, edition.id)] == [one.id]
    assert one.confirmed_at == now
    with pytest.raises(Conflict):
        ask(session, event=edition, partnership=one, actor=actor, now=now)


def test_a_no_needs_a_reason_and_ends_the_proposal(
    session: Any, edition: Any, paired: Callable[[], list[Partnership]], actor: Actor, now: datetime
) -> None:
    one = partnership_in_event(session, edition.id, paired()[0].id)
    ask(session, event=edition, partnership=one, actor=actor, now=now)
    first, second = one.members

    def say(member: PartnershipMember, consent: Consent, reason: str | None) -> None:
        answer(session, partnership=one, member=member, consent=consent, reason=reason, actor=actor, now=now)

    with pytest.raises(Refused, match="reason"):
        say(first, Consent.DECLINED, None)
    assert first.consent is Consent.PENDING
    say(first, Consent.DECLINED, "We have no staff for it.")
    say(first, Consent.ACCEPTED, None)
    assert first.consent is Consent.DECLINED, "the first answer stands"
    assert one.state is PartnershipState.DECLINED
    with pytest.raises(Conflict):
        say(second, Consent.ACCEPTED, None)
    assert public_partnerships_of(session, edition.id) == []


def test_an_unanswered_partnership_is_on_no_public_page(
    client: Any, database: Any, cast: Any, actor: Actor, now: datetime
) -> None:
    with client.app.state.database.writing() as session:
        one = Partnership(
            event_id=cast.event.id,
            state=PartnershipState.ASKED,
            modality="south-south",
            modality_rule="CANARY-RULE",
            classification={"note": "CANARY-NOTE"},
            value=7,
            proposed_at=now,
            members=[
                PartnershipMember(party_id=party, position=position, role="partner", group="south")
                for position, party in enumerate(cast.parties[:2])
            ],
            reasons=[],
        )
        session.add(one)
        session.flush()
        address = f"/e/test-event/partnerships/{one.id}"
    shown = client.get("/e/test-event/cities").text
    assert "Phnom Penh with Shenzhen" not in shown
    assert "CANARY" not in shown
    assert client.get(address).status_code == 404
    with client.app.state.database.writing() as session:
        confirm_for_all(session, event=cast.event, partnership_id=one.id, actor=actor, now=now)
    assert "Phnom Penh with Shenzhen" in client.get("/e/test-event/cities").text
    assert client.get(address).status_code == 200


def test_judgement_agrees_with_the_solver(session: Any, edition: Any, actor: Actor, now: datetime) -> None:
    problem = problem_of(session, edition.id)
    outcome = solve(problem, limits=Limits(time_limit=5, workers=1, seed=1))
    assert outcome.solution is not None
    judged = judge(problem, outcome.solution)
    assert judged.violations == ()
    assert judged.stages == {stage.name: stage.value for stage in outcome.stages}
