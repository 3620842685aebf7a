"""A member's own link: four fields, no sign-in, harmless twice."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.policies import ANYONE, Access, Policy
from app.delegations.names import latin_name_of
from app.platform.actor import Actor
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.forms import Bound, FormData, bind
from app.platform.rendering import render
from app.registration.forms.member import OwnForm
from app.registration.loaders import OwnLink, member_of_link, refuse_ended
from app.registration.routes.answering import countries
from app.registration.service.members import complete, has_answered, kept_where_empty

router = APIRouter()


OWN = Policy("registration.member", roles=ANYONE, loader=member_of_link)

Owning = Annotated[Access[OwnLink], Depends(OWN)]


@router.get("/d/{token}")
def own_fields(request: Request, session: ReadSession, now: Now, access: Owning) -> Response:
    """What do you still need from me?"""
    refuse_ended(access.found, now)
    # What was given is not shown again: whoever finds the mail learns nothing from the page.
    return _page(request, session, access.found, Bound(None, {}, {}))


@router.post("/d/{token}")
def send_own_fields(request: Request, session: DbSession, form: FormData, now: Now, access: Owning) -> Response:
    """Keep the four fields."""
    found = access.found
    refuse_ended(found, now)
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
