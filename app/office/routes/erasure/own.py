"""Delete me: what goes, what stays and why; then at once, or as a request that the office answers."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field, field_validator
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.enums import Role
from app.accounts.policies import ANYONE, Access, Policy
from app.delegations.models import Delegate
from app.delegations.names import latin_name_of
from app.events.models import Event
from app.events.queries import day_of, event_of_path
from app.meetings.loaders import SelfIn, self_of_path
from app.office.service.erasing import Erased, Way, due_after, erase_oneself, way_of_form, way_of_person
from app.platform.actor import Actor
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.i18n import gettext as _
from app.platform.rendering import render
from app.platform.web.preceded import Preceded
from app.registration.loaders import OwnLink, OwnRegistration, member_of_link, refuse_ended, registration_of_link
from app.registration.models import Registration

router = APIRouter()

OWN = Policy("erasure.own", roles=frozenset({Role.DELEGATE}), loader=self_of_path)
BY_LINK = Policy("erasure.by_link", roles=ANYONE, loader=registration_of_link)
BY_MEMBER = Policy("erasure.by_member", roles=ANYONE, loader=member_of_link)
DONE = Policy("erasure.done", roles=ANYONE, loader=event_of_path)


class SureForm(BaseModel):
    """That it is meant."""

    sure: str = Field(default="", validate_default=True)

    @field_validator("sure")
    @classmethod
    def _is_meant(cls, sure: str) -> str:
        if not sure:
            raise ValueError(_("Tick this if you mean it."))
        return sure


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Whoever asks for themselves: a delegate who is signed in, or the holder of a form's link."""

    event: Event
    delegate: Delegate | None
    registration: Registration | None
    actor: Actor
    template: str
    here: str
    back: str

    def way(self, session: Session, now: Now) -> Way:
        if self.registration is not None:
            return way_of_form(session, self.registration, now=now)
        assert self.delegate is not None
        return way_of_person(session, self.delegate, now=now)


@router.get("/e/{slug}/my/erasure")
def own_page(
    request: Request, session: ReadSession, now: Now, access: Annotated[Access[SelfIn], Depends(OWN)]
) -> Response:
    """What goes when I am erased, and what stays?"""
    return _page(request, session, now, _by_delegate(access))


@router.post("/e/{slug}/my/erasure")
def erase_me(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[SelfIn], Depends(OWN)]
) -> Response:
    """Erase me, or ask for it."""
    return _take(request, session, form, now, _by_delegate(access))


@router.get("/r/{token}/erasure")
def page_of_link(
    request: Request, session: ReadSession, now: Now, access: Annotated[Access[OwnRegistration], Depends(BY_LINK)]
) -> Response:
    """The same for whoever holds the link of a form."""
    return _page(request, session, now, _by_holder(access))


@router.post("/r/{token}/erasure")
def erase_by_link(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[OwnRegistration], Depends(BY_LINK)],
) -> Response:
    """The same by the link of a form."""
    return _take(request, session, form, now, _by_holder(access))


@router.get("/d/{token}/erasure")
def page_of_member(
    request: Request, session: ReadSession, now: Now, access: Annotated[Access[OwnLink], Depends(BY_MEMBER)]
) -> Response:
    """The same for a member of a delegation, by the link that their own mail brought."""
    return _page(request, session, now, _by_member(request, access, now))


@router.post("/d/{token}/erasure")
def erase_a_member(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[OwnLink], Depends(BY_MEMBER)],
) -> Response:
    """The same by a member's link."""
    return _take(request, session, form, now, _by_member(request, access, now))


@router.get("/e/{slug}/erased")
def erased(request: Request, access: Annotated[Access[Event], Depends(DONE)]) -> Response:
    """It is done; nobody is named."""
    return render(request, "office/erased.html", {"event": access.found})


def _by_delegate(access: Access[SelfIn]) -> Asking:
    if access.principal.acting_for is not None:
        raise Refused(_("Only the person in person can be erased at their own wish."))
    own = access.found
    return Asking(
        event=own.event,
        delegate=own.delegate,
        registration=None,
        actor=access.principal.actor(),
        template="office/my_erasure.html",
        here=f"/e/{own.event.slug}/my/erasure",
        back=f"/e/{own.event.slug}/my/me",
    )


def _by_holder(access: Access[OwnRegistration]) -> Asking:
    own = access.found
    return Asking(
        event=own.event,
        delegate=None,
        registration=own.registration,
        actor=own.actor(access.principal),
        template="registration/erasure.html",
        here=f"/r/{own.token}/erasure",
        back=f"/r/{own.token}",
    )


def _by_member(request: Request, access: Access[OwnLink], now: Now) -> Asking:
    own = access.found
    refuse_ended(own, now)
    return Asking(
        event=own.event,
        delegate=own.delegate,
        registration=None,
        actor=Actor(account_id=access.principal.account_id, label=latin_name_of(own.delegate)),
        template="registration/erasure.html",
        here=request.url.path,
        back=request.url.path.removesuffix("/erasure"),
    )


def _take(request: Request, session: Session, form: FormData, now: Now, asking: Asking) -> Response:
    bound = bind(SureForm, form)
    if bound.value is None:
        return _page(request, session, now, asking, bound, status=422)
    done = erase_oneself(
        session,
        event=asking.event,
        delegate=asking.delegate,
        registration=asking.registration,
        base_url=request.app.state.settings.base_url,
        actor=asking.actor,
        now=now,
    )
    if not isinstance(done, Erased):
        return RedirectResponse(asking.here, status_code=303)
    gone = RedirectResponse(f"/e/{asking.event.slug}/erased", status_code=303)
    # Who reads that nothing is left may look into the file at once.
    return Preceded(gone, request.app.state.database.leave_no_trace)


def _page(
    request: Request,
    session: Session,
    now: Now,
    asking: Asking,
    form: Bound[Any] | None = None,
    *,
    status: int = 200,
) -> Response:
    context = {
        "event": asking.event,
        "way": asking.way(session, now),
        "form": form or Bound(None, {}, {}),
        "here": asking.here,
        "back": asking.back,
        "due_on": due_after(day_of(asking.event, now)),
        "is_form": asking.registration is not None and asking.registration.delegate_id is None,
    }
    return render(request, asking.template, context, status=status)
