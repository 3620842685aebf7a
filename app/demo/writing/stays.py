"""What delegations do outside the agenda."""

from app.demo.story import VisitFact
from app.demo.writing.desk import ACTOR, Desk
from app.visits.enums import VisitState
from app.visits.models import Visit, VisitMember
from app.visits.service import confirm


def write_stays(desk: Desk) -> None:
    """Visit items; confirmed ones take their members' time in the ledger."""
    for fact in desk.story.visits:
        visit = _visit(desk, fact)
        desk.session.add(visit)
        desk.session.flush()
        if fact.state is VisitState.CONFIRMED:
            confirm(desk.session, event=desk.event, visit=visit, version=visit.version, actor=ACTOR, now=desk.now)


def _visit(desk: Desk, fact: VisitFact) -> Visit:
    prefix = f"{fact.delegation}/"
    keys = (
        [key for key in desk.delegates if key.startswith(prefix)]
        if fact.members == "all"
        else [f"{prefix}{member}" for member in fact.members]
    )
    return Visit(
        event_id=desk.event.id,
        delegation_id=desk.delegations[fact.delegation],
        kind=fact.kind,
        state=VisitState.DRAFT,
        title=fact.title,
        starts_at=desk.at(fact.starts_at),
        ends_at=desk.at(fact.ends_at),
        leave_at=desk.at(fact.leave_at) if fact.leave_at else None,
        is_time_known=fact.is_time_known,
        place=fact.place,
        site_id=desk.sites[fact.site] if fact.site else None,
        room_id=desk.rooms[fact.room] if fact.room else None,
        host=fact.host,
        counterpart=fact.counterpart,
        greeter=fact.greeter,
        note=fact.note,
        members=[VisitMember(delegate_id=desk.delegates[key]) for key in sorted(keys)],
        **desk.provenance(fact),
    )
