"""The way of a city to a session, and the office's word on North or South."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.delegations.enums import CaseCityStage
from app.delegations.models import City
from app.events.enums import CountryGroup
from app.platform.actor import Actor
from app.platform.audit import record_change
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _

STAGES = tuple(CaseCityStage)


def steps_from(stage: CaseCityStage) -> tuple[CaseCityStage | None, CaseCityStage | None]:
    """The stage before and the stage behind; a city goes one step at a time."""
    at = STAGES.index(stage)
    return (STAGES[at - 1] if at > 0 else None, STAGES[at + 1] if at + 1 < len(STAGES) else None)


def move_stage(
    session: Session, *, city: City, version: int, stage: CaseCityStage, actor: Actor, now: datetime
) -> None:
    """Move a city one step along the way, or back.

    Raises:
        Conflict: the city changed meanwhile.
        Refused: a step that is not the next or the one before.
    """
    _check(city, version)
    if stage not in steps_from(city.stage):
        raise Refused({"stage": _("A city goes one step at a time.")})
    before, city.stage = city.stage, stage
    session.flush()
    record_change(session, city, "city.stage", actor, now, {"stage": (before.value, stage.value)})


def set_group(
    session: Session,
    *,
    city: City,
    version: int,
    group: CountryGroup | None,
    note: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Count a city as North or South whatever the list says; without a group the list counts again.

    Raises:
        Conflict: the city changed meanwhile.
        Refused: a word of our own without a note that says why.
    """
    _check(city, version)
    if group is not None and not note.strip():
        raise Refused({"note": _("Say why, and who asked for it. The note stands beside the group.")})
    before = (city.group_override.value if city.group_override else None, city.group_override_note)
    city.group_override = group
    city.group_override_note = note.strip() if group else None
    city.group_override_at = now if group else None
    session.flush()
    changes = {
        "group": (before[0], group.value if group else None),
        "note": (before[1], city.group_override_note),
    }
    record_change(session, city, "city.group", actor, now, changes)


def _check(city: City, version: int) -> None:
    if city.version != version:
        raise Conflict(_("This was changed meanwhile. Look again before you change it."))
