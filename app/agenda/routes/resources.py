"""Who interprets when, and how long is it from one building to the other?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, Access, Policy
from app.accounts.principal import Principal
from app.agenda import service
from app.agenda.forms import ResourceForm, ResourceTimeForm
from app.agenda.models import AgendaDraft
from app.agenda.planner import read_facts
from app.agenda.queries import current_draft
from app.agenda.routes.versions import both_versions, chosen
from app.agenda.service.walking import walks_by_pair
from app.agenda.workload import workload_of
from app.events.forms import at_venue
from app.events.loaders import number_of, one_of
from app.events.models import Event, Resource
from app.events.queries import days_of, event_of_path, resources_of, sites_of
from app.platform.audit import last_change_of
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Conflict, Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.i18n import gettext as _
from app.platform.rendering import render

router = APIRouter()


@dataclass(frozen=True)
class ResourceIn:
    """A resource and the edition that it is of."""

    event: Event
    resource: Resource


def resource_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> ResourceIn:
    """Loader of a policy: a resource of the edition by its number."""
    event = event_of_path(session, params, principal)
    return ResourceIn(event, one_of(resources_of(session, event.id), params["resource_id"]))


READ = Policy("agenda.interpreters", roles=ORGANISERS, loader=event_of_path)
ADD = Policy("agenda.add_interpreters", roles=ORGANISERS, loader=event_of_path)
CHANGE = Policy("agenda.change_interpreters", roles=ORGANISERS, loader=resource_of_path)
WALKS = Policy("agenda.walks", roles=ORGANISERS, loader=event_of_path)

Found = Annotated[Access[ResourceIn], Depends(CHANGE)]


@router.get("/e/{slug}/manage/agenda/interpreters")
def interpreters(request: Request, session: ReadSession, access: Annotated[Access[Event], Depends(READ)]) -> Response:
    """By language: how many, their shifts and breaks, work elsewhere, and what the draft asks of them."""
    return _page(request, session, access.found, {})


@router.post("/e/{slug}/manage/agenda/interpreters")
def add_interpreters(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[Event], Depends(ADD)]
) -> Response:
    """Write down interpreters of another language."""
    event, bound = access.found, bind(ResourceForm, form)
    if bound.value is None:
        return _page(request, session, event, {"add": bound}, status=422)
    said = bound.value
    try:
        service.add_resource(
            session,
            event=event,
            name=said.name,
            language=said.language,
            capacity=said.capacity,
            channel=said.channel,
            actor=access.principal.actor(),
            now=now,
        )
    except Refused as refused:
        return _page(request, session, event, {"add": Bound(None, refused.errors, bound.typed)}, status=422)
    return _back(event)


@router.post("/e/{slug}/manage/agenda/interpreters/{resource_id}")
def save_interpreters(request: Request, session: DbSession, form: FormData, now: Now, access: Found) -> Response:
    """Change the name or how many there are."""
    event, resource, bound = access.found.event, access.found.resource, bind(ResourceForm, chosen(form))
    if bound.value is None:
        return _page(request, session, event, {f"set-{resource.id}": bound}, status=422)
    said = bound.value
    try:
        service.set_resource(
            session,
            resource=resource,
            name=said.name,
            capacity=said.capacity,
            channel=said.channel,
            version=said.version,
            actor=access.principal.actor(),
            now=now,
        )
    except Conflict:
        return both_versions(
            request,
            event=event,
            about="interpreters",
            action=f"/e/{event.slug}/manage/agenda/interpreters/{resource.id}",
            theirs={
                "name": resource.name,
                "capacity": str(resource.capacity),
                "channel": "" if resource.channel is None else str(resource.channel),
            },
            mine={name: str(text).strip() for name, text in bound.typed.items()},
            by=last_change_of(session, entity="resource", entity_id=resource.id),
            seen={"version": str(resource.version)},
            names={"name": _("Name"), "capacity": _("How many"), "channel": _("Channel")},
            back=f"/e/{event.slug}/manage/agenda/interpreters",
        )
    return _back(event, resource.id)


@router.post("/e/{slug}/manage/agenda/interpreters/{resource_id}/times")
def add_time(request: Request, session: DbSession, form: FormData, now: Now, access: Found) -> Response:
    """Add a shift, a break or work elsewhere."""
    event, resource, bound = access.found.event, access.found.resource, bind(ResourceTimeForm, form)
    here = f"time-{resource.id}"
    if bound.value is None:
        return _page(request, session, event, {here: bound}, status=422)
    said = bound.value
    try:
        service.add_time(
            session,
            event=event,
            resource=resource,
            kind=said.kind,
            starts_at=at_venue(event, said.on, said.since),
            ends_at=at_venue(event, said.on, said.until),
            units=said.units,
            note=said.note,
            actor=access.principal.actor(),
            now=now,
        )
    except Refused as refused:
        return _page(request, session, event, {here: Bound(None, refused.errors, bound.typed)}, status=422)
    except Conflict as conflict:
        return _page(request, session, event, {here: Bound(None, {"": conflict.message}, bound.typed)}, status=409)
    return _back(event, resource.id)


@router.post("/e/{slug}/manage/agenda/interpreters/{resource_id}/times/{time_id}/remove")
def remove_time(time_id: str, session: DbSession, now: Now, access: Found) -> Response:
    """Take a time away again."""
    event, resource = access.found.event, access.found.resource
    service.remove_time(session, resource=resource, time_id=number_of(time_id), actor=access.principal.actor(), now=now)
    return _back(event, resource.id)


@router.get("/e/{slug}/manage/agenda/walks")
def walks(request: Request, session: ReadSession, access: Annotated[Access[Event], Depends(WALKS)]) -> Response:
    """Minutes on foot between every two sites."""
    return _walks(request, session, access.found, Bound(None, {}, {}))


@router.post("/e/{slug}/manage/agenda/walks")
def save_walks(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[Event], Depends(WALKS)]
) -> Response:
    """Say how long each way takes."""
    event = access.found
    typed = {name: text.strip() for name, text in chosen(form).items()}
    pairs = walks_by_pair(session, event.id)
    wrong = {
        f"walk-{one}-{other}": _("A whole number is wanted.")
        for one, other in pairs
        if not _is_number(typed.get(f"walk-{one}-{other}")) or not _is_number(typed.get(f"seen-{one}-{other}"))
    }
    if wrong:
        return _walks(request, session, event, Bound(None, wrong, typed), status=422)
    try:
        service.set_walks(
            session,
            event=event,
            minutes={pair: int(typed[f"walk-{pair[0]}-{pair[1]}"]) for pair in pairs},
            seen={pair: int(typed[f"seen-{pair[0]}-{pair[1]}"]) for pair in pairs},
            actor=access.principal.actor(),
            now=now,
        )
    except Refused as refused:
        return _walks(request, session, event, Bound(None, refused.errors, typed), status=422)
    except Conflict:
        stored = {f"{one}-{other}": str(minutes) for (one, other), minutes in pairs.items()}
        sites = {site.id: site.name for site in sites_of(session, event.id)}
        return both_versions(
            request,
            event=event,
            about="walks",
            action=f"/e/{event.slug}/manage/agenda/walks",
            theirs={f"walk-{pair}": minutes for pair, minutes in stored.items()},
            mine=typed,
            by=last_change_of(session, entity="event", entity_id=event.id, actions=("venue.walks_set",)),
            seen={f"seen-{pair}": minutes for pair, minutes in stored.items()},
            names={f"walk-{one}-{other}": f"{sites[one]} ↔ {sites[other]}" for one, other in pairs},
        )
    return RedirectResponse(f"/e/{event.slug}/manage/agenda/walks", status_code=303)


def _is_number(text: str | None) -> bool:
    return text is not None and text.isdecimal() and len(text) < 6


def _back(event: Event, resource_id: int | None = None) -> Response:
    part = f"#resource-{resource_id}" if resource_id else ""
    return RedirectResponse(f"/e/{event.slug}/manage/agenda/interpreters{part}", status_code=303)


def _page(
    request: Request, session: Session, event: Event, forms: Mapping[str, Bound[Any]], *, status: int = 200
) -> Response:
    facts = read_facts(session, event)
    draft = current_draft(session, event.id) or AgendaDraft(event_id=event.id, name="", placements=[])
    context = {
        "event": event,
        "forms": forms,
        "untyped": Bound(None, {}, {}),
        "days": days_of(session, event.id),
        "rows": [(resource, workload_of(facts, draft, resource)) for resource in facts.resources],
    }
    return render(request, "agenda/interpreters.html", context, status=status)


def _walks(request: Request, session: Session, event: Event, form: Bound[Any], *, status: int = 200) -> Response:
    names = {site.id: site.name for site in sites_of(session, event.id)}
    context = {"event": event, "form": form, "names": names, "walks": walks_by_pair(session, event.id)}
    return render(request, "agenda/walks.html", context, status=status)
