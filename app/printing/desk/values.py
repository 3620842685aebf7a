"""What every sheet of the desk is made from, and the cells of its lists."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.agenda.queries import newest_release
from app.delegations.models import Delegate
from app.delegations.names import latin_name_of
from app.events.models import Event
from app.platform import i18n
from app.platform.i18n import gettext as _
from app.printing import words
from app.printing.press import Template
from app.printing.sheets import native_form


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Who asks for a sheet of which edition, and when."""

    session: Session
    event: Event
    now: datetime
    base_url: str | None


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Values ready to be set: with which template, under which title."""

    template: Template
    title: str
    sheets: list[dict[str, Any]]


def version_words(desk: Desk) -> str:
    """Which release a sheet was made from, and when."""
    release = newest_release(desk.session, desk.event.id)
    moment = (
        f"{words.short_day_words(words.day_at(desk.now, desk.event.timezone))}, "
        f"{words.clock_words(desk.now, desk.event.timezone)}"
    )
    printed = _("printed %(moment)s") % {"moment": moment}
    if release is None:
        return _("No release yet, %(printed)s") % {"printed": printed}
    return _("Release %(release)s, %(printed)s") % {"release": release.number, "printed": printed}


def frame(desk: Desk) -> dict[str, Any]:
    """What every sheet says alike: language, direction, version, foot."""
    locale = i18n.current_locale()
    foot = [desk.event.name]
    if desk.event.is_demonstration:
        foot.append(_("Demonstration data; roles in place of names."))
    return {
        "lang": locale,
        "rtl": i18n.direction(locale) == "rtl",
        "version": version_words(desk),
        "foot": ". ".join(foot) if len(foot) > 1 else foot[0],
        "page": _("page"),
    }


def plain(text: str) -> dict[str, Any]:
    return {"kind": "text", "text": text}


def strong(text: str) -> dict[str, Any]:
    return {"kind": "strong", "text": text}


def upright(text: str) -> dict[str, Any]:
    """Codes and times, which are written from left to right everywhere."""
    return {"kind": "upright", "text": text}


TICK = {"kind": "tick", "text": ""}


def name_of(delegate: Delegate) -> dict[str, Any]:
    """A name in Latin letters and in its own script."""
    latin = latin_name_of(delegate)
    return {
        "kind": "name",
        "text": latin,
        "native": native_form(delegate.native_name, delegate.native_language, than=latin),
    }
