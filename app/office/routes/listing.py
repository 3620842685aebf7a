"""Who comes: people who agreed to be listed, with what they agreed to; and each person's own word on it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import RedirectResponse

from app.accounts.enums import Role
from app.accounts.policies import ANYONE, ORGANISERS, Access, Policy
from app.accounts.principal import Principal
from app.delegations.consents import CONSENTS, agreed_of, cities_that_come, listed_people
from app.delegations.enums import HelixRole
from app.delegations.loaders import DelegationIn, delegation_of_path
from app.delegations.models import Delegate
from app.delegations.service import change_person, set_listed
from app.events.models import Event
from app.events.queries import event_of_path
from app.meetings.loaders import SelfIn, self_of_path
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Conflict, Refused
from app.platform.forms import FormData
from app.platform.i18n import gettext as _
from app.platform.pagination import page_number, page_of
from app.platform.rendering import is_htmx, render
from app.registration.loaders import OwnPerson, person_of_link

router = APIRouter()

PEOPLE = Policy("people.public", roles=ANYONE, loader=event_of_path)
SHOW = Policy("people.show", roles=ORGANISERS, loader=event_of_path)
PARTY = Policy("party.listed", roles=ORGANISERS | {Role.FOCAL_POINT}, loader=delegation_of_path)
MINE = Policy("consents.own", roles=frozenset({Role.DELEGATE}), loader=self_of_path)
BY_LINK = Policy("consents.by_link", roles=ANYONE, loader=person_of_link)

PAGE_SIZE = 60


@router.get("/e/{slug}/people")
def people(
    request: Request,
    session: ReadSession,
    access: Annotated[Access[Event], Depends(PEOPLE)],
    q: str = "",
    kind: str = "",
) -> Response:
    """Who comes?"""
    event = access.found
    sees_names = event.shows_people or _belongs(access.principal)
    # Who sees no names gets no search either: a number that follows the words would tell who comes.
    q, kind = (q, kind) if sees_names else ("", "")
    found = listed_people(session, event.id, query=q, kind=kind)
    context: dict[str, Any] = {
        "event": event,
        "q": q,
        "kind": kind,
        "kinds": ["city", *(role.value for role in HelixRole)],
        "count": len(found),
        "sees_names": sees_names,
        "page": page_of(found, page=page_number(request.query_params.get("page", "1")), size=PAGE_SIZE)
        if sees_names
        else None,
        "cities": () if sees_names else cities_that_come(session, event.id),
        "may_show": access.principal.role in ORGANISERS,
    }
    return render(request, "office/people_list.html", context, block="results" if is_htmx(request) else None)


@router.post("/e/{slug}/people/shown")
def show_people(
    session: DbSession, form: FormData, now: Now, access: Annotated[Access[Event], Depends(SHOW)]
) -> Response:
    """Let visitors see the people who agreed, or their number and the cities alone."""
    event = access.found
    before, event.shows_people = event.shows_people, str(form.get("shows_people", "")) == "1"
    if before != event.shows_people:
        record(
            session,
            actor=access.principal.actor(),
            now=now,
            event_id=event.id,
            action="event.people_shown",
            entity="event",
            entity_id=event.id,
            changes={"shows_people": (before, event.shows_people)},
        )
    return RedirectResponse(f"/e/{event.slug}/people", status_code=303)


@router.post("/e/{slug}/delegations/{delegation_id}/listed")
def list_party(
    session: DbSession, form: FormData, now: Now, access: Annotated[Access[DelegationIn], Depends(PARTY)]
) -> Response:
    """Let the city or organisation of a delegation be named in public, or no longer."""
    found = access.found
    word = str(form.get("is_listed", ""))
    if word not in {"yes", "no"}:
        raise Refused({"is_listed": _("Choose yes or no.")})
    party = found.delegation.party
    set_listed(session, party=party, is_listed=word == "yes", actor=access.principal.actor(), now=now)
    return RedirectResponse(f"/e/{found.event.slug}/delegations/{found.delegation.id}#listed", status_code=303)


@router.post("/e/{slug}/my/consents")
def my_consents(
    session: DbSession, form: FormData, now: Now, access: Annotated[Access[SelfIn], Depends(MINE)]
) -> Response:
    """Say what may be listed of oneself."""
    own = access.found
    _agree(session, own.event, own.delegate, form, access.principal.actor(), now)
    return RedirectResponse(f"/e/{own.event.slug}/my/me", status_code=303)


@router.post("/r/{token}/people/{person_id}/consents")
def consents_by_link(
    session: DbSession, form: FormData, now: Now, access: Annotated[Access[OwnPerson], Depends(BY_LINK)]
) -> Response:
    """The same by the link of one's own registration."""
    found = access.found
    _agree(session, found.own.event, found.delegate, form, found.own.actor(access.principal), now)
    return RedirectResponse(f"/r/{found.own.token}/people/{found.delegate.id}", status_code=303)


def _agree(session: DbSession, event: Event, delegate: Delegate, form: FormData, actor: Actor, now: Now) -> None:
    version = str(form.get("version", ""))
    if version != str(delegate.version):
        raise Conflict("This was changed meanwhile. Load the page again.")
    agreed = agreed_of({name: str(form.get(name, "")) == "1" for name in CONSENTS})
    change_person(
        session,
        event=event,
        delegate=delegate,
        changes={"consents": agreed},
        version=delegate.version,
        actor=actor,
        now=now,
    )


def _belongs(principal: Principal) -> bool:
    """Whether somebody acts in this edition: visitors of other editions see what visitors see."""
    return principal.is_signed_in and principal.role is not Role.PUBLIC
