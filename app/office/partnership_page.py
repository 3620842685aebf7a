"""What the office's page of one partnership shows beside the partnership itself, as values made of rows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delegations.groups import Contacts, contacts_of
from app.delegations.models import Delegate
from app.events.models import Event
from app.office.queries import values_of
from app.pairing.letters import contacts_of_parties
from app.pairing.models import PairingWish, Partnership, PartnershipLink
from app.pairing.planner import read_facts
from app.pairing.queries import partnership_in_event, title_of, wishes_of
from app.pairing.service.replacing import replacements_in
from app.platform import audit
from app.platform.audit import AuditEntry
from app.platform.errors import Refused
from app.solver_runs.models import SolverRun


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Whom the office writes to for a member and how, and until when the link in the last mail works."""

    delegate: Delegate | None
    reached: Contacts | None
    until: datetime | None


@dataclass(frozen=True, kw_only=True)
class HistoryLine:
    """One change of the partnership: when, who, what became of it."""

    at: datetime
    who: str
    action: str
    state: str | None
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """A partnership that a run proposes: names of its members, modality and points."""

    names: tuple[str, ...]
    modality: str
    value: int


@dataclass(frozen=True, kw_only=True)
class Replacement:
    """What comes in place of a declined partnership: the run, what it found, what was taken of it."""

    run: SolverRun
    found: tuple[Proposed, ...]
    taken: tuple[tuple[int, str], ...]


def contacts_by_member(session: Session, event: Event, partnership: Partnership) -> dict[int, Contact]:
    """The contact of each member, by the member's ID."""
    links: dict[int, datetime] = {
        link.member_id: link.expires_at
        for link in session.scalars(
            select(PartnershipLink)
            .where(
                PartnershipLink.member_id.in_([member.id for member in partnership.members]),
                PartnershipLink.revoked_at.is_(None),
            )
            .order_by(PartnershipLink.id)
        )
    }
    people = contacts_of_parties(session, event, (member.party_id for member in partnership.members))
    found = {}
    for member in partnership.members:
        person = people.get(member.party_id)
        reached = contacts_of(person) if person else None
        found[member.id] = Contact(delegate=person, reached=reached, until=links.get(member.id))
    return found


def history_of(session: Session, partnership: Partnership) -> tuple[HistoryLine, ...]:
    """What happened to a partnership, the newest first."""
    entries = list(
        session.scalars(
            select(AuditEntry)
            .where(
                AuditEntry.event_id == partnership.event_id,
                AuditEntry.entity == "partnership",
                AuditEntry.entity_id == str(partnership.id),
            )
            .order_by(AuditEntry.id.desc())
        )
    )
    names = audit.names_of(session, [entry.actor for entry in entries])
    values = values_of(session, entries)
    lines = []
    for entry in entries:
        after = {value.field: value.after for value in values[entry.id]}
        lines.append(
            HistoryLine(
                at=entry.at,
                who=names[entry.actor],
                action=entry.action,
                state=after.get("state"),
                reason=after.get("reason"),
            )
        )
    return tuple(lines)


def wishes_among(session: Session, partnership: Partnership) -> tuple[PairingWish, ...]:
    """What the cities of a partnership said of each other: must, want, or no."""
    cities = {member.party_id for member in partnership.members}
    return tuple(
        wish for wish in wishes_of(session, partnership.event_id) if {wish.from_city_id, wish.to_city_id} <= cities
    )


def replacement_of(session: Session, event: Event, partnership: Partnership) -> Replacement | None:
    """What comes in place of a declined partnership; nothing where nobody looked for it."""
    if partnership.replacement_run_id is None:
        return None
    run = session.get_one(SolverRun, partnership.replacement_run_id)
    made = session.scalars(
        select(Partnership.id).where(Partnership.event_id == event.id, Partnership.run_id == run.id)
    ).all()
    return Replacement(
        run=run,
        found=() if made or run.state.is_open else _found(session, event, run),
        taken=tuple((one, title_of(partnership_in_event(session, event.id, one))) for one in made),
    )


def _found(session: Session, event: Event, run: SolverRun) -> tuple[Proposed, ...]:
    facts = read_facts(session, event)
    try:
        proposed = replacements_in(facts, run)
    except Refused:
        return ()
    return tuple(
        Proposed(
            names=tuple(facts.parties[member.id].name for member in one.members), modality=one.modality, value=one.value
        )
        for one in proposed
    )
