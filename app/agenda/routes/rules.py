"""What must hold, and what is only wished."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, Access, Policy
from app.agenda import service
from app.agenda.enums import Severity
from app.agenda.forms import AcknowledgeForm
from app.agenda.models import AgendaRules
from app.agenda.planner import BrokenRule
from app.agenda.preview import preview_of
from app.agenda.routes.versions import both_versions, chosen
from app.agenda.rules import CHOICES, WEIGHTS, rules_of, severity_of, weights_of
from app.events.loaders import number_of
from app.events.models import Event
from app.events.queries import event_of_path
from app.platform.audit import last_change_of
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Conflict, Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.i18n import gettext as _
from app.platform.rendering import render

router = APIRouter()

READ = Policy("agenda.rules", roles=ORGANISERS, loader=event_of_path)
CHANGE = Policy("agenda.change_rules", roles=ORGANISERS, loader=event_of_path)

SCALES: Mapping[str, tuple[int, int, int, int, int]] = {
    "clash": (0, 1, 3, 10, 30),
    "room_too_large": (0, 1, 3, 10, 30),
    "moved_start": (0, 100, 300, 1000, 3000),
    "moved_room": (0, 20, 60, 200, 600),
    "late_start": (0, 1, 2, 5, 10),
    "day_balance": (0, 1, 10, 50, 200),
}
"""Five words for the weight of each wish: not at all, a little, somewhat, much, very much."""


class TypedRules(BaseModel):
    """The form of the rules as it was sent."""

    severities: dict[str, Severity]
    weights: dict[str, int]
    max_parallel: int | None
    version: int


@router.get("/e/{slug}/manage/agenda/rules")
def rules_page(request: Request, session: ReadSession, access: Annotated[Access[Event], Depends(READ)]) -> Response:
    """Each rule with its severity, how often it is broken now, and what is let stand."""
    return _page(request, session, access.found, Bound(None, {}, {}))


@router.post("/e/{slug}/manage/agenda/rules")
def save_rules(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[Event], Depends(CHANGE)]
) -> Response:
    """Say what each rule does in this edition."""
    bound = _read(chosen(form))
    if bound.value is None:
        return _page(request, session, access.found, bound, status=422)
    try:
        service.set_rules(session, event=access.found, **dict(bound.value), actor=access.principal.actor(), now=now)
    except Refused as refused:
        return _page(request, session, access.found, Bound(None, refused.errors, bound.typed), status=422)
    except Conflict:
        return _both_versions(request, session, access.found, bound.typed)
    return RedirectResponse(f"/e/{access.found.slug}/manage/agenda/rules", status_code=303)


@router.post("/e/{slug}/manage/agenda/acknowledgements")
def acknowledge(
    session: DbSession, form: FormData, now: Now, access: Annotated[Access[Event], Depends(CHANGE)]
) -> Response:
    """Let one broken rule stand, with the reason."""
    bound = bind(AcknowledgeForm, form)
    if bound.value is None:
        raise Refused({"reason": _("Say why it may stand, in at least three letters.")})
    service.acknowledge(
        session,
        event=access.found,
        mark=bound.value.mark,
        reason=bound.value.reason,
        actor=access.principal.actor(),
        now=now,
    )
    return _to_release(access.found)


@router.post("/e/{slug}/manage/agenda/acknowledgements/{acknowledgement_id}/take-back")
def take_back(
    acknowledgement_id: str, session: DbSession, now: Now, access: Annotated[Access[Event], Depends(CHANGE)]
) -> Response:
    """No longer let it stand."""
    service.take_back(
        session,
        event=access.found,
        acknowledgement_id=number_of(acknowledgement_id),
        actor=access.principal.actor(),
        now=now,
    )
    return _to_release(access.found)


def _to_release(event: Event) -> Response:
    return RedirectResponse(f"/e/{event.slug}/manage/agenda/release#blocking", status_code=303)


def _read(form: Mapping[str, Any]) -> Bound[TypedRules]:
    typed = {key: str(content) for key, content in form.items()}
    errors: dict[str, str] = {}
    severities: dict[str, Severity] = {}
    for rule in CHOICES:
        try:
            severities[rule] = Severity(typed.get(f"severity_{rule}", ""))
        except ValueError:
            errors[f"severity_{rule}"] = _("Choose one from the list.")
    weights = {term: _number(typed, f"weight_{term}", errors) for term in WEIGHTS}
    version = _number(typed, "version", errors)
    limit = _number(typed, "max_parallel", errors) if typed.get("max_parallel", "").strip() else None
    if errors:
        return Bound(None, errors, typed)
    value = TypedRules(severities=severities, weights=weights, max_parallel=limit, version=version)
    return Bound(value, {}, typed)


def _number(typed: Mapping[str, str], field: str, errors: dict[str, str]) -> int:
    text = typed.get(field, "").strip()
    if not text.isdecimal() or len(text) > 9:
        errors[field] = _("A whole number is wanted.")
        return 0
    return int(text)


def _both_versions(request: Request, session: Session, event: Event, mine: Mapping[str, str]) -> Response:
    session.expire_all()
    rules = rules_of(session, event.id)
    limit = "" if rules.max_parallel is None else str(rules.max_parallel)
    return both_versions(
        request,
        event=event,
        about="rules",
        action=f"/e/{event.slug}/manage/agenda/rules",
        theirs={
            **{f"severity_{rule}": severity_of(rules, rule).value for rule in CHOICES},
            "max_parallel": limit,
            **{f"weight_{term}": str(weight) for term, weight in weights_of(rules).items()},
        },
        mine=mine,
        by=last_change_of(session, entity="agenda_rules", entity_id=event.id),
        seen={"version": str(rules.version)},
        names={"max_parallel": _("At most so many sessions at once")},
    )


def _page(request: Request, session: Session, event: Event, form: Bound[TypedRules], *, status: int = 200) -> Response:
    rules: AgendaRules = rules_of(session, event.id)
    broken: dict[str, list[BrokenRule]] = {}
    for one in preview_of(session, event).rules:
        broken.setdefault(one.rule, []).append(one)
    weights = weights_of(rules)
    context = {
        "event": event,
        "form": form,
        "version": rules.version,
        "rules": [
            (rule, choices, severity_of(rules, rule).value, broken.get(rule, [])) for rule, choices in CHOICES.items()
        ],
        "weights": [(term, weight, SCALES[term]) for term, weight in weights.items()],
        "max_parallel": rules.max_parallel,
    }
    return render(request, "agenda/rules.html", context, status=status)
