"""The member sheet: a focal point enters a whole delegation at once, typed or pasted from a spreadsheet."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.enums import Role
from app.accounts.policies import ORGANISERS, Access, Policy
from app.delegations.enums import Rank
from app.delegations.groups import contacts_of
from app.delegations.loaders import DelegationIn, delegation_of_path
from app.delegations.pasting import pasted_rows
from app.events.loaders import number_of
from app.platform import idempotency
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import NotFound
from app.platform.forms import FormData, bind
from app.platform.i18n import gettext as _
from app.platform.rendering import render
from app.registration.forms import MEMBER_FIELDS, MOST_MEMBERS, MemberForm, rows_of
from app.registration.queries import newest_links
from app.registration.service.members import Sender, add_members, send_link

router = APIRouter()

EDITORS = ORGANISERS | {Role.FOCAL_POINT}
SHEET = Policy("delegation.sheet", roles=EDITORS, loader=delegation_of_path)

Sheet = Annotated[Access[DelegationIn], Depends(SHEET)]

EMPTY_ROWS = 12


@dataclass(frozen=True)
class Row:
    """A row as it was typed, with what is wrong by field."""

    typed: dict[str, str]
    errors: dict[str, str]


@router.get("/e/{slug}/delegations/{delegation_id}/sheet")
def sheet(request: Request, session: ReadSession, access: Sheet, added: int = 0) -> Response:
    """Can I enter them all at once?"""
    return _page(request, session, access.found, rows=[], added=added)


@router.post("/e/{slug}/delegations/{delegation_id}/sheet")
def save_sheet(request: Request, session: DbSession, form: FormData, now: Now, access: Sheet) -> Response:
    """Save the rows that are right; the others stay as they were typed, with what is wrong."""
    found = access.found
    typed = rows_of(form) + pasted_rows(str(form.get("pasted", "")))
    if "fill" in form:
        return _page(request, session, found, rows=[Row(row, {}) for row in typed])
    rows, good = _judged(typed, known={one.email for one in found.delegation.delegates if one.email and one.is_active})
    if not typed:
        return _page(request, session, found, rows=[], message=_("No row has a name yet."), status=422)
    active = sum(one.is_active for one in found.delegation.delegates)
    if active + len(good) > MOST_MEMBERS:
        message = _("A delegation has at most %(most)s people.") % {"most": MOST_MEMBERS}
        return _page(request, session, found, rows=[Row(row, {}) for row in typed], message=message, status=422)
    idempotency.spend(
        session, sender=f"account {access.principal.account_id}", key=str(form.get("form_key", "")), now=now, form=form
    )
    add_members(session, sender=_sender(request, found), members=good, actor=access.principal.actor(), now=now)
    if rows:
        session.expire(found.delegation, ["delegates"])
        fresh = delegation_of_path(session, request.path_params, access.principal)
        return _page(request, session, fresh, rows=rows, added=len(good), status=422)
    return RedirectResponse(f"{request.url.path}?added={len(good)}", status_code=303)


@router.post("/e/{slug}/delegations/{delegation_id}/sheet/{delegate_id}/link")
def send_again(request: Request, session: DbSession, now: Now, access: Sheet) -> Response:
    """Mail a member a fresh link; the older one ends."""
    wanted = number_of(request.path_params["delegate_id"])
    member = next((one for one in access.found.delegation.delegates if one.id == wanted), None)
    if member is None:
        raise NotFound
    send_link(session, sender=_sender(request, access.found), delegate=member, actor=access.principal.actor(), now=now)
    return RedirectResponse(request.url.path.rsplit("/", 2)[0], status_code=303)


def _judged(typed: list[dict[str, str]], *, known: set[str]) -> tuple[list[Row], list[MemberForm]]:
    """The rows with faults, and the people on those without."""
    faulty, good, mails = [], [], {mail.casefold() for mail in known}
    for row in typed:
        bound = bind(MemberForm, row)
        errors = dict(bound.errors)
        member = bound.value
        if member is not None and member.email is not None:
            if member.email.casefold() in mails:
                errors["email"] = _("Somebody of this delegation has this address already.")
            else:
                mails.add(member.email.casefold())
        if member is None or errors:
            faulty.append(Row(row, errors))
        else:
            good.append(member)
    return faulty, good


def _sender(request: Request, found: DelegationIn) -> Sender:
    return Sender(found.event, found.delegation, request.app.state.settings.base_url)


def _page(
    request: Request,
    session: Session,
    found: DelegationIn,
    *,
    rows: list[Row],
    added: int = 0,
    message: str = "",
    status: int = 200,
) -> Response:
    members = [one for one in found.delegation.delegates if one.is_active]
    blank = [Row({}, {}) for _number in range(max(2 if rows else EMPTY_ROWS, EMPTY_ROWS - len(rows)))]
    context: dict[str, Any] = {
        "event": found.event,
        "delegation": found.delegation,
        "members": members,
        "contacts": {one.id: contacts_of(one) for one in members},
        "links": newest_links(session, [one.id for one in members]),
        "rows": rows + blank,
        "faulty": sum(bool(row.errors) for row in rows),
        "added": added,
        "message": message,
        "fields": MEMBER_FIELDS,
        "ranks": [(rank.value, rank.name.lower()) for rank in Rank],
    }
    return render(request, "registration/sheet.html", context, status=status)
