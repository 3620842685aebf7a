"""A member's own link: four fields, no sign-in, harmless twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.policies import ANYONE, Access, Policy
from app.accounts.principal import Principal
from app.delegations.models import Delegate
from app.delegations.names import latin_name_of
from app.delegations.queries import delegate_in_event
from app.events.models import Event
from app.platform.actor import Actor
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Gone
from app.platform.forms import Bound, FormData, bind
from app.platform.i18n import gettext as _
from app.platform.rendering import render
from app.registration.forms.member import OwnForm
from app.registration.models import MemberLink
from app.registration.queries import member_link_by_token
from app.registration.routes.answering import countries
from app.registration.service.members import complete, has_answered, kept_where_empty

router = APIRouter()


@dataclass(frozen=True)
class OwnLink:
    """A member's link, and who they are."""

    event: Event
    link: MemberLink
    delegate: Delegate


def member_of_link(session: Session, params: Mapping[str, Any], _principal: Principal) -> OwnLink:
    link = member_link_by_token(session, str(params["token"]))
    return OwnLink(
        session.get_one(Event, link.event_id), link, delegate_in_event(session, link.event_id, link.delegate_id)
    )


OWN = Policy("registration.member", roles=ANYONE, loader=member_of_link)

Owning = Annotated[Access[OwnLink], Depends(OWN)]


@router.get("/d/{token}")
def own_fields(request: Request, session: ReadSession, now: Now, access: Owning) -> Response:
    """What do you still need from me?"""
    _refuse_ended(access.found, now)
    # What was given is not shown again: whoever finds the mail learns nothing from the page.
    return _page(request, session, access.found, Bound(None, {}, {}))


@router.post("/d/{token}")
def send_own_fields(request: Request, session: DbSession, form: FormData, now: Now, access: Owning) -> Response:
    """Keep the four fields."""
    found = access.found
    _refuse_ended(found, now)
    bound = bind(OwnForm, kept_where_empty(session, found.delegate, form))
    if bound.value is None:
        typed = {name: str(form.get(name, "")) for name in OwnForm.model_fields}
        return _page(request, session, found, Bound(None, bound.errors, typed), status=422)
    complete(
        session,
        event=found.event,
        link=found.link,
        delegate=found.delegate,
        form=bound.value,
        actor=Actor(account_id=access.principal.account_id, label=latin_name_of(found.delegate)),
        now=now,
    )
    return RedirectResponse(request.url.path, status_code=303)


def _refuse_ended(found: OwnLink, now: Now) -> None:
    if found.link.revoked_at is not None or found.link.expires_at <= now or not found.delegate.is_active:
        raise Gone(_("This link has ended. Your focal point can send you a new one."))


def _page(request: Request, session: Session, found: OwnLink, bound: Bound[OwnForm], *, status: int = 200) -> Response:
    context = {
        "event": found.event,
        "delegate": found.delegate,
        "delegation": found.delegate.delegation,
        "form": bound,
        "is_done": has_answered(session, found.delegate.id),
        "countries": countries(),
    }
    return render(request, "registration/member.html", context, status=status)
