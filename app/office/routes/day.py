"""A delegate's day: what is next, and where?"""

from datetime import datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.enums import Role
from app.accounts.policies import Access, Policy, in_one_go
from app.delegations.groups import contacts_of, stay_of
from app.events.queries import day_of
from app.meetings.ground import ground_of
from app.meetings.loaders import SelfIn, self_as_kept, self_of_path
from app.office.days import free_times, meeting_ids, minutes_until_words, way_to
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadLogSession, ReadSession
from app.platform.forms import FormData
from app.platform.page_cache import own_page
from app.platform.rendering import STATIC, is_htmx, render
from app.printing import words
from app.printing.itinerary import DayOfItems, Itinerary
from app.printing.looks import Look, close_changes, keep_first_look, look_at
from app.printing.queries import itinerary_of_person, own_itinerary_of
from app.printing.seats import seats_of

router = APIRouter()


DAY = Policy("my.day", roles=frozenset({Role.DELEGATE}), loader=self_as_kept)
SEEN = Policy("my.seen", roles=frozenset({Role.DELEGATE}), loader=self_of_path)
SAVED = Policy("my.saved", roles=frozenset({Role.DELEGATE}), loader=self_of_path)
ME = Policy("my.self", roles=frozenset({Role.DELEGATE}), loader=self_of_path)


@router.get("/e/{slug}/my")
@in_one_go
def my_day(
    request: Request,
    session: ReadSession,
    log: ReadLogSession,
    now: Now,
    access: Annotated[Access[SelfIn], Depends(DAY)],
    day: str = "",
) -> Response:
    """The next thing is the largest thing; what changed since the last look is marked until its reader closes it."""
    own = access.found
    ground = ground_of(session, own.event)
    itinerary = own_itinerary_of(session, own.event, own.delegate, ground=ground)
    look = _look(session, access, itinerary, now)
    if look.is_first:
        keep_first_look(log, look, event=own.event, **_reader(access), now=now)
    upcoming = [item for item in itinerary.items if item.ends_at > now]
    today = day_of(own.event, now)
    chosen = next((one for one in itinerary.days if one.on.isoformat() == day), None)
    shown = chosen or next((one for one in itinerary.days if one.on >= today), _last(itinerary))
    waiting = ground.asked_of(session, own.delegate.id, now)
    offers = ground.offers_to(session, own.delegate.id, now)
    following = upcoming[0] if upcoming else None
    own_day = next((one for one in itinerary.days if following in one.items), None)
    context = {
        "event": own.event,
        "me": own.delegate,
        "now": now,
        "words": words,
        "itinerary": itinerary,
        "next": following,
        "next_words": minutes_until_words(following.starts_at, now) if following else "",
        "way": way_to(following, own_day, itinerary.venue) if following else None,
        "meetings": meeting_ids(itinerary.items),
        "seats": seats_of(session, own.event, itinerary, now, state=ground.state),
        "shown": shown,
        "free": free_times(shown.items, shortest=timedelta(minutes=30)) if shown else {},
        "wishes": waiting[:2],
        "offers": offers[:2],
        "waiting": len(waiting) + len(offers),
        "is_today": bool(shown and shown.on == today),
        "look": look,
        "changed": _marks(look),
        "first_later": next((one.uid for one in shown.items if one.starts_at > now), "") if shown else "",
    }
    page = render(request, "office/my_day.html", context, block="next_up" if _wants_next(request) else None)
    if look.is_first:
        return page  # that it was seen stands in no line of the log
    times = (moment for item in itinerary.items for moment in (item.starts_at, item.ends_at))
    return own_page(
        request,
        session,
        page,
        event_id=own.event.id,
        people=frozenset({own.delegate.id}),
        now=now,
        moments=(*times, *(one.expires_at for one in waiting), *(one.expires_at for one in offers)),
    )


@router.post("/e/{slug}/my/seen")
def seen(session: DbSession, form: FormData, now: Now, access: Annotated[Access[SelfIn], Depends(SEEN)]) -> Response:
    """Close the band of changes; where the day changed meanwhile, the page comes back with what is new."""
    own = access.found
    look = _look(session, access, itinerary_of_person(session, own.event, own.delegate), now)
    stamp = str(form.get("stamp", ""))
    close_changes(session, look, **_reader(access), stamp=stamp, actor=access.principal.actor(), now=now)
    return RedirectResponse(f"/e/{own.event.slug}/my", status_code=303)


@router.get("/e/{slug}/my/saved")
def saved(
    request: Request, session: ReadSession, now: Now, access: Annotated[Access[SelfIn], Depends(SAVED)]
) -> Response:
    """The copy that a telephone keeps for the way: one's own items alone, until the day after the event."""
    own = access.found
    itinerary = itinerary_of_person(session, own.event, own.delegate)
    context = {
        "event": own.event,
        "me": own.delegate,
        "now": now,
        "words": words,
        "itinerary": itinerary,
        "changed": _marks(_look(session, access, itinerary, now)),
    }
    ends = datetime.combine(own.event.ends_on + timedelta(days=1), time(), tzinfo=ZoneInfo(own.event.timezone))
    # A duration, since the clock of a telephone may be wrong.
    seconds = max(0, int((ends - now).total_seconds()))
    headers = {"X-Saved-Seconds": str(seconds), "X-Saved-Copy": "my-day"}
    return render(request, "office/my_saved.html", context, headers=headers)


@router.get("/e/{slug}/my/worker.js")
def worker(access: Annotated[Access[SelfIn], Depends(SAVED)]) -> Response:
    """The script that keeps the copy; it answers for one's own pages of this edition alone."""
    scope = f"/e/{access.found.event.slug}/my"
    script = (STATIC / "js" / "worker.js").read_text(encoding="utf-8")
    return Response(script, media_type="text/javascript", headers={"Service-Worker-Allowed": scope})


@router.get("/e/{slug}/my/me")
def me(request: Request, access: Annotated[Access[SelfIn], Depends(ME)]) -> Response:
    """What the office knows of me."""
    event, own = access.found.event, access.found.delegate
    context = {"event": event, "me": own, "contacts": contacts_of(own), "stay": stay_of(own)}
    return render(request, "office/me.html", context)


def _reader(access: Access[SelfIn]) -> dict[str, int]:
    """Whose look it is: of the account that is signed in, at the day of the delegate."""
    account_id = access.principal.account_id
    assert account_id is not None, "the policy lets nobody in without an account"
    return {"account_id": account_id, "delegate_id": access.found.delegate.id}


def _look(session: Session, access: Access[SelfIn], itinerary: Itinerary, now: datetime) -> Look:
    return look_at(session, access.found.event, itinerary, **_reader(access), now=now)


def _marks(look: Look) -> dict[str, str]:
    """The word at each row that changed."""
    return {one.uid: one.word for one in look.changes if not one.is_gone}


def _last(itinerary: Itinerary) -> DayOfItems | None:
    return itinerary.days[-1] if itinerary.days else None


def _wants_next(request: Request) -> bool:
    return is_htmx(request) and request.headers.get("HX-Target") == "next_up"
