"""The workbench of the pairing lead."""

from collections.abc import Callable
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, Access, Policy
from app.delegations.models import City
from app.events.loaders import RunIn, run_of_kind
from app.events.models import Event
from app.events.queries import event_of_path
from app.pairing import service
from app.pairing.choices import token
from app.pairing.enums import PartnershipState
from app.pairing.fields import StoredFields, stored_fields
from app.pairing.models import Partnership
from app.pairing.pictures import cities_of, map_of, network_of
from app.pairing.planner import PairingFacts, read_facts, wanted_of
from app.pairing.queries import modality_counts, partnerships_of, title_of
from app.pairing.view import ReasonLine, reason_lines, report_of
from app.pairing.workbench.comparing import kept_labels
from app.pairing.workbench.earlier import changed_since, undecided_run
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Refused
from app.platform.forms import FormData, bind
from app.platform.pictures import Picture
from app.platform.rendering import is_htmx, render
from app.solver_runs.forms import RunForm
from app.solver_runs.panels import panel_of

router = APIRouter()

READ = Policy("pairing.read", roles=ORGANISERS, loader=event_of_path)
CHANGE = Policy("pairing.change", roles=ORGANISERS, loader=event_of_path)
ACCEPT = Policy("pairing.accept_run", roles=ORGANISERS, loader=run_of_kind("pairing"))


@router.get("/e/{slug}/manage/pairing")
def workbench(
    request: Request,
    session: ReadSession,
    now: Now,
    access: Annotated[Access[Event], Depends(READ)],
    chosen: int = 0,
    city: str = "",
    view: Literal["map", "network", "table"] = "map",
) -> Response:
    """Who should work with whom, and why?"""
    event = access.found
    facts = read_facts(session, event)
    wanted = wanted_of(session, facts)
    partnerships = partnerships_of(session, event.id)
    fields = stored_fields(session, event.id, partnerships)
    cities = cities_of(partnerships)
    asked_for = next((one for one in cities if str(one.id) == city), None)
    shown = _shown(partnerships, chosen=chosen, city=asked_for)
    marks: dict[str, Any] = {
        "chosen_id": shown.id if shown and (chosen or not asked_for) else None,
        "city_id": asked_for.id if asked_for else None,
    }
    slugs = {one.id: [member.party.slug for member in one.members] for one in partnerships}
    together = {member.party_id for one in partnerships for member in one.members}
    undecided = undecided_run(session, event.id)
    link = _link(chosen=shown.id if shown else 0, city=city if asked_for else "", view=view)
    context = {
        "event": event,
        "partnerships": partnerships,
        "titles": {one.id: title_of(one) for one in partnerships},
        "shown": shown,
        "reasons": _reasons_by(facts, shown, fields, base=f"/e/{event.slug}/manage") if shown else (),
        "two_reasons": {
            one.id: [line.text for line in _reasons_by(facts, one, fields, base="")[:2]] for one in partnerships
        },
        "picture": _picture(partnerships, view=view, marks=marks, link=link),
        "changed": changed_since(session, facts),
        "view": view,
        "cities": [(one.id, one.name) for one in cities],
        "city_id": marks["city_id"],
        "city_name": asked_for.name if asked_for else "",
        "marked": {one.id for one in partnerships if asked_for and asked_for.slug in slugs[one.id]},
        "pinned": {one.id for one in partnerships if frozenset(slugs[one.id]) in wanted.pins},
        "tokens": {key: (token(members), token(members[:2])) for key, members in slugs.items()},
        "link": link,
        "panel": panel_of(session, run=undecided, slug=event.slug, now=now) if undecided else None,
        "unpaired": [city for city in facts.cities if city.id not in together],
        "pool": len(facts.cities),
        "counts": modality_counts(partnerships),
        "kept_labels": kept_labels(facts),
        "report": report_of(partnerships),
        "to_ask": [one for one in partnerships if one.state is PartnershipState.PROPOSED],
    }
    is_swap = is_htmx(request) and bool(partnerships)
    return render(request, "pairing/workbench.html", {**context, "is_swap": is_swap}, block="side" if is_swap else None)


@router.post("/e/{slug}/manage/pairing/runs")
def start_run(
    session: DbSession, form: FormData, now: Now, access: Annotated[Access[Event], Depends(CHANGE)]
) -> Response:
    """Let the solver pair the case cities; the page that follows shows the partnerships before they are applied."""
    bound = bind(RunForm, form)
    if bound.value is None:
        raise Refused(bound.errors)
    run = service.start_run(
        session,
        event=access.found,
        label="Pairing",
        time_limit_seconds=bound.value.time_limit_seconds,
        seed=bound.value.seed,
        actor=access.principal.actor(),
        now=now,
    )
    return RedirectResponse(f"/e/{access.found.slug}/manage/pairing/what-if?run={run.id}", status_code=303)


@router.post("/e/{slug}/manage/pairing/runs/{run_id}/accept")
def accept_run(session: DbSession, now: Now, access: Annotated[Access[RunIn], Depends(ACCEPT)]) -> Response:
    """Make what a run proposes the partnerships of the edition."""
    found = access.found
    service.accept_run(session, event=found.event, run=found.run, actor=access.principal.actor(), now=now)
    return RedirectResponse(f"/e/{found.event.slug}/manage/pairing", status_code=303)


def _shown(partnerships: list[Partnership], *, chosen: int, city: City | None) -> Partnership | None:
    """The chosen partnership, else the first of the city asked for, else the first."""
    of_city = [one for one in partnerships if city and any(member.party_id == city.id for member in one.members)]
    named = [one for one in partnerships if one.id == chosen]
    return next(iter([*named, *of_city, *partnerships]), None)


def _reasons_by(
    facts: PairingFacts, partnership: Partnership, fields: StoredFields, *, base: str
) -> tuple[ReasonLine, ...]:
    challenges = {challenge.id: challenge for challenge in facts.challenges}
    return reason_lines(partnership, challenges, fields, base=base)


def _picture(
    partnerships: list[Partnership], *, view: str, marks: dict[str, Any], link: Callable[..., str]
) -> Picture | None:
    """The map or the network; each city is a link that marks it."""
    drawn = {"map": map_of, "network": network_of}.get(view)
    if drawn is None:
        return None
    return drawn(partnerships, **marks, href_of=lambda city_id: link(chosen=0, city=city_id) + "#picture")


def _link(**present: object) -> Callable[..., str]:
    """``link(view="table")``: the address of the page with one thing other than now."""

    def link(**other: object) -> str:
        return "?" + urlencode({name: value for name, value in {**present, **other}.items() if value})

    return link
