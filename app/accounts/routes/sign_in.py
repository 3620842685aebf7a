"""Signing in by a mailed link, and signing out."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import RedirectResponse

from app.accounts.cookies import forget_session, keep_language, keep_session, session_token
from app.accounts.forms import AskForLink
from app.accounts.home import home_of
from app.accounts.policies import ANYONE, Access, Policy
from app.accounts.return_address import safe_return_address
from app.accounts.service.browsers import end_session, open_session
from app.accounts.service.links import ask_for_link, spend_link
from app.platform.clock import Now
from app.platform.database.sessions import DbSession
from app.platform.forms import Bound, FormData, bind
from app.platform.rendering import render
from app.platform.web.browser import device_of, peer_of

router = APIRouter()

SIGN_IN = Policy[None]("account.sign_in", roles=ANYONE)
SIGN_OUT = Policy[None]("account.sign_out", roles=ANYONE)


@router.get("/sign-in", dependencies=[Depends(SIGN_IN)])
def sign_in_page(
    request: Request,
    next: str = "/",
) -> Response:
    """One field: the address that the link goes to."""
    return render(
        request, "accounts/sign_in.html", {"form": Bound[AskForLink](None, {}, {}), "next": safe_return_address(next)}
    )


@router.post("/sign-in", dependencies=[Depends(SIGN_IN)])
def ask(request: Request, session: DbSession, form: FormData, now: Now) -> Response:
    """Mail a link when the address is known. The answer never says whether it is."""
    bound = bind(AskForLink, form)
    if bound.value is None:
        next_address = safe_return_address(str(form.get("next", "/")))
        return render(request, "accounts/sign_in.html", {"form": bound, "next": next_address}, status=422)
    ask_for_link(
        session,
        email=bound.value.email,
        peer=peer_of(request),
        base_url=request.app.state.settings.base_url,
        return_to=safe_return_address(bound.value.next),
        now=now,
    )
    return RedirectResponse("/sign-in/sent", status_code=303)


@router.get("/sign-in/sent", dependencies=[Depends(SIGN_IN)])
def sent_page(request: Request) -> Response:
    """The same for everybody who asked."""
    return render(request, "accounts/sent.html", {})


@router.get("/sign-in/{token}", dependencies=[Depends(SIGN_IN)])
def link_page(
    request: Request,
    token: str,
    next: str = "/",
) -> Response:
    """A button. Mail scanners open links: looking at this page spends nothing."""
    return render(request, "accounts/link.html", {"token": token, "next": safe_return_address(next)})


@router.post("/sign-in/{token}", dependencies=[Depends(SIGN_IN)])
def spend(
    request: Request,
    token: str,
    session: DbSession,
    form: FormData,
    now: Now,
) -> Response:
    """Sign this browser in, once."""
    spent = spend_link(session, token=token, now=now)
    signed_in = spent and open_session(
        session,
        account_id=spent.account_id,
        grant_id=spent.grant_id,
        device=device_of(request),
        replaces=session_token(request),
        now=now,
    )
    if not signed_in:
        return render(request, "accounts/gone.html", {"next": "/"}, status=410)
    next_address = safe_return_address(str(form.get("next", "/")))
    settings = request.app.state.settings
    if not signed_in.principal.is_signed_in:
        response = RedirectResponse(f"/sign-in/second-step?next={quote(next_address, safe='')}", status_code=303)
        keep_session(response, settings, token=signed_in.token, expires_at=signed_in.expires_at, now=now)
        return response
    response = RedirectResponse(home_of(signed_in.principal) if next_address == "/" else next_address, status_code=303)
    keep_session(response, settings, token=signed_in.token, expires_at=signed_in.expires_at, now=now)
    keep_language(response, settings, signed_in.principal.locale or "en")
    return response


@router.post("/sign-out")
def sign_out(
    request: Request, session: DbSession, now: Now, access: Annotated[Access[None], Depends(SIGN_OUT)]
) -> Response:
    """End this browser's session, on the server and in the browser."""
    principal = access.principal
    if principal.session_id is not None:
        end_session(session, principal=principal, session_id=principal.session_id, now=now)
    response = RedirectResponse("/sign-in", status_code=303)
    # The copy of a delegate's day that the browser keeps for the way goes with the session.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    forget_session(response, request.app.state.settings)
    return response
