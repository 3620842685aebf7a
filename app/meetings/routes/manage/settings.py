"""How meetings are agreed: modes by pair of groups, limits by group, what may wait, and for how long."""

import itertools
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, Access, Policy
from app.events.models import Event
from app.events.queries import event_of_path
from app.meetings import service
from app.meetings.enums import MeetingMode
from app.meetings.forms import RulesForm
from app.meetings.queries import settings_of
from app.meetings.rules import GROUPS, pair_key
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.forms import Bound, FormData, bind
from app.platform.rendering import render

router = APIRouter()

RULES = Policy("meetings.rules", roles=ORGANISERS, loader=event_of_path)


@router.get("/e/{slug}/manage/meetings/rules")
def rules(request: Request, session: ReadSession, access: Annotated[Access[Event], Depends(RULES)]) -> Response:
    """What is set now."""
    return _page(request, session, access.found, Bound(None, {}, {}))


@router.post("/e/{slug}/manage/meetings/rules")
def save_rules(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[Event], Depends(RULES)]
) -> Response:
    """Save; wishes that stand keep the mode under which they were made."""
    event = access.found
    typed: dict[str, Any] = {
        **{name: form.get(name, "") for name in ("pending_percent", "musts_max", "offer_minutes", "wish_expiry_hours")},
        "modes": {pair: form.get(f"mode-{pair}", "") for pair in _pairs()},
        "least": {group: str(form.get(f"min-{group}", "")).strip() or None for group in GROUPS},
        "most": {group: str(form.get(f"max-{group}", "")).strip() or None for group in GROUPS},
    }
    bound = bind(RulesForm, typed)
    if bound.value is None:
        return _page(request, session, event, bound, status=422)
    service.set_rules(session, event=event, said=bound.value, actor=access.principal.actor(), now=now)
    return RedirectResponse(f"/e/{event.slug}/manage/meetings/rules", status_code=303)


def _pairs() -> list[str]:
    return [pair_key(*pair) for pair in itertools.combinations_with_replacement(GROUPS, 2)]


def _page(request: Request, session: Session, event: Event, form: Bound[RulesForm], *, status: int = 200) -> Response:
    stored = settings_of(session, event.id)
    context = {
        "event": event,
        "form": form,
        "groups": GROUPS,
        "modes": list(MeetingMode),
        "pairs": [(pair_key(*pair), pair) for pair in itertools.combinations_with_replacement(GROUPS, 2)],
        "stored": stored,
    }
    return render(request, "meetings/rules.html", context, status=status)
