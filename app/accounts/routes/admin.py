"""Accounts and roles, for administrators: who may do what, and until when."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.enums import GIVEN_BY_HAND
from app.accounts.forms import GiveRole, OpenAccount
from app.accounts.models import Account
from app.accounts.policies import ADMINISTRATORS, Access, Policy
from app.accounts.principal import RoleChoice
from app.accounts.queries import (
    account_of_path,
    accounts_listed,
    events_by_name,
    role_choices,
    role_choices_of,
    zone_of_event,
)
from app.accounts.service.roles import close_account, end_role, ensure_account, grant_role, reopen_account
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import NotFound, Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.i18n import gettext as _
from app.platform.pagination import paginate
from app.platform.rendering import render

router = APIRouter(prefix="/admin/accounts")

LIST = Policy[None]("accounts.list", roles=ADMINISTRATORS)
OPEN = Policy[None]("accounts.open", roles=ADMINISTRATORS)
READ = Policy[Account]("accounts.read", roles=ADMINISTRATORS, loader=account_of_path)
CHANGE = Policy[Account]("accounts.change", roles=ADMINISTRATORS, loader=account_of_path)


@dataclass(frozen=True, kw_only=True)
class Row:
    """An account in the list, with the roles that it may act in now."""

    account: Account
    choices: tuple[RoleChoice, ...]


@router.get("", dependencies=[Depends(LIST)])
def list_page(request: Request, session: ReadSession, now: Now, q: str = "", page: int = 1) -> Response:
    """Everybody who can sign in, by name."""
    return _list(request, session, now=now, search=q, number=page)


@router.post("")
def open_account(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[None], Depends(OPEN)]
) -> Response:
    """Open an account; an address that is known leads to the account that has it."""
    bound = bind(OpenAccount, form)
    if bound.value is None:
        return _list(request, session, now=now, form=bound, status=422)
    account = ensure_account(
        session,
        email=bound.value.email,
        display_name=bound.value.display_name,
        actor=access.principal.actor(),
        now=now,
    )
    return _to(account)


@router.get("/{account_id:int}")
def person_page(
    request: Request, session: ReadSession, now: Now, access: Annotated[Access[Account], Depends(READ)]
) -> Response:
    """One person: the roles held now, a form for another, and the account's state."""
    return _person(request, session, access.found, now=now)


@router.post("/{account_id:int}/roles")
def give_role(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[Account], Depends(CHANGE)]
) -> Response:
    """Give a role in an event, or in all, perhaps until the end of a day."""
    bound = bind(GiveRole, form)
    if bound.value is None:
        return _person(request, session, access.found, now=now, form=bound, status=422)
    given = bound.value
    try:
        if given.role not in GIVEN_BY_HAND:
            raise Refused({"role": _("This role comes with a registration. Choose another one.")})
        grant_role(
            session,
            account_id=access.found.id,
            role=given.role,
            event_id=given.event_id,
            until=_end_of(session, given.until, event_id=given.event_id),
            actor=access.principal.actor(),
            now=now,
        )
    except Refused as refused:
        again = Bound[GiveRole](None, refused.errors, bound.typed)
        return _person(request, session, access.found, now=now, form=again, status=422)
    return _to(access.found)


@router.post("/{account_id:int}/roles/{grant_id:int}/end")
def take_role(
    grant_id: int, session: DbSession, now: Now, access: Annotated[Access[Account], Depends(CHANGE)]
) -> Response:
    """Take a role back at once."""
    held = role_choices(session, account_id=access.found.id, now=now)
    if grant_id not in {choice.grant_id for choice in held}:
        raise NotFound
    end_role(session, grant_id=grant_id, actor=access.principal.actor(), now=now)
    return _to(access.found)


@router.post("/{account_id:int}/close")
def close(session: DbSession, now: Now, access: Annotated[Access[Account], Depends(CHANGE)]) -> Response:
    """Let an account in no more."""
    close_account(session, account_id=access.found.id, actor=access.principal.actor(), now=now)
    return _to(access.found)


@router.post("/{account_id:int}/reopen")
def reopen(session: DbSession, now: Now, access: Annotated[Access[Account], Depends(CHANGE)]) -> Response:
    """Let a closed account in again."""
    reopen_account(session, account_id=access.found.id, actor=access.principal.actor(), now=now)
    return _to(access.found)


def _list(
    request: Request,
    session: Session,
    *,
    now: datetime,
    search: str = "",
    number: int = 1,
    form: Bound[OpenAccount] | None = None,
    status: int = 200,
) -> Response:
    found = paginate(session, accounts_listed(search=search), page=number)
    choices = role_choices_of(session, account_ids=[account.id for account in found.items], now=now)
    rows = [Row(account=account, choices=tuple(choices[account.id])) for account in found.items]
    context: dict[str, Any] = {"page": found, "rows": rows, "q": search, "form": form or Bound(None, {}, {})}
    return render(request, "accounts/admin_list.html", context, status=status)


def _person(
    request: Request,
    session: Session,
    account: Account,
    *,
    now: datetime,
    form: Bound[GiveRole] | None = None,
    status: int = 200,
) -> Response:
    context = {
        "account": account,
        "choices": role_choices(session, account_id=account.id, now=now),
        "events": events_by_name(session),
        "roles": GIVEN_BY_HAND,
        "form": form or Bound(None, {}, {}),
    }
    return render(request, "accounts/admin_person.html", context, status=status)


def _end_of(session: Session, day: date | None, *, event_id: int | None) -> datetime | None:
    """The end of a day as the clocks at the venue show it; without an event, in UTC."""
    zone = "UTC" if event_id is None else zone_of_event(session, event_id)
    if zone is None:
        raise Refused({"event_id": _("There is no such event. Choose one from the list.")})
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)


def _to(account: Account) -> Response:
    return RedirectResponse(f"/admin/accounts/{account.id}", status_code=303)
