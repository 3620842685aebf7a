"""An answer, from the mail or from one's own pages: yes, no, or another time. A second use is harmless."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.enums import Role
from app.accounts.policies import ANYONE, Access, Policy, asking_ahead, in_one_go
from app.meetings import service
from app.meetings.answers_ahead import read_answers_ahead
from app.meetings.enums import Answer, MeetingMode
from app.meetings.forms import AnswerForm
from app.meetings.loaders import WishIn, wish_of_path, wish_of_token
from app.meetings.notices import tell_of_answer, tell_of_wish
from app.meetings.places import company_of, read_hall
from app.meetings.queries import meeting_of_wish, wish_in_event
from app.platform.actor import Actor
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Conflict, Forbidden, Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.i18n import gettext as _
from app.platform.rendering import render

router = APIRouter()

ANSWER = Policy("wish.answer", roles=ANYONE, loader=wish_of_token)
ANSWER_OWN = Policy("meetings.answer_own", roles=frozenset({Role.DELEGATE}), loader=wish_of_path)

CHOICES = ("accepted", "other", "declined")


@router.get("/m/{token}")
def wish_page(
    request: Request,
    session: ReadSession,
    now: Now,
    access: Annotated[Access[WishIn], Depends(ANSWER)],
    answer: str = "",
) -> Response:
    """Yes, no, other time? Looking changes nothing."""
    return _page(request, session, access.found, "meetings/answer.html", _fresh(answer), now=now)


@router.post("/m/{token}")
@asking_ahead(read_answers_ahead)
def send_answer(
    request: Request, session: DbSession, form: FormData, now: Now, access: Annotated[Access[WishIn], Depends(ANSWER)]
) -> Response:
    """Store the answer."""
    found = access.found
    by = found.wish.to_delegate if found.delegate_id == found.wish.to_delegate_id else found.wish.from_delegate
    actor = Actor(account_id=access.principal.account_id, label=f"{by.badge_name}, by the link")
    refused = _send(request, session, found, form, "meetings/answer.html", actor=actor, now=now)
    return refused or RedirectResponse(f"/m/{request.path_params['token']}", status_code=303)


@router.get("/e/{slug}/my/meetings/wishes/{wish_id}/answer")
def own_wish_page(
    request: Request,
    session: ReadSession,
    now: Now,
    access: Annotated[Access[WishIn], Depends(ANSWER_OWN)],
    answer: str = "",
) -> Response:
    """The same, signed in: here another time is chosen."""
    return _page(request, session, access.found, "meetings/wish_answer.html", _fresh(answer), now=now)


@router.post("/e/{slug}/my/meetings/wishes/{wish_id}/answer")
@in_one_go
def send_own_answer(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[WishIn], Depends(ANSWER_OWN)],
) -> Response:
    """Accept or decline a wish, or propose another time."""
    found = access.found
    actor = access.principal.actor()
    refused = _send(request, session, found, form, "meetings/wish_answer.html", actor=actor, now=now)
    return refused or RedirectResponse(f"/e/{found.event.slug}/my/meetings", status_code=303)


def _fresh(answer: str) -> Bound[AnswerForm]:
    return Bound(None, {}, {"answer": answer if answer in CHOICES else "accepted"})


def _send(
    request: Request, session: Session, found: WishIn, typed_form: Any, template: str, *, actor: Actor, now: Any
) -> Response | None:
    """Do what was answered; a page where it could not be done."""
    if found.wish.mode is MeetingMode.ORGANISER_SET:
        raise Forbidden(_("The organisers answer this wish."))
    bound = bind(AnswerForm, typed_form)
    if bound.value is None:
        return _page(request, session, found, template, bound, now=now, status=422)
    if found.wish.asked_id != found.delegate_id:
        if found.wish.answer is Answer.PENDING and found.wish.counter_by_id == found.delegate_id:
            return None  # the other time was sent already
        raise Forbidden(_("Only the one who was asked answers."))
    try:
        # A savepoint, so that a time that was taken meanwhile leaves the wish as it was.
        with session.begin_nested():
            _answer(request, session, found, bound.value, actor=actor, now=now)
    except Refused as refused:
        form, status = Bound[AnswerForm](None, refused.errors, bound.typed), 422
    except Conflict as conflict:
        typed = {**bound.typed, "answer": "other"} if conflict.alternatives else bound.typed
        form, status = Bound[AnswerForm](None, {"": conflict.message}, typed), 409
    else:
        return None
    session.expire_all()
    as_it_is = WishIn(found.event, wish_in_event(session, found.event.id, found.wish.id), found.delegate_id)
    return _page(request, session, as_it_is, template, form, now=now, status=status)


def _answer(request: Request, session: Session, found: WishIn, said: AnswerForm, *, actor: Actor, now: Any) -> None:
    event, wish = found.event, found.wish
    if said.answer == "other":
        if said.slot_id is None:
            raise Refused({"slot_id": _("Choose a time.")})
        countered = service.propose_other_time(
            session, event=event, wish=wish, slot_id=said.slot_id, actor=actor, now=now
        )
        session.refresh(wish, ["slot"])
        base_url = request.app.state.settings.base_url
        tell_of_wish(session, event=event, wish=wish, token=countered.token, base_url=base_url, now=now)
        return
    answered = service.answer_wish(
        session, wish=wish, answer=Answer(said.answer), reason=said.reason, actor=actor, now=now
    )
    if answered is not None:
        tell_of_answer(session, event=event, wish=wish, place=answered.place, now=now)


def _page(
    request: Request,
    session: Session,
    found: WishIn,
    template: str,
    form: Bound[AnswerForm],
    *,
    now: Any,
    status: int = 200,
) -> Response:
    wish = found.wish
    hall = read_hall(session, found.event, wish.delegate_ids)
    open_slots = hall.open_slots(company_of(wish))
    is_from = wish.asked_id == wish.from_delegate_id
    context = {
        "event": found.event,
        "wish": wish,
        "form": form,
        "they": wish.to_delegate if is_from else wish.from_delegate,
        "is_asked": wish.asked_id == found.delegate_id and wish.mode is not MeetingMode.ORGANISER_SET,
        "meeting": meeting_of_wish(session, found.event.id, wish.id),
        "slots": [slot for slot in open_slots if slot.id != wish.slot_id and slot.starts_at > now],
        "has_ended": wish.has_ended(now),
    }
    return render(request, template, context, status=status)
