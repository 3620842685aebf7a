"""The page of the second step: a code or a security key, between the mailed link and the first page."""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.cookies import keep_language, keep_session, session_token
from app.accounts.home import home_of
from app.accounts.policies import ANYONE, Policy
from app.accounts.queries import factors_of
from app.accounts.return_address import safe_return_address
from app.accounts.service.browsers import SignedIn
from app.accounts.service.second_step.keys import ask_to_sign, site_of, spend_signature
from app.accounts.service.second_step.passing import Stepping, pass_by_code, pass_on, stepping_of
from app.platform.clock import Now, Wall
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import NotFound, SignInNeeded
from app.platform.forms import FormData
from app.platform.i18n import gettext as _
from app.platform.rendering import render

router = APIRouter(prefix="/sign-in/second-step")

STEP = Policy[None]("account.second_step", roles=ANYONE)
"""Open to all: whoever stands before it is found by the cookie, and is nobody on every other page."""


def _stepping(request: Request, session: Session, now: Any) -> Stepping:
    found = stepping_of(session, token=session_token(request), now=now)
    if found is None:
        raise SignInNeeded
    return found


@router.get("", dependencies=[Depends(STEP)])
def step_page(request: Request, session: ReadSession, now: Now, next: str = "/") -> Response:
    """A field for a code, and a button for a key where the account has one."""
    who = _stepping(request, session, now)
    return _page(request, session, who=who, next_address=safe_return_address(next))


@router.post("", dependencies=[Depends(STEP)])
def take_code(request: Request, session: DbSession, form: FormData, now: Now, wall: Wall) -> Response:
    """Go on with a code of the app, or with a recovery code."""
    who = _stepping(request, session, now)
    next_address = safe_return_address(str(form.get("next", "/")))
    key = request.app.state.settings.key()
    passed = pass_by_code(session, who=who, typed=str(form.get("code", ""))[:100], key=key, now=now, wall=wall)
    if passed is None:
        errors = {"code": _("This code is not right, or was used before. Wait for the next one and type that.")}
        return _page(request, session, who=who, next_address=next_address, errors=errors)
    return _gone_on(request, passed, next_address=next_address, now=now)


@router.post("/key/options", dependencies=[Depends(STEP)])
def key_options(request: Request, session: DbSession, now: Now) -> Response:
    """What the browser asks a security key to sign."""
    who = _stepping(request, session, now)
    site = site_of(request.app.state.settings.base_url)
    if site is None or not factors_of(session, who.account_id).keys:
        raise NotFound
    options = ask_to_sign(session, account_id=who.account_id, session_id=who.session_id, site=site, now=now)
    return Response(options, media_type="application/json")


@router.post("/key", dependencies=[Depends(STEP)])
def take_key(request: Request, session: DbSession, form: FormData, now: Now) -> Response:
    """Go on with what a security key signed."""
    who = _stepping(request, session, now)
    base_url = request.app.state.settings.base_url
    site = site_of(base_url)
    next_address = safe_return_address(str(form.get("next", "/")))
    is_proved = site is not None and spend_signature(
        session,
        account_id=who.account_id,
        session_id=who.session_id,
        answer=str(form.get("answer", "")),
        base_url=base_url,
        site=site,
        now=now,
    )
    if not is_proved:
        errors = {"": _("This key did not fit. Try again, or type a code.")}
        return _page(request, session, who=who, next_address=next_address, errors=errors)
    return _gone_on(request, pass_on(session, who=who, by="key", now=now), next_address=next_address, now=now)


def _page(
    request: Request, session: Session, *, who: Stepping, next_address: str, errors: dict[str, str] | None = None
) -> Response:
    factors = factors_of(session, who.account_id)
    if not factors:
        raise NotFound
    site = site_of(request.app.state.settings.base_url)
    context = {"next": next_address, "errors": errors or {}, "app": factors.app, "keys": factors.keys if site else ()}
    return render(request, "accounts/second_step.html", context, status=422 if errors else 200)


def _gone_on(request: Request, signed_in: SignedIn, *, next_address: str, now: Any) -> Response:
    response = RedirectResponse(home_of(signed_in.principal) if next_address == "/" else next_address, status_code=303)
    settings = request.app.state.settings
    keep_session(response, settings, token=signed_in.token, expires_at=signed_in.expires_at, now=now)
    keep_language(response, settings, signed_in.principal.locale or "en")
    return response
