"""What the ledger refused, in words: who or what is held, by which kind of thing, and when."""

from sqlalchemy.orm import Session

from app.claims.enums import ClaimKind
from app.claims.service import AlreadyTaken
from app.delegations.names import latin_name_of
from app.delegations.queries import delegates_by_id
from app.events.models import Event
from app.events.queries import local, resources_of, rooms_of
from app.events.time_grid import TimeGrid
from app.platform.i18n import gettext as _


def what_holds(session: Session, event: Event, taken: AlreadyTaken) -> str:
    """One sentence: whoever or whatever is in two places, and from when. Such double use can never be released."""
    grid = TimeGrid.of(event)
    people = delegates_by_id(session, {int(one.resource) for one in taken.things if one.kind == ClaimKind.PERSON})
    names = {str(room.id): room.name for room in rooms_of(session, event.id)}
    resources = {one.code: one.name for one in resources_of(session, event.id)}
    first: dict[str, tuple[int, str]] = {}
    for thing in taken.things:
        if thing.kind == ClaimKind.PERSON:
            name = latin_name_of(people[int(thing.resource)]) if int(thing.resource) in people else thing.resource
        elif thing.kind == ClaimKind.RESOURCE:
            name = resources.get(thing.resource.partition("#")[0], thing.resource)
        else:
            name = names.get(thing.resource, thing.resource)
        first[name] = min(first.get(name, (thing.tick, thing.holding_kind)), (thing.tick, thing.holding_kind))
    words = {
        "session": _("a released session"),
        "meeting": _("a meeting"),
        "visit": _("a visit"),
        "walk": _("the way between two places"),
        "block": _("work or time set aside elsewhere"),
    }
    held = [
        f"{name}: {words.get(kind, kind)}, {local(event, grid.instant(tick)):%d.%m. %H:%M}"
        for name, (tick, kind) in sorted(first.items())
    ]
    return _("Nobody and nothing can be in two places. Held elsewhere: %(what)s.") % {"what": "; ".join(held) or "–"}
