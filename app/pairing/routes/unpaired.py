"""Why a city has no partner: asked with a button, answered by a run, read on a page of its own."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, Access, Policy
from app.accounts.principal import Principal
from app.delegations.loaders import CityIn, city_of_path
from app.events.loaders import number_of
from app.pairing.choices import Choices, token
from app.pairing.forms import WhyForm
from app.pairing.planner import build_problem, read_facts, wanted_of
from app.pairing.service import ask_why
from app.pairing.wanted import SHARED
from app.pairing.workbench import words
from app.pairing.workbench.comparing import plan_of_rows
from app.pairing.workbench.looking import hash_of
from app.pairing.workbench.unpaired import why_of
from app.pairing.workbench.words import Names
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import NotFound, Refused
from app.platform.forms import FormData, bind
from app.platform.rendering import is_htmx, render
from app.solver_runs.models import SolverRun
from app.solver_runs.panels import panel_of
from app.solver_runs.queries import asked_last, problem_of, results_of, run_of_event

router = APIRouter()


@dataclass(frozen=True)
class QuestionIn(CityIn):
    """A question about a city, as the run that answers it."""

    run: SolverRun


def question_of_path(session: Session, params: Any, principal: Principal) -> QuestionIn:
    """The city and the run of an address.

    Raises:
        NotFound: the run answers no question, or one about another city.
    """
    found = city_of_path(session, params, principal)
    run = run_of_event(session, event_id=found.event.id, run_id=number_of(params["run_id"]), kind="pairing")
    if run.question != found.city.slug:
        raise NotFound
    return QuestionIn(found.event, found.city, run)


LOOK = Policy("pairing.why", roles=ORGANISERS, loader=city_of_path)
ASK = Policy("pairing.ask_why", roles=ORGANISERS, loader=city_of_path)
READ = Policy("pairing.why_answered", roles=ORGANISERS, loader=question_of_path)


@router.get("/e/{slug}/manage/pairing/cities/{city_id}/why")
def why(request: Request, session: ReadSession, access: Annotated[Access[CityIn], Depends(LOOK)]) -> Response:
    """Ask why this city has no partner; leads to the answer where there is one for the rows as they stand."""
    event, city = access.found.event, access.found.city
    facts = read_facts(session, event)
    problem = build_problem(session, facts, wanted_of(session, facts))
    here = f"/e/{event.slug}/manage/pairing/cities/{city.id}"
    if all(one.id != city.slug for one in plan_of_rows(facts, problem).unpaired):
        return RedirectResponse(here, status_code=303)
    latest = asked_last(session, event_id=event.id, kind="pairing", question=city.slug)
    if latest is not None and latest.problem_hash == hash_of(problem):
        return RedirectResponse(f"{here}/why/{latest.id}", status_code=303)
    return render(request, "pairing/why.html", {"event": event, "city": city, "panel": None, "found": None})


@router.post("/e/{slug}/manage/pairing/cities/{city_id}/why")
def ask(session: DbSession, now: Now, form_data: FormData, access: Annotated[Access[CityIn], Depends(ASK)]) -> Response:
    """Have it found out."""
    event, city = access.found.event, access.found.city
    bound = bind(WhyForm, form_data)
    if bound.value is None:
        raise Refused(bound.errors)
    run = ask_why(session, event=event, city=city, seconds=bound.value.seconds, actor=access.principal.actor(), now=now)
    return RedirectResponse(f"/e/{event.slug}/manage/pairing/cities/{city.id}/why/{run.id}", status_code=303)


@router.get("/e/{slug}/manage/pairing/cities/{city_id}/why/{run_id}")
def answer(
    request: Request, session: ReadSession, now: Now, access: Annotated[Access[QuestionIn], Depends(READ)]
) -> Response:
    """Why has this city no partner, and what would give it one? While the run works, how far it is."""
    event, city, run = access.found.event, access.found.city, access.found.run
    facts = read_facts(session, event)
    wanted, names = wanted_of(session, facts), Names(facts.parties)
    told = results_of(session, run=run).explanation
    found = None
    if told is not None:
        found = why_of(told, problem_of(session, run=run), city.slug, wanted=wanted, names=names)
    context = {
        "event": event,
        "city": city,
        "panel": panel_of(session, run=run, slug=event.slug, now=now),
        "found": found,
        "has_changed": hash_of(build_problem(session, facts, wanted)) != run.problem_hash,
        "seconds": round(run.time_limit_seconds),
        "here": f"/e/{event.slug}/manage/pairing/what-if",
        "names": names,
        "choices": Choices(),
        "modalities": SHARED,
        "words": words,
        "token": token,
    }
    return render(request, "pairing/why.html", context, block="why" if is_htmx(request) else None)
