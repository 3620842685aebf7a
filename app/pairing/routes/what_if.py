"""What if: choices in the address, what they would change, and the button that applies them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel
from starlette.datastructures import FormData as Typed
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, Access, Policy
from app.events.loaders import RunIn, run_of_kind
from app.events.models import Event
from app.events.queries import event_of_path
from app.pairing.choices import Choices, token
from app.pairing.forms import (
    ApplyForm,
    ChoicesForm,
    CountriesForm,
    MinimumsForm,
    PlanForm,
    SharesForm,
    TogetherForm,
    WeightsForm,
)
from app.pairing.planner import PairingFacts, read_facts, wanted_of
from app.pairing.wanted import SHARED
from app.pairing.workbench import words
from app.pairing.workbench.applying import apply_choices, work_out
from app.pairing.workbench.earlier import choices_behind
from app.pairing.workbench.looking import sentences_of, what_if
from app.pairing.workbench.reading import choices_of, countries_of, minimums_of, shares_of, together_of, weights_of
from app.pairing.workbench.weighing import weighed
from app.pairing.workbench.words import Names
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession, RequestSession
from app.platform.errors import Conflict, Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.i18n import gettext as _
from app.platform.idempotency import is_first
from app.platform.rendering import country_name, is_htmx, render
from app.solver_runs.queries import run_of_event
from app.solver_runs.service import discard

router = APIRouter()

READ = Policy("pairing.what_if", roles=ORGANISERS, loader=event_of_path)
CHANGE = Policy("pairing.apply", roles=ORGANISERS, loader=event_of_path)
RUN = Policy("pairing.plan_of_run", roles=ORGANISERS, loader=run_of_kind("pairing"))
REFUSE = Policy("pairing.refuse_plan", roles=ORGANISERS, loader=run_of_kind("pairing"))

ADDED: Mapping[str, type[BaseModel]] = {
    "together": TogetherForm,
    "countries": CountriesForm,
    "shares": SharesForm,
    "weights": WeightsForm,
    "minimums": MinimumsForm,
}
"""The forms of the page that make one more choice, by the name of their button."""


@router.get("/e/{slug}/manage/pairing/what-if")
def look(request: Request, session: ReadSession, now: Now, access: Annotated[Access[Event], Depends(READ)]) -> Response:
    """What would change? Nothing is stored."""
    query = Typed([*request.query_params.multi_items()])
    bound, plan = bind(ChoicesForm, query), bind(PlanForm, query)
    facts = read_facts(session, access.found)
    if bound.value is None or plan.value is None:
        return _page(request, session, facts, Choices(), now=now, errors=bound.errors or plan.errors, status=422)
    try:
        choices = choices_of(facts, bound.value).differing(wanted_of(session, facts))
    except Refused as refused:
        return _page(request, session, facts, Choices(), now=now, errors=refused.errors, status=422)
    return _page(request, session, facts, choices, now=now, run_id=plan.value.run)


@router.post("/e/{slug}/manage/pairing/what-if")
def work_it_out(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[Event], Depends(CHANGE)],
) -> Response:
    """Add a choice and have its effect computed; the choices stand in the address of the answer."""
    event = access.found
    facts = read_facts(session, event)
    bound = bind(ChoicesForm, form)
    added = str(form.get("add", ""))
    more: Bound[Any] = bind(ADDED[added], form) if added in ADDED else Bound(None, {}, {})
    choices = Choices()
    try:
        if bound.value is None:
            raise Refused(bound.errors)
        stored = wanted_of(session, facts)
        choices = choices_of(facts, bound.value).differing(stored)
        if more.errors:
            raise Refused(more.errors)
        if more.value is not None:
            choices = choices.plus(_read(facts, more.value)).differing(stored)
    except Refused as refused:
        typed: Bound[Any] = Bound(None, refused.errors, more.typed)
        return _page(request, session, facts, choices, now=now, errors=refused.errors, typed={added: typed}, status=422)
    unsigned = replace(choices, veto=dict.fromkeys(choices.veto))
    said = " ".join(sentences_of(unsigned, stored, Names(facts.parties)))
    label = _("What if: %(choices)s") % {"choices": said} if choices else _("What if it ran again")
    work_out(session, event=event, choices=choices, label=label, actor=access.principal.actor(), now=now)
    return RedirectResponse(choices.address(_path(event)), status_code=303)


@router.post("/e/{slug}/manage/pairing/what-if/apply")
def apply(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[Event], Depends(CHANGE)],
) -> Response:
    """Store the choices and make the plan the partnerships. Pressed twice, it is applied once.

    Raises:
        NotFound: the edition has no such run.
    """
    event = access.found
    bound = bind(ApplyForm, form)
    if bound.value is None:
        raise Refused(bound.errors)
    facts = read_facts(session, event)
    run = run_of_event(session, event_id=event.id, run_id=bound.value.run, kind="pairing")
    choices = choices_of(facts, bound.value)
    try:
        # A refused apply leaves no spent key behind.
        with session.begin_nested():
            if is_first(session, sender=f"account {access.principal.account_id}", form=form, now=now):
                apply_choices(
                    session,
                    event=event,
                    choices=choices,
                    run=run,
                    computed_on=bound.value.computed_on,
                    actor=access.principal.actor(),
                    now=now,
                )
    except Conflict as conflict:
        left = choices.differing(wanted_of(session, facts))
        return _page(request, session, facts, left, now=now, errors={"": conflict.message}, status=409)
    return RedirectResponse(f"/e/{event.slug}/manage/pairing", status_code=303)


@router.get("/e/{slug}/manage/pairing/runs/{run_id}/plan")
def plan_of_run(session: ReadSession, access: Annotated[Access[RunIn], Depends(RUN)]) -> Response:
    """A run's plan as a what-if: with the choices that it was made with, against what stands."""
    event, run = access.found.event, access.found.run
    choices = choices_behind(session, read_facts(session, event), run)
    return RedirectResponse(choices.address(_path(event), run=run.id), status_code=303)


@router.post("/e/{slug}/manage/pairing/runs/{run_id}/plan/refuse")
def refuse_plan(session: DbSession, now: Now, access: Annotated[Access[RunIn], Depends(REFUSE)]) -> Response:
    """Keep the partnerships as they are; the run stays in the history."""
    discard(session, run=access.found.run, actor=access.principal.actor(), now=now)
    return RedirectResponse(f"/e/{access.found.event.slug}/manage/pairing", status_code=303)


def _read(facts: PairingFacts, form: BaseModel) -> Choices:
    match form:
        case TogetherForm():
            return together_of(facts, form)
        case CountriesForm():
            return countries_of(form)
        case SharesForm():
            return shares_of(form)
        case WeightsForm():
            return weights_of(form)
        case MinimumsForm():
            return minimums_of(form)
    raise TypeError(type(form))


def _path(event: Event) -> str:
    return f"/e/{event.slug}/manage/pairing/what-if"


def _page(
    request: Request,
    session: RequestSession,
    facts: PairingFacts,
    choices: Choices,
    *,
    now: datetime,
    run_id: int | None = None,
    errors: Mapping[str, str] | None = None,
    typed: Mapping[str, Bound[Any]] | None = None,
    status: int = 200,
) -> Response:
    event = facts.event
    run = run_of_event(session, event_id=event.id, run_id=run_id, kind="pairing") if run_id else None
    found = what_if(session, facts, choices, run=run, now=now)
    blank: Bound[Any] = Bound(None, {}, {})
    context = {
        "event": event,
        "here": _path(event),
        "found": found,
        "names": Names(facts.parties),
        "choices": choices,
        "run_id": run_id,
        "errors": dict(errors or {}),
        "forms": {name: (typed or {}).get(name, blank) for name in ADDED},
        "parties": sorted(facts.parties.values(), key=lambda party: party.name),
        "countries": _countries(facts),
        "modalities": SHARED,
        "weights": weighed(session, facts, choices.on(found.wanted)),
        "words": words,
        "token": token,
    }
    is_swap = is_htmx(request) and status == 200
    block = "outcome" if is_swap else None
    return render(request, "pairing/what_if.html", {**context, "is_swap": is_swap}, block=block, status=status)


def _countries(facts: PairingFacts) -> list[tuple[str, str]]:
    codes = {city.country for city in facts.cities if city.country}
    return sorted(((code, country_name(code)) for code in codes), key=lambda pair: pair[1])
