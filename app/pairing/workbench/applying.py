"""Have a what-if worked out, and apply it: each choice becomes a row with a line in the log."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.delegations.enums import TieState
from app.delegations.models import City, Organisation
from app.delegations.queries import ties_of
from app.events.models import Event
from app.pairing.choices import Choices, token
from app.pairing.models import (
    ExcludedCountryPair,
    PairingPin,
    PairingSettings,
    PairingVeto,
    PairingWish,
    Partnership,
)
from app.pairing.planner import PairingFacts, outcome_of, read_facts, wanted_of
from app.pairing.queries import excluded_pairs_of, pins_of, refusals_of, vetoes_of, wishes_of
from app.pairing.service import accept_plan
from app.pairing.service.recording import remember_wanted
from app.pairing.wanted import SWITCHES, Couple, Percents
from app.pairing.workbench.comparing import plan_of_rows, renewed
from app.pairing.workbench.looking import problem_with
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.errors import Conflict
from app.platform.i18n import gettext as _
from app.solver_runs.models import SolverRun
from app.solver_runs.queries import latest_run_on
from app.solver_runs.service import submit

THINKS_SECONDS = 30


def work_out(
    session: Session, *, event: Event, choices: Choices, label: str, actor: Actor, now: datetime
) -> SolverRun | None:
    """Have the plan with these choices computed, unless that was done already or is being done.

    Returns:
        The run that was queued; ``None`` where there is one.
    """
    facts = read_facts(session, event)
    wanted = choices.on(wanted_of(session, facts))
    problem, computed_on = problem_with(session, facts, wanted)
    present = latest_run_on(session, event_id=event.id, kind="pairing", problem_hash=computed_on)
    if present is not None:
        return None
    run = submit(
        session,
        event_id=event.id,
        kind="pairing",
        label=label[:200],
        problem_json=problem.model_dump_json(),
        hint_json=plan_of_rows(facts, problem).model_dump_json() if facts.standing else None,
        time_limit_seconds=THINKS_SECONDS,
        proposal_path=f"/e/{event.slug}/manage/pairing/runs/{{run_id}}/plan",
        actor=actor,
        now=now,
    )
    remember_wanted(session, run=run, wanted=wanted)
    return run


def apply_choices(
    session: Session,
    *,
    event: Event,
    choices: Choices,
    run: SolverRun,
    computed_on: str,
    actor: Actor,
    now: datetime,
) -> list[Partnership]:
    """Store the choices and make the run's plan the partnerships.

    Raises:
        Conflict: the run has no plan, or what it was computed on has changed; nothing is written then.
        Refused: the plan breaks a rule with these choices made.
    """
    if run.state.is_open or not run.has_solution:
        raise Conflict(_("This run has no plan to apply."))
    # Two who apply at the same moment follow each other, so that the second finds what the first has changed.
    session.execute(select(Event.id).where(Event.id == event.id).with_for_update(key_share=True))
    facts = read_facts(session, event)
    wanted = wanted_of(session, facts)
    differing = choices.differing(wanted)
    problem, today = problem_with(session, facts, differing.on(wanted))
    if today != computed_on:
        raise Conflict(_("What this was computed on has changed meanwhile. Nothing was applied; look again."))
    solution = renewed(problem, outcome_of(facts, run.outcome))
    _Storing(session, facts, actor, now).store(differing)
    return accept_plan(session, event=event, run=run, solution=solution, actor=actor, now=now)


class _Storing:
    """Writes choices into rows, each with its line in the log."""

    def __init__(self, session: Session, facts: PairingFacts, actor: Actor, now: datetime) -> None:
        self.session, self.facts, self.actor, self.now = session, facts, actor, now
        self.ids = {slug: party.id for slug, party in facts.parties.items()}

    def store(self, choices: Choices) -> None:
        for pin in choices.unpin:
            self._unpin(pin)
        for pin in choices.pin:
            self._add("pinned", PairingPin(event_id=self._event_id, party_ids=sorted(self._ids(pin))), pin)
        for couple in choices.unveto:
            self._lift_veto(couple)
        for couple, said_by in choices.veto.items():
            self._veto(couple, said_by)
        for countries in choices.unapart:
            self._let_together(countries)
        for countries in choices.apart:
            first, other = token(countries).split("~")
            row = ExcludedCountryPair(event_id=self._event_id, country=first, other_country=other)
            self._add("countries_kept_apart", row, countries)
        for couple in choices.untie:
            self._let_tie_rest(couple)
        for organisation in choices.again:
            self._ask_again(organisation)
        for said in choices.unsay:
            self._take_no_back(said)
        for slug, most in choices.limits.items():
            self._limit(slug, most)
        self._set(choices)
        self.session.flush()

    @property
    def _event_id(self) -> int:
        return self.facts.event.id

    def _ids(self, slugs: Couple) -> list[int]:
        return [self.ids[slug] for slug in slugs]

    def _unpin(self, pin: Couple) -> None:
        ids = set(self._ids(pin))
        for row in pins_of(self.session, self._event_id):
            if set(row.party_ids) == ids:
                self._remove("unpinned", row, pin)

    def _veto(self, couple: Couple, said_by: str | None) -> None:
        smaller, larger = sorted(self._ids(couple))
        row = PairingVeto(
            event_id=self._event_id,
            city_id=smaller,
            other_city_id=larger,
            said_by_id=self.ids[said_by] if said_by else None,
        )
        self._add("vetoed", row, couple)

    def _lift_veto(self, couple: Couple) -> None:
        ids = set(self._ids(couple))
        for row in vetoes_of(self.session, self._event_id):
            if {row.city_id, row.other_city_id} == ids:
                self._remove("veto_lifted", row, couple)

    def _let_together(self, countries: Couple) -> None:
        for row in excluded_pairs_of(self.session, self._event_id):
            if {row.country, row.other_country} == countries:
                self._remove("countries_let_together", row, countries)

    def _let_tie_rest(self, couple: Couple) -> None:
        ids = set(self._ids(couple))
        for tie in ties_of(self.session, self._event_id):
            if {tie.city_id, tie.other_city_id} == ids and tie.state is not TieState.DORMANT:
                before, tie.state = tie.state, TieState.DORMANT
                self._log("tie_dormant", "tie", tie.id, {"state": (before.value, tie.state.value)})

    def _take_no_back(self, said: tuple[str, str]) -> None:
        who, whom = (self.ids[slug] for slug in said)
        for wish in wishes_of(self.session, self._event_id):
            if (wish.from_city_id, wish.to_city_id) == (who, whom):
                self.session.execute(delete(PairingWish).where(PairingWish.id == wish.id))
                self._log("no_taken_back", "pairing_wish", wish.id, {"level": (wish.level.value, None)})

    def _ask_again(self, organisation: Couple) -> None:
        ids = set(self._ids(organisation))
        for refusal in refusals_of(self.session, self._event_id):
            if refusal.organisation_id in ids:
                refusal.lifted_at, refusal.lifted_by_id = self.now, self.actor.account_id
                self._log("refusal_lifted", "facilitator_refusal", refusal.id, {"lifted": (None, token(organisation))})

    def _limit(self, slug: str, most: int) -> None:
        party = self.facts.parties[slug]
        if isinstance(party, City):
            before, party.engagements_max = party.engagements_max, most
        elif isinstance(party, Organisation):
            before, party.facilitations_max = party.facilitations_max, most  # type: ignore[assignment]
        self._log("limit_set", "party", party.id, {"partnerships": (before, most)})

    def _set(self, choices: Choices) -> None:
        if not (choices.shares or choices.weights or choices.rules):
            return
        settings = self.session.get(PairingSettings, self._event_id)
        if settings is None:
            settings = PairingSettings(event_id=self._event_id, rules={}, shares={}, weights={})
            self.session.add(settings)
        for name, limits in choices.shares.items():
            before = settings.shares.get(name)
            settings.shares = {**settings.shares, name: _stored(limits)}
            self._log("share_set", "pairing_settings", self._event_id, {name: (before, settings.shares[name])})
        for name, weight in choices.weights.items():
            before = settings.weights.get(name)
            settings.weights = {**settings.weights, name: weight}
            self._log("weight_set", "pairing_settings", self._event_id, {name: (before, weight)})
        for name, value in choices.rules.items():
            before = settings.rules.get(name)
            settings.rules = {**settings.rules, name: bool(value) if name in SWITCHES else value}
            self._log("rule_set", "pairing_settings", self._event_id, {name: (before, settings.rules[name])})

    def _add(self, verb: str, row: PairingPin | PairingVeto | ExcludedCountryPair, members: Couple) -> None:
        self.session.add(row)
        self.session.flush()
        self._log(verb, row.__tablename__, row.id, {"members": (None, token(members))})

    def _remove(self, verb: str, row: PairingPin | PairingVeto | ExcludedCountryPair, members: Couple) -> None:
        self.session.delete(row)
        self._log(verb, row.__tablename__, row.id, {"members": (token(members), None)})

    def _log(self, verb: str, entity: str, entity_id: int, changes: dict[str, tuple[object, object]]) -> None:
        self.session.flush()
        record(
            self.session,
            actor=self.actor,
            now=self.now,
            event_id=self._event_id,
            action=f"pairing.{verb}",
            entity=entity,
            entity_id=entity_id,
            changes=changes,
        )


def _stored(limits: Percents) -> dict[str, float | None]:
    least, most = limits
    hundred = Decimal(100)
    return {"min": float(least / hundred) if least else None, "max": float(most / hundred) if most != hundred else None}
