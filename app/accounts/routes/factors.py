"""A person's own second step: an app, security keys, recovery codes."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.forms import NameKey
from app.accounts.policies import Access
from app.accounts.principal import Principal
from app.accounts.queries import account_of, factors_of
from app.accounts.routes.account import OWN, signed_in
from app.accounts.service.second_step.app_codes import begin_app, confirm_app, offer_of
from app.accounts.service.second_step.keys import add_key, ask_to_add, site_of
from app.accounts.service.second_step.passing import is_fresh
from app.accounts.service.second_step.recovery import new_codes
from app.accounts.service.second_step.removing import remove_app, remove_key
from app.platform.clock import Now, Wall
from app.platform.codes import picture_of
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import NotFound, SignInNeeded
from app.platform.forms import Bound, FormData, bind
from app.platform.i18n import gettext as _
from app.platform.rendering import render

router = APIRouter(prefix="/account/second-step")

HERE = "/account/second-step"
STEP = "/sign-in/second-step"
Own = Annotated[Access[None], Depends(OWN)]


@router.get("")
def factors_page(request: Request, session: ReadSession, now: Now, access: Own) -> Response:
    """What is set up, and what can be."""
    return _page(request, session, _proved(session, access, now=now))


@router.post("/app")
def begin(request: Request, session: DbSession, now: Now, access: Own) -> Response:
    """Make a secret for an app."""
    principal = _proved(session, access, now=now)
    begin_app(session, principal=principal, key=request.app.state.settings.key(), now=now)
    return RedirectResponse(f"{HERE}/app", status_code=303)


@router.get("/app")
def app_page(request: Request, session: ReadSession, now: Now, access: Own) -> Response:
    """The secret as a code to scan and as text to type, and a field for the first code."""
    return _app_page(request, session, _proved(session, access, now=now))


@router.post("/app/confirm")
def confirm(request: Request, session: DbSession, form: FormData, now: Now, wall: Wall, access: Own) -> Response:
    """Turn the app on by its first code."""
    principal = _proved(session, access, now=now)
    code = "".join(str(form.get("code", "")).split())[:20]
    key = request.app.state.settings.key()
    if not confirm_app(session, principal=principal, code=code, key=key, now=now, wall=wall):
        errors = {"code": _("This is not the code of the app. Type the one that it shows now.")}
        return _app_page(request, session, principal, errors=errors)
    return _with_codes(request, session, principal, now=now)


@router.post("/app/remove")
def turn_off(session: DbSession, now: Now, access: Own) -> Response:
    """Turn the app off."""
    remove_app(session, principal=_proved(session, access, now=now), now=now)
    return RedirectResponse(HERE, status_code=303)


@router.post("/keys/options")
def key_options(request: Request, session: DbSession, now: Now, access: Own) -> Response:
    """What the browser asks a new security key for."""
    principal = _proved(session, access, now=now)
    site = site_of(request.app.state.settings.base_url)
    if site is None:
        raise NotFound
    return Response(ask_to_add(session, principal=principal, site=site, now=now), media_type="application/json")


@router.post("/keys")
def keep_key(request: Request, session: DbSession, form: FormData, now: Now, access: Own) -> Response:
    """Keep a security key under a name."""
    principal = _proved(session, access, now=now)
    base_url = request.app.state.settings.base_url
    site, bound = site_of(base_url), bind(NameKey, form)
    if bound.value is None:
        return _page(request, session, principal, form=bound)
    is_kept = site is not None and add_key(
        session,
        principal=principal,
        name=bound.value.name,
        answer=bound.value.answer,
        base_url=base_url,
        site=site,
        now=now,
    )
    if not is_kept:
        refused = {"": _("The key did not answer as it should. Try it once more.")}
        return _page(request, session, principal, form=Bound(None, refused, bound.typed))
    return _with_codes(request, session, principal, now=now)


@router.post("/keys/{key_id:int}/remove")
def take_key_away(key_id: int, session: DbSession, now: Now, access: Own) -> Response:
    """Take one of the person's own keys away."""
    remove_key(session, principal=_proved(session, access, now=now), key_id=key_id, now=now)
    return RedirectResponse(HERE, status_code=303)


@router.post("/codes")
def make_codes(request: Request, session: DbSession, now: Now, access: Own) -> Response:
    """Print new recovery codes; the old ones end."""
    principal = _proved(session, access, now=now)
    if not factors_of(session, principal.account_id or 0):
        raise NotFound
    codes = new_codes(session, principal=principal, now=now)
    return render(request, "accounts/recovery_codes.html", {"codes": codes})


def _proved(session: Session, access: Access[None], *, now: datetime) -> Principal:
    """The person, who has just passed the second step where there is one: a browser left open changes nothing."""
    principal = signed_in(access, return_to=HERE)
    if factors_of(session, principal.account_id or 0) and not is_fresh(principal, now=now):
        raise SignInNeeded(return_to=HERE, at=STEP)
    return principal


def _with_codes(request: Request, session: Session, principal: Principal, *, now: datetime) -> Response:
    """The recovery codes after a first factor; with codes at hand already, back to the list."""
    if factors_of(session, principal.account_id or 0).codes_left:
        return RedirectResponse(HERE, status_code=303)
    codes = new_codes(session, principal=principal, now=now)
    return render(request, "accounts/recovery_codes.html", {"codes": codes})


def _page(request: Request, session: Session, principal: Principal, *, form: Bound[Any] | None = None) -> Response:
    context = {
        "factors": factors_of(session, principal.account_id or 0),
        "takes_keys": site_of(request.app.state.settings.base_url) is not None,
        "form": form or Bound(None, {}, {}),
    }
    return render(request, "accounts/factors.html", context, status=422 if form else 200)


def _app_page(
    request: Request, session: Session, principal: Principal, *, errors: dict[str, str] | None = None
) -> Response:
    account = account_of(session, principal)
    key = request.app.state.settings.key()
    offer = offer_of(session, account_id=account.id, email=account.email, key=key)
    secret = " ".join(offer.secret[at : at + 4] for at in range(0, len(offer.secret), 4))
    context = {"secret": secret, "picture": picture_of(offer.address), "errors": errors or {}}
    return render(request, "accounts/app.html", context, status=422 if errors else 200)
