"""A form that somebody else overtook: who and when, both versions, and what was chosen of them."""

from collections.abc import Mapping
from datetime import datetime

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.agenda.models import AgendaDraft
from app.agenda.steps import last_move_of
from app.events.models import Event
from app.events.queries import local
from app.platform.forms import FormData
from app.platform.i18n import gettext as _
from app.platform.rendering import render

Version = Mapping[str, str]
"""Fields of a form as they are typed, by name."""


def chosen(form: FormData) -> dict[str, str]:
    """What was sent; whoever keeps their own version after a conflict sends it under names of its own."""
    typed = {name: said for name, said in form.items() if isinstance(said, str)}
    if typed.get("keep") == "mine":
        typed |= {name.removeprefix("mine."): said for name, said in typed.items() if name.startswith("mine.")}
    return typed


def both_versions(
    request: Request,
    *,
    event: Event,
    about: str,
    action: str,
    theirs: Version,
    mine: Version,
    by: tuple[str, datetime | None],
    seen: Version,
    names: Mapping[str, str] | None = None,
    back: str | None = None,
) -> Response:
    """Both versions field by field, with status 409; nothing was changed.

    Args:
        about: the form's name in ``agenda/both_versions.html``, which knows its words.
        by: who saved theirs, and when.
        seen: the fields that say what a second answer has seen.
        names: what the page calls fields that are made of rows.
        back: the page that shows theirs, where the form's address itself is none.
    """
    who, at = by
    context = {
        "event": event,
        "about": about,
        "action": action,
        "fields": [(name, theirs[name], mine.get(name, ""), theirs[name] != mine.get(name, "")) for name in theirs],
        "who": who,
        "at": at,
        "seen": seen,
        "names": names or {},
        "back": back or action,
    }
    return render(request, "agenda/both_versions.html", context, status=409)


def changed_by(event: Event, who: str, at: datetime | None) -> str:
    """Who changed something, and when at the venue, as the first sentence of what is said about it."""
    if at is None:
        return _("%(who)s changed this meanwhile.") % {"who": who or _("Somebody")}
    said = {"who": who or _("Somebody"), "at": f"{local(event, at):%H:%M}", "on": f"{local(event, at):%Y-%m-%d}"}
    return _("%(who)s changed this on %(on)s at %(at)s.") % said


def draft_changed_by(session: Session, event: Event, draft: AgendaDraft | None) -> str:
    """The same of a draft."""
    return changed_by(event, *(last_move_of(session, draft.id) if draft else ("", None)))
