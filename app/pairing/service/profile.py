"""What organisers store of a party for the pairing beside its own profile: wishes, facilitation, limits and ties."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.delegations.enums import TieState
from app.delegations.models import City, Facilitation, Organisation, Party, Tie
from app.pairing.enums import WishLevel
from app.pairing.models import PairingWish
from app.platform.actor import Actor
from app.platform.audit import record_change
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _


def seen_of(row: Party | Tie) -> str:
    """What stands of a party or a tie, as one word: what a form was filled in over."""
    if isinstance(row, Tie):
        return "|".join(str(one) for one in (row.kind, row.since, row.state.value, row.note))
    facilitated = ",".join(str(one) for one in sorted(item.challenge_id for item in row.facilitations))
    if isinstance(row, Organisation):
        return f"{row.is_facilitator}|{row.facilitations_max}|{facilitated}"
    if isinstance(row, City):
        return f"{row.engagements_min}|{row.engagements_max}|{facilitated}"
    return facilitated


def set_facilitation(
    session: Session, *, party: Party, challenges: Collection[int], seen: str, actor: Actor, now: datetime
) -> None:
    """Say on which challenges, by ID, a party brings others together; ``facilitations`` are loaded.

    Raises:
        Conflict: somebody changed what stands.
    """
    _check(party, seen)
    before = sorted(one.challenge_id for one in party.facilitations)
    party.facilitations = [
        *(one for one in party.facilitations if one.challenge_id in challenges),
        *(Facilitation(challenge_id=one) for one in sorted(set(challenges) - set(before))),
    ]
    session.flush()
    changes: dict[str, tuple[object, object]] = {"challenges": (before, sorted(challenges))}
    record_change(session, party, "pairing.facilitation_set", actor, now, changes)


def let_facilitate(
    session: Session, *, organisation: Organisation, is_facilitator: bool, most: int | None, actor: Actor, now: datetime
) -> None:
    """Take an organisation in among those that facilitate triangles, or out.

    Args:
        most: how many triangles at most; ``None`` is no limit.
    """
    before = (organisation.is_facilitator, organisation.facilitations_max)
    organisation.is_facilitator, organisation.facilitations_max = is_facilitator, most
    session.flush()
    changes: dict[str, tuple[object, object]] = {"facilitates": (before[0], is_facilitator), "most": (before[1], most)}
    record_change(session, organisation, "pairing.facilitator_set", actor, now, changes)


def set_engagements(
    session: Session, *, city: City, least: int, most: int, seen: str, actor: Actor, now: datetime
) -> None:
    """Say in how many partnerships a city is to be, at least and at most.

    Raises:
        Conflict: somebody changed what stands.
        Refused: the least is more than the most.
    """
    _check(city, seen)
    if least > most:
        raise Refused({"least": _("The least is more than the most.")})
    before = (city.engagements_min, city.engagements_max)
    city.engagements_min, city.engagements_max = least, most
    session.flush()
    changes: dict[str, tuple[object, object]] = {"least": (before[0], least), "most": (before[1], most)}
    record_change(session, city, "pairing.engagements_set", actor, now, changes)


def wish(session: Session, *, city: City, other: City, level: WishLevel | None, actor: Actor, now: datetime) -> None:
    """Store a city's word on another; ``None`` takes it back. Saying the same again changes nothing.

    Raises:
        Refused: a city about itself, or a word in place of a "no", which a what-if takes back.
    """
    if city.id == other.id:
        raise Refused({"other": _("These are the same.")})
    found = session.scalar(
        select(PairingWish).where(PairingWish.from_city_id == city.id, PairingWish.to_city_id == other.id)
    )
    before = found.level if found else None
    if before is level:
        return
    if before is WishLevel.NO:
        raise Refused({"other": _("It said no to this city. A what-if takes that back and shows what would change.")})
    if found is not None and level is None:
        session.execute(delete(PairingWish).where(PairingWish.id == found.id))
    elif found is not None and level is not None:
        found.level = level
    elif level is not None:
        session.add(PairingWish(event_id=city.event_id, from_city_id=city.id, to_city_id=other.id, level=level))
    session.flush()
    changes: dict[str, tuple[object, object]] = {
        "about": (None, other.slug),
        "level": (before.value if before else None, level.value if level else None),
    }
    record_change(session, city, "pairing.wish_set", actor, now, changes)


def describe_tie(
    session: Session,
    *,
    tie: Tie,
    kind: str,
    since: int | None,
    state: TieState,
    note: str | None,
    seen: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Say what a tie between two cities is, since which year, whether it lives, and what fell short of it.

    Raises:
        Conflict: somebody changed what stands.
    """
    _check(tie, seen)
    before = (tie.kind, tie.since, tie.state.value, tie.note)
    tie.kind, tie.since, tie.state, tie.note = kind, since, state, note
    session.flush()
    names = ("kind", "since", "state", "note")
    after = (kind, since, state.value, note)
    changes = {name: (old, new) for name, old, new in zip(names, before, after, strict=True) if old != new}
    record_change(session, tie, "pairing.tie_described", actor, now, changes)


def _check(row: Party | Tie, seen: str) -> None:
    if seen_of(row) != seen:
        raise Conflict(_("Somebody changed this meanwhile. What stands now is below."))
