"""A generated agenda problem as an edition in the database, so that pages can be measured at a stated size."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.agenda.enums import Part, SessionKind
from app.agenda.models import (
    AgendaDraft,
    AgendaSession,
    DraftPlacement,
    SessionApart,
    SessionClash,
    SessionOrder,
    SessionPerson,
    SessionUse,
    SessionWindow,
)
from app.delegations.enums import HelixRole
from app.delegations.models import BlockedTime, Delegate, Delegation, Organisation
from app.demo.fixtures.ground import clock, generated, insert_all, insert_links, write_edition
from app.events.models import Event, Resource, Room, Site, Walk
from tests.benchmarks.agenda_events import DAY, Document

GRAIN = timedelta(minutes=5)
KINDS = (SessionKind.WORKSHOP, SessionKind.ROUNDTABLE, SessionKind.CASE_CITY)


def write_event(session: Session, document: Document, plan: list[Document], *, slug: str, now: datetime) -> Event:
    """Write the edition of a problem with a plan as its draft; names of sessions and people are their IDs."""
    about = generated("a bench", 0)
    event = write_edition(session, slug=slug, name=slug, days=len(document["days"]), now=now, about=about)
    sites = dict(
        zip(
            ("C", "M"),
            insert_all(
                session, Site, [{"event_id": event.id, "code": code, "name": f"Building {code}"} for code in "CM"]
            ),
            strict=True,
        )
    )
    minutes = 5 * document["walks"][0]["grains"]
    insert_links(session, Walk, [{"from_site_id": sites["C"], "to_site_id": sites["M"], "minutes": minutes}])
    rooms = _rooms(session, event, document, sites)
    people = _people(session, event, document)
    sessions = _sessions(session, event, document)
    _links(session, event, document, sessions=sessions, people=people)
    draft = insert_all(session, AgendaDraft, [{"event_id": event.id, "name": "Draft 1", "changed_at": now}])[0]
    placed = [
        {
            "draft_id": draft,
            "session_id": sessions[one["session"]],
            "room_id": rooms[one["room"]],
            "starts_at": at(one["start"]),
        }
        for one in plan
    ]
    insert_all(session, DraftPlacement, placed)
    return event


def at(grain: int) -> datetime:
    """When a grain of the problem begins: its days begin at nine."""
    return clock(grain // DAY, 9) + (grain % DAY) * GRAIN


def _rooms(session: Session, event: Event, document: Document, sites: dict[str, int]) -> dict[str, int]:
    rows = [
        {
            "event_id": event.id,
            "site_id": sites[room["site"]],
            "slug": room["id"],
            "name": room["id"].replace("-", " ").capitalize(),
            "capacity": room["capacity"],
            "layouts": room["layouts"],
            "features": room["features"],
            "booths": room["booths"],
            "turnover_minutes": 5 * room["turnover"],
            "position": position,
        }
        for position, room in enumerate(document["rooms"])
    ]
    return dict(zip([room["id"] for room in document["rooms"]], insert_all(session, Room, rows), strict=True))


def _people(session: Session, event: Event, document: Document) -> dict[str, int]:
    party = Organisation(event_id=event.id, slug="bench", name="Bench", helix_role=HelixRole.INTERNATIONAL)
    session.add(party)
    session.flush()
    delegation = Delegation(event_id=event.id, party_id=party.id, code="bench", name="Bench")
    session.add(delegation)
    session.flush()
    rows = [
        {
            "event_id": event.id,
            "delegation_id": delegation.id,
            "family_name": person["id"],
            "given_name": "Guest",
            "badge_name": f"Guest {person['id']}",
        }
        for person in document["people"]
    ]
    ids = dict(zip([one["id"] for one in document["people"]], insert_all(session, Delegate, rows), strict=True))
    blocks = [
        {"delegate_id": ids[person["id"]], "starts_at": start, "ends_at": end}
        for person in document["people"]
        if "available" in person
        for start, end in _away(person["available"], len(document["days"]))
    ]
    insert_all(session, BlockedTime, blocks)
    return ids


def _away(available: list[list[int]], days: int) -> list[tuple[datetime, datetime]]:
    """What is left of the days of the edition."""
    left = []
    for day in range(days):
        since, until = clock(day, 9), clock(day, 18)
        there = [(at(start), at(end)) for start, end in available if DAY * day <= start < DAY * day + 108]
        if not there:
            left.append((since, until))
            continue
        (start, end), *_more = there
        left += [one for one in ((since, start), (end, until)) if one[0] < one[1]]
    return left


def _sessions(session: Session, event: Event, document: Document) -> dict[str, int]:
    rows = [
        {
            "event_id": event.id,
            "slug": one["id"],
            "kind": KINDS[number % len(KINDS)],
            "title": f"Session {number} of the bench",
            "titles": {},
            "duration_minutes": 5 * one["duration"],
            "audience": one.get("audience", 0),
            "layout": one.get("layout"),
            "features": one.get("features", []),
            "booths": one.get("booths", 0),
            "languages": ["en"],
        }
        for number, one in enumerate(document["sessions"])
    ]
    return dict(zip([one["id"] for one in document["sessions"]], insert_all(session, AgendaSession, rows), strict=True))


def _links(
    session: Session, event: Event, document: Document, *, sessions: dict[str, int], people: dict[str, int]
) -> None:
    found: dict[type[Any], list[dict[str, Any]]] = {}

    def add(model: type[Any], **row: Any) -> None:
        found.setdefault(model, []).append(row)

    teams = {
        one["id"]: insert_all(
            session,
            Resource,
            [{"event_id": event.id, "code": one["id"], "name": one["id"], "capacity": one["capacity"]}],
        )[0]
        for one in document["resources"]
    }
    for one in document["sessions"]:
        own = sessions[one["id"]]
        for position, person in enumerate(one["people"]):
            add(SessionPerson, session_id=own, delegate_id=people[person], part=Part.SPEAKER, position=position)
        for start, end in one.get("windows", ()):
            add(SessionWindow, session_id=own, starts_at=at(max(0, start)), ends_at=at(end))
        for other in one.get("after", ()):
            add(SessionOrder, session_id=own, after_id=sessions[other])
        for other in one.get("not_with", ()):
            add(SessionApart, session_id=own, other_id=sessions[other])
        for team, units in one.get("uses", {}).items():
            add(SessionUse, session_id=own, resource_id=teams[team], units=units)
    for clash in document["clashes"]:
        one, other = (sessions[name] for name in clash["sessions"])
        add(SessionClash, session_id=one, other_id=other, weight=clash["weight"])
    for model, rows in found.items():
        insert_links(session, model, rows)
