"""A person's own page: the role in use, the others, and the browsers that are signed in."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import RedirectResponse

from app.accounts.cookies import keep_language, keep_session
from app.accounts.enums import STAFF_ROLES
from app.accounts.forms import ChooseLanguage, ChooseRole
from app.accounts.home import home_of
from app.accounts.policies import ANYONE, Access, Policy
from app.accounts.principal import Principal
from app.accounts.queries import factors_of, open_sessions
from app.accounts.return_address import safe_return_address
from app.accounts.service.browsers import choose_language, choose_role, end_other_sessions, end_session
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import NotFound, Refused, SignInNeeded
from app.platform.forms import FormData, bind
from app.platform.i18n import LOCALES
from app.platform.rendering import language_name, render

router = APIRouter()

# Open to every role: somebody whose roles have all ended is signed in as a visitor and may still look, and sign out.
OWN = Policy[None]("account.own", roles=ANYONE)


@router.get("/account")
def account_page(
    request: Request, session: ReadSession, now: Now, access: Annotated[Access[None], Depends(OWN)]
) -> Response:
    """The roles that a person may choose from, and their open sessions."""
    principal = signed_in(access, return_to="/account")
    factors = factors_of(session, principal.account_id or 0)
    is_offered = bool(factors) or any(choice.role in STAFF_ROLES for choice in principal.choices)
    sessions = open_sessions(session, principal=principal, uses=request.app.state.uses, now=now)
    languages = [(code, language_name(code, code)) for code in LOCALES]
    return render(
        request,
        "accounts/account.html",
        {"sessions": sessions, "languages": languages, "factors": factors, "offers_second_step": is_offered},
    )


@router.post("/account/language")
def language(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[None], Depends(OWN)]
) -> Response:
    """Read pages and mails in another language."""
    principal = signed_in(access)
    chosen = bind(ChooseLanguage, form)
    if chosen.value is None:
        raise Refused(chosen.errors)
    choose_language(session, principal=principal, locale=chosen.value.locale, now=now)
    response = RedirectResponse("/account", status_code=303)
    keep_language(response, request.app.state.settings, chosen.value.locale)
    return response


@router.post("/account/role")
def role(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[None], Depends(OWN)]
) -> Response:
    """Act in another role, under a new session token."""
    principal = signed_in(access)
    chosen = bind(ChooseRole, form).value
    if chosen is None:
        raise NotFound
    changed = choose_role(session, principal=principal, grant_id=chosen.grant_id, now=now)
    next_address = safe_return_address(chosen.next)
    response = RedirectResponse(home_of(changed.principal) if next_address == "/" else next_address, status_code=303)
    keep_session(response, request.app.state.settings, token=changed.token, expires_at=changed.expires_at, now=now)
    return response


@router.post("/account/sessions/{session_id}/end")
def end_one(session_id: int, session: DbSession, now: Now, access: Annotated[Access[None], Depends(OWN)]) -> Response:
    """Sign another browser of the same person out."""
    end_session(session, principal=signed_in(access), session_id=session_id, now=now)
    return RedirectResponse("/account", status_code=303)


@router.post("/account/sessions/end-others")
def end_others(session: DbSession, now: Now, access: Annotated[Access[None], Depends(OWN)]) -> Response:
    """Sign every browser but this one out."""
    end_other_sessions(session, principal=signed_in(access), now=now)
    return RedirectResponse("/account", status_code=303)


def signed_in(access: Access[None], *, return_to: str = "/") -> Principal:
    """The person behind a page that is open in every role, but not to nobody. Raises ``SignInNeeded``."""
    if not access.principal.is_signed_in:
        raise SignInNeeded(return_to=return_to)
    return access.principal
