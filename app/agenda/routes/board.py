"""The organiser's board: the grid of the draft, its list, its pictures, and the dialog that moves one session."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from babel.dates import format_date
from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse

from app.accounts.policies import ORGANISERS, Access, Policy, in_one_go
from app.agenda.board import Board, read_board
from app.agenda.board.numbering import HEADER, numbers_of
from app.agenda.board.released import kept_release
from app.agenda.board.strips import strips_of
from app.agenda.differences import difference, entries_of_draft, entries_of_release
from app.agenda.models import AgendaSession
from app.agenda.planner import stamp_of
from app.agenda.queries import current_draft, releases_of
from app.agenda.steps import last_move_of
from app.events.loaders import number_of
from app.events.models import Event
from app.events.queries import event_of_path, local
from app.pairing.queries import modalities_of
from app.platform.clock import Now
from app.platform.database.sessions import ReadSession
from app.platform.forms import Bound
from app.platform.i18n import current_locale
from app.platform.i18n import gettext as _
from app.platform.page_cache import own_page
from app.platform.rendering import is_htmx, render
from app.solver_runs.panels import unanswered_panel

router = APIRouter()

READ = Policy("agenda.read", roles=ORGANISERS, loader=event_of_path)
VIEWS = ("rooms", "people", "list")


@dataclass(frozen=True, kw_only=True)
class Done:
    """What has just been done, for the announcement: to one session, which keeps the focus, or to ``count`` of them."""

    verb: str
    item: AgendaSession | None = None
    count: int = 1


@router.get("/e/{slug}/manage/agenda")
@in_one_go
def board(
    request: Request,
    session: ReadSession,
    now: Now,
    access: Annotated[Access[Event], Depends(READ)],
    day: str = "",
    view: str = "rooms",
    hold: str = "",
) -> Response:
    """Does the plan hold? ``hold`` takes a session in hand: the board shows where it may go."""
    held = number_of(hold) if hold else None
    found = read_board(session, access.found, day=day, held=held, numbers=numbers_shown(request))
    return board_page(request, session, found, view=view, now=now)


@router.get("/e/{slug}/manage/agenda/move/{session_id}")
def move_dialog(
    request: Request,
    session: ReadSession,
    access: Annotated[Access[Event], Depends(READ)],
    session_id: str,
    day: str = "",
    view: str = "rooms",
) -> Response:
    """Where may this session go, and what of its place is pinned?"""
    found = read_board(session, access.found, day=day, held=number_of(session_id))
    return move_page(request, session, found, view=view)


@router.get("/e/{slug}/manage/agenda/news")
def news(session: ReadSession, access: Annotated[Access[Event], Depends(READ)], seen: str = "") -> Response:
    """Whether the draft is another than the one that was ``seen``, by its stamp, and who changed it last."""
    event = access.found
    draft = current_draft(session, event.id)
    if draft is None or stamp_of(draft) == seen:
        return Response(status_code=204)
    who, at = last_move_of(session, draft.id)
    said = _("%(who)s changed the agenda at %(at)s.") % {
        "who": who or _("Somebody"),
        "at": f"{local(event, at):%H:%M}" if at else "–",
    }
    return JSONResponse({"said": said})


def numbers_shown(request: Request) -> Mapping[str, int]:
    """The numbers of the broken rules on the page that asks."""
    return numbers_of(request.headers.get(HEADER, ""))


def board_page(
    request: Request,
    session: Session,
    found: Board,
    *,
    view: str,
    now: datetime,
    done: Done | None = None,
    overtaken: str = "",
    status: int = 200,
) -> Response:
    """The board, or what htmx puts in its place; ``overtaken`` says why a change was not made."""
    event = found.event
    panel = unanswered_panel(session, event_id=event.id, slug=event.slug, kind="agenda", now=now)
    release = kept_release(session, event.id)
    changes = difference(
        entries_of_release(release),
        entries_of_draft(found.facts, found.draft),
    )
    shown = view if view in VIEWS else "rooms"
    context = {
        **_common(session, found, shown),
        "done": done,
        "overtaken": overtaken,
        "stamp": stamp_of(found.draft),
        "strips": _strips(found) if shown == "people" else None,
        "release": release,
        "releases": releases_of(session, event.id),
        "changes": changes,
        "touched": frozenset(person for change in changes for person in change.touched),
        "panel": panel,
    }
    headers = {"HX-Replace-Url": address_of(found, view=shown)} if done else {}
    block = "board" if is_htmx(request) else None
    page = render(request, "agenda/board.html", context, block=block, status=status, headers=headers)
    # What comes after a step is for whoever did it, a run goes on by itself, numbers are of what one browser shows.
    if block or done or overtaken or HEADER in request.headers or (panel is not None and not panel.run.is_settled):
        return page
    # Beside the hours stands how many meetings each slot holds.
    return own_page(request, session, page, event_id=event.id, people=None, now=now)


def move_page(
    request: Request, session: Session, found: Board, *, view: str, form: Bound[Any] | None = None, status: int = 200
) -> Response:
    """The dialog as a page, or alone where htmx asks."""
    context = {**_common(session, found, view), "form": form}
    block = "dialog" if is_htmx(request) else None
    headers = {"HX-Retarget": "#board-dialog", "HX-Reswap": "innerHTML"} if status != 200 else {}
    return render(request, "agenda/board_move.html", context, block=block, status=status, headers=headers)


def address_of(found: Board, *, view: str) -> str:
    """The address of the board as it is shown."""
    day = found.shown.on.isoformat() if found.shown else ""
    return f"/e/{found.event.slug}/manage/agenda?day={day}&view={view}"


def _common(session: Session, found: Board, view: str) -> dict[str, Any]:
    return {
        "event": found.event,
        "board": found,
        "view": view if view in VIEWS else "rooms",
        "on": found.shown.on.isoformat() if found.shown else "",
        "modalities": modalities_of(session, found.event.id),
    }


def _strips(found: Board) -> Any:
    labels = [format_date(day.on, "EEE d MMM", locale=current_locale()) for day in found.days]
    broken = frozenset(session_id for session_id, rules in found.rules_of.items() if rules)
    return strips_of(found.facts, found.days, found.placed, labels=labels, broken=broken)
