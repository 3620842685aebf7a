"""Who has answered: partnerships by their sides, and one button for all that are due a reminder."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, Access, Policy
from app.events.models import Event
from app.events.queries import event_of_path
from app.pairing.answers import FILTERS, AnswerRow, Filter, answers_of
from app.pairing.enums import Modality, PartnershipState
from app.pairing.letters import contacts_of_parties
from app.pairing.loaders import PartnershipIn, partnership_of_path
from app.pairing.models import Partnership
from app.pairing.notices import ask_members
from app.pairing.queries import partnerships_of
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import NotFound
from app.platform.filtering import ways_out
from app.platform.forms import FormData
from app.platform.idempotency import is_first
from app.platform.many import do_to_each
from app.platform.pagination import page_number, page_of
from app.platform.rendering import render

router = APIRouter()

READ = Policy("pairing.consent", roles=ORGANISERS, loader=event_of_path)
ASK = Policy("pairing.ask_all", roles=ORGANISERS, loader=event_of_path)
REMIND = Policy("pairing.remind", roles=ORGANISERS, loader=event_of_path)
REMIND_ONE = Policy("partnership.remind", roles=ORGANISERS, loader=partnership_of_path)

PAGE_SIZE = 40
KNOWN: Mapping[str, frozenset[str]] = {
    "state": frozenset(FILTERS),
    "modality": frozenset(one.value for one in Modality),
}
"""What a filter may be, so that the way back leads to where the button was."""


@router.get("/e/{slug}/manage/pairing/consent")
def consent(
    request: Request,
    session: ReadSession,
    now: Now,
    access: Annotated[Access[Event], Depends(READ)],
    state: Filter = "",
    modality: Modality | Literal[""] = "",
    page: Annotated[str, Query(max_length=8)] = "1",
) -> Response:
    """Who has answered?"""
    return _page(request, session, access.found, now=now, state=state, modality=modality, page=page_number(page))


@router.post("/e/{slug}/manage/pairing/ask")
def ask_all(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[Event], Depends(ASK)]
) -> Response:
    """Ask the members of every partnership that was only proposed so far. Pressed twice, they are asked once."""
    event = access.found
    answers = RedirectResponse(f"/e/{event.slug}/manage/pairing/consent?state=waiting", status_code=303)
    if not is_first(session, sender=f"account {access.principal.account_id}", form=form, now=now):
        return answers

    waiting = [one for one in partnerships_of(session, event.id) if one.state is PartnershipState.PROPOSED]
    contacts = contacts_of_parties(session, event, (member.party_id for one in waiting for member in one.members))

    def ask(partnership: Partnership) -> None:
        ask_members(
            session,
            event=event,
            partnership=partnership,
            contacts=contacts,
            base_url=request.app.state.settings.base_url,
            actor=access.principal.actor(),
            now=now,
        )

    do_to_each(session, waiting, ask)
    return answers


@router.post("/e/{slug}/manage/pairing/consent/remind")
def remind_all(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[Event], Depends(REMIND)]
) -> Response:
    """Write once more, with a fresh link, to every side that is due a reminder. Pressed twice, it goes once."""
    event = access.found
    answers = RedirectResponse(f"/e/{event.slug}/manage/pairing/consent?state=waiting", status_code=303)
    if not is_first(session, sender=f"account {access.principal.account_id}", form=form, now=now):
        return answers

    due = [row for row in answers_of(session, event.id, now=now) if row.due]
    contacts = contacts_of_parties(session, event, (one.party_id for row in due for one in row.partnership.members))

    def remind(row: AnswerRow) -> None:
        ask_members(
            session,
            event=event,
            partnership=row.partnership,
            only=row.due,
            contacts=contacts,
            base_url=request.app.state.settings.base_url,
            actor=access.principal.actor(),
            now=now,
        )

    do_to_each(session, due, remind)
    return answers


@router.post("/e/{slug}/manage/partnerships/{partnership_id}/remind")
def remind_one(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[PartnershipIn], Depends(REMIND_ONE)],
) -> Response:
    """Send one side a fresh link. Pressed twice, one goes.

    Raises:
        NotFound: the partnership has no such member.
    """
    event, partnership = access.found.event, access.found.partnership
    named = [member.id for member in partnership.members if str(member.id) == form.get("member")]
    if not named:
        raise NotFound
    if is_first(session, sender=f"account {access.principal.account_id}", form=form, now=now):
        ask_members(
            session,
            event=event,
            partnership=partnership,
            only=named,
            base_url=request.app.state.settings.base_url,
            actor=access.principal.actor(),
            now=now,
        )
    filters = {name: str(form.get(name)) for name, known in KNOWN.items() if str(form.get(name)) in known}
    path = f"/e/{event.slug}/manage/pairing/consent?{urlencode(filters)}#partnership-{partnership.id}"
    return RedirectResponse(path, status_code=303)


def _page(
    request: Request,
    session: Session,
    event: Event,
    *,
    now: datetime,
    state: Filter,
    modality: Modality | Literal[""],
    page: int,
) -> Response:
    rows = answers_of(session, event.id, now=now)
    filters = {"state": state, "modality": str(modality)}
    found = _filtered(rows, filters)

    context = {
        "event": event,
        "page": page_of(found, page=page, size=PAGE_SIZE),
        "state": state,
        "filters": filters,
        "counts": {name: len(_filtered(rows, {**filters, "state": name})) for name in FILTERS},
        "ways_out": () if found else ways_out(filters, lambda some: len(_filtered(rows, some))),
        "due": sum(len(row.due) for row in rows),
        "waiting": sum(side.is_waiting for row in rows if row.fits("waiting") for side in row.sides),
        "open_questions": sum(
            question.reply is None for row in rows for side in row.sides for question in side.questions
        ),
        "now": now,
    }
    return render(request, "pairing/consent.html", context)


def _filtered(rows: Sequence[AnswerRow], filters: Mapping[str, str]) -> list[AnswerRow]:
    modality = filters.get("modality", "")
    return [
        row for row in rows if row.fits(filters.get("state", "")) and modality in {"", row.partnership.modality.value}
    ]
