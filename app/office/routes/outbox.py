"""What are we about to send?"""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, Access, Policy
from app.events.models import Event
from app.events.queries import event_of_path
from app.office.queries import Others, mail_counts, mails_of
from app.office.service.sending import decide_mails
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Refused
from app.platform.forms import FormData, bind
from app.platform.outbox import MailState, OutboxMail
from app.platform.rendering import render

router = APIRouter()

READ = Policy("outbox.read", roles=ORGANISERS, loader=event_of_path)
SEND = Policy("outbox.send", roles=ORGANISERS, loader=event_of_path)


class MailsForm(BaseModel):
    """What to do with the held mails of one cause."""

    cause: str = Field(min_length=1, max_length=200)
    action: Literal["send", "drop"]
    reason: str | None = Field(default=None, max_length=500)


@router.get("/e/{slug}/manage/outbox")
def outbox(
    request: Request, session: ReadSession, access: Annotated[Access[Event], Depends(READ)], state: str = ""
) -> Response:
    """Groups by cause, with a sample of each.

    Where nobody chose a state the first one that has mails is shown. A demonstration sends nothing, so that its links
    to sign in can be read here alone; anywhere else they are nobody's business but the receiver's.
    """
    event = access.found
    is_demonstration = event.is_demonstration and request.app.state.settings.demonstration
    others: Others = "too" if is_demonstration else "left out"
    counts = mail_counts(session, event.id, others=others)
    filled = next((one for one in MailState if counts[one]), MailState.HELD)
    chosen = MailState(state) if state in set(MailState) else filled
    groups: dict[str, list[OutboxMail]] = {}
    for mail in mails_of(session, event.id, state=chosen, others=others):
        groups.setdefault(mail.cause, []).append(mail)
    context = {"event": event, "groups": groups, "state": chosen.value, "counts": counts}
    return render(request, "office/outbox.html", context)


@router.post("/e/{slug}/manage/outbox")
def decide(session: DbSession, form: FormData, now: Now, access: Annotated[Access[Event], Depends(SEND)]) -> Response:
    """Send the held mails of a cause, or drop them with a reason."""
    bound = bind(MailsForm, form)
    if bound.value is None:
        raise Refused(bound.errors)
    decide_mails(
        session,
        event=access.found,
        cause=bound.value.cause,
        is_dropped=bound.value.action == "drop",
        reason=bound.value.reason,
        actor=access.principal.actor(),
        now=now,
    )
    return RedirectResponse(f"/e/{access.found.slug}/manage/outbox", status_code=303)
