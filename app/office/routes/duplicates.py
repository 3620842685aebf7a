"""Are these the same person?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.enums import Role
from app.accounts.policies import ORGANISERS, Access, Policy
from app.accounts.principal import Principal
from app.delegations import readers
from app.delegations.enums import Rank
from app.delegations.queries import delegate_in_event, delegations_by_id
from app.events.models import Event
from app.events.queries import event_of_path
from app.office.comparing import Compared, compare, compare_forms
from app.office.service import merging
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import NotFound, Refused
from app.platform.forms import FormData, bind
from app.platform.rendering import render
from app.registration import service
from app.registration.duplicates import Pair, Subject, duplicates_of, pair_of, subject_of_key
from app.registration.enums import RegistrationState
from app.registration.models import Registration
from app.registration.queries import registration_in_event
from app.registration.service import reviewing
from app.registration.service.joining import LINES as JOINED

router = APIRouter()

AT_ONCE = 50


class MergeForm(BaseModel):
    """Which line of the second is better, with the versions that were looked at."""

    one_version: int
    other_version: int
    take: list[str] = Field(default_factory=list, max_length=40)


class CloseForm(BaseModel):
    """Why a second form is closed."""

    version: int
    reason: str = Field(default="", max_length=2000)


@dataclass(frozen=True)
class PairIn:
    """Two who may be one, in an edition; ``forms`` where both are forms that can be put together, the earlier first."""

    event: Event
    one: Subject
    other: Subject
    forms: tuple[Registration, Registration] | None


def pair_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> PairIn:
    """Loader of a policy: both are of this event; a delegate stands first, for it is the row that stays."""
    event = event_of_path(session, params, principal)
    first, _, second = str(params["pair_id"]).partition("~")
    if first == second:
        raise NotFound
    found = [subject_of_key(session, event.id, key) for key in (first, second)]
    one, other = sorted(found, key=lambda subject: subject.delegate_id is None)
    if one.registration_id is None or other.registration_id is None or one.registration_id == other.registration_id:
        return PairIn(event, one, other, None)
    forms = service.by_age(
        registration_in_event(session, event.id, one.registration_id),
        registration_in_event(session, event.id, other.registration_id),
    )
    if forms[0].id == other.registration_id:
        one, other = other, one
    return PairIn(event, one, other, forms if service.may_be_joined(*forms) else None)


READ = Policy("duplicates.read", roles=ORGANISERS, loader=event_of_path)
DECIDE = Policy("duplicates.decide", roles=ORGANISERS, loader=pair_of_path)
FOUND = Annotated[Access[PairIn], Depends(DECIDE)]


@router.get("/e/{slug}/manage/duplicates")
def duplicates(
    request: Request, session: ReadSession, access: Annotated[Access[Event], Depends(READ)], done: str = ""
) -> Response:
    """Who is here twice?"""
    found = duplicates_of(session, access.found.id)
    context = {"event": access.found, "pairs": found[:AT_ONCE], "count": len(found), "done": done}
    return render(request, "office/duplicates.html", context)


@router.get("/e/{slug}/manage/duplicates/{pair_id}")
def pair(request: Request, session: ReadSession, access: FOUND) -> Response:
    """Are these two the same?"""
    return _page(request, session, access)


@router.post("/e/{slug}/manage/duplicates/{pair_id}/merge")
def merge(request: Request, session: DbSession, form: FormData, now: Now, access: FOUND) -> Response:
    """Make one of the two; a form is approved with it."""
    found, actor = access.found, access.principal.actor()
    chosen = {field: str(form.get(f"line-{field}", "")) for field in merging.FIELDS}
    take = [field for field, side in chosen.items() if side == "other"]
    bound = bind(
        MergeForm, {**{key: form[key] for key in ("one_version", "other_version") if key in form}, "take": take}
    )
    stays_id = found.one.delegate_id
    try:
        if bound.value is None or stays_id is None:
            raise Refused(bound.errors)
        common: dict[str, Any] = {"event": found.event, "actor": actor, "now": now}
        taken = frozenset(bound.value.take)
        versions = (bound.value.one_version, bound.value.other_version)
        stays = delegate_in_event(session, found.event.id, stays_id)
        if found.other.delegate_id is not None:
            goes = delegate_in_event(session, found.event.id, found.other.delegate_id)
            merging.merge(session, **common, stays=stays, goes=goes, versions=versions, taken_from_other=taken)
        else:
            merging.approve_and_merge(
                session,
                **common,
                registration=_form_of(session, found),
                person=found.other,
                stays=stays,
                versions=(versions[1], versions[0]),
                taken_from_form=taken,
            )
    except Refused as refused:
        return _page(request, session, access, refused=refused, sides=chosen)
    return RedirectResponse(f"/e/{found.event.slug}/manage/people/{stays_id}", status_code=303)


@router.post("/e/{slug}/manage/duplicates/{pair_id}/join")
def join(request: Request, session: DbSession, form: FormData, now: Now, access: FOUND) -> Response:
    """Make one of two forms: the later is closed, what is chosen of it goes onto the earlier."""
    found = access.found
    if found.forms is None:
        raise NotFound
    chosen = {field: str(form.get(f"line-{field}", "")) for field in JOINED}
    bound = bind(
        MergeForm,
        {
            **{key: form[key] for key in ("one_version", "other_version") if key in form},
            "take": [field for field, side in chosen.items() if side == "other"],
        },
    )
    stays, closes = found.forms
    try:
        if bound.value is None:
            raise Refused(bound.errors)
        service.join_forms(
            session,
            event=found.event,
            stays=stays,
            closes=closes,
            versions=(bound.value.one_version, bound.value.other_version),
            taken_from_other=frozenset(bound.value.take),
            actor=access.principal.actor(),
            now=now,
        )
    except Refused as refused:
        return _page(request, session, access, refused=refused, sides=chosen)
    return RedirectResponse(f"/e/{found.event.slug}/manage/registrations/{stays.id}", status_code=303)


@router.post("/e/{slug}/manage/duplicates/{pair_id}/different")
def different(session: DbSession, now: Now, access: FOUND) -> Response:
    """Remember that they are not the same."""
    found = access.found
    reviewing.say_different(
        session,
        event=found.event,
        one=found.one.key,
        other=found.other.key,
        actor=access.principal.actor(),
        now=now,
    )
    return RedirectResponse(f"/e/{found.event.slug}/manage/duplicates?done=different", status_code=303)


@router.post("/e/{slug}/manage/duplicates/{pair_id}/close")
def close(request: Request, session: DbSession, form: FormData, now: Now, access: FOUND) -> Response:
    """Turn a second form down, with a reason that its applicant reads."""
    found, bound = access.found, bind(CloseForm, form)
    if found.other.registration_id is None:
        raise NotFound
    try:
        if bound.value is None:
            raise Refused(bound.errors)
        service.decide(
            session,
            event=found.event,
            registration=_form_of(session, found),
            version=bound.value.version,
            state=RegistrationState.REJECTED,
            reason=bound.value.reason,
            actor=access.principal.actor(),
            now=now,
        )
    except Refused as refused:
        return _page(request, session, access, refused=refused)
    return RedirectResponse(f"/e/{found.event.slug}/manage/duplicates?done=closed", status_code=303)


def _form_of(session: Session, found: PairIn) -> Any:
    assert found.other.registration_id is not None
    return registration_in_event(session, found.event.id, found.other.registration_id)


def _page(
    request: Request,
    session: Session,
    access: Access[PairIn],
    *,
    refused: Refused | None = None,
    sides: Mapping[str, str] | None = None,
) -> Response:
    found = access.found
    compared = _compared(session, found, access.principal.role)
    alike: Pair = pair_of(found.one, found.other)
    context = {
        "event": found.event,
        "may_join": found.forms is not None,
        "one": found.one,
        "other": found.other,
        "pair": alike,
        "compared": compared,
        "delegations": delegations_by_id(session, compared.delegation_ids),
        "ranks": {rank.value: rank.name.lower() for rank in Rank},
        "sides": sides or {},
        "errors": refused.errors if refused else {},
        "clashes": refused.clashes if isinstance(refused, merging.DoubleBooked) else compared.clashes,
    }
    return render(request, "office/duplicate.html", context, status=422 if refused else 200)


def _compared(session: Session, found: PairIn, role: Role) -> Compared:
    if found.forms is not None:
        return compare_forms(found.forms[0].answers, found.forms[1].answers)
    rows = [
        delegate_in_event(session, found.event.id, subject.delegate_id) if subject.delegate_id else None
        for subject in (found.one, found.other)
    ]
    moves = None
    if rows[0] is not None and rows[1] is not None:
        moves = merging.moves_of(session, found.event, stays=rows[0], goes=rows[1])
    hidden = frozenset() if role in readers.NEEDS else readers.NEEDS_FIELDS
    return compare(found.one, found.other, rows=(rows[0], rows[1]), moves=moves, hidden=hidden)
