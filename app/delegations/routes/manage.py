"""Lists and details for the office: cities, organisations, delegations, people."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.accounts.policies import STAFF, Access, Policy
from app.delegations.enums import Rank
from app.delegations.lists import cities_listed, people_listed
from app.delegations.loaders import CityIn, city_of_path
from app.delegations.queries import delegations_of, organisations_of, parties_by_id, ties_of
from app.events.models import Event
from app.events.queries import event_of_path, group_book
from app.platform.database.sessions import ReadSession
from app.platform.rendering import is_htmx, render

router = APIRouter()

CITIES = Policy("cities.read", roles=STAFF, loader=event_of_path)
CITY = Policy("city.read", roles=STAFF, loader=city_of_path)
DELEGATIONS = Policy("delegations.read", roles=STAFF, loader=event_of_path)
PEOPLE = Policy("people.read", roles=STAFF, loader=event_of_path)

PAGE_SIZE = 50


@router.get("/e/{slug}/manage/cities")
def cities(
    request: Request, session: ReadSession, access: Annotated[Access[Event], Depends(CITIES)], sort: str = "name"
) -> Response:
    """Which cities can be paired?"""
    event = access.found
    found = cities_listed(session, event.id, sort=sort)
    book = group_book(session, event)
    context = {
        "event": event,
        "cities": found,
        "organisations": organisations_of(session, event.id),
        "book": book,
        "groups": {city.id: city.group_override or book.group_of(city.country) for city in found},
        "sort": sort,
    }
    return render(request, "delegations/cities.html", context)


@router.get("/e/{slug}/manage/cities/{city_id}")
def city(request: Request, session: ReadSession, access: Annotated[Access[CityIn], Depends(CITY)]) -> Response:
    """What does the city seek and offer?"""
    event, found = access.found.event, access.found.city
    ties = [tie for tie in ties_of(session, event.id) if found.id in {tie.city_id, tie.other_city_id}]
    others = {tie.other_city_id if tie.city_id == found.id else tie.city_id for tie in ties}
    book = group_book(session, event)
    context = {
        "event": event,
        "city": found,
        "ties": ties,
        "others": parties_by_id(session, others),
        "group": found.group_override or book.group_of(found.country),
        "group_said": found.group_override_note or book.said_of(found.country),
        "delegations": [one for one in delegations_of(session, event.id) if one.party_id == found.id],
    }
    return render(request, "delegations/city.html", context)


@router.get("/e/{slug}/manage/delegations")
def delegations(
    request: Request, session: ReadSession, access: Annotated[Access[Event], Depends(DELEGATIONS)]
) -> Response:
    """Who comes, in groups."""
    event = access.found
    return render(
        request,
        "delegations/delegations.html",
        {"event": event, "delegations": delegations_of(session, event.id)},
    )


@router.get("/e/{slug}/manage/people")
def people(
    request: Request,
    session: ReadSession,
    access: Annotated[Access[Event], Depends(PEOPLE)],
    q: str = "",
    sort: str = "rank",
    page: int = 1,
) -> Response:
    """Who comes, and what is undone?"""
    event = access.found
    found = people_listed(session, event.id, q=q, sort=sort)
    last = max(1, -(-len(found) // PAGE_SIZE))
    number = min(max(1, page), last)
    shown = found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    context = {
        "event": event,
        "people": shown,
        "q": q,
        "sort": sort,
        "page": {"number": number, "count": len(found), "size": PAGE_SIZE},
        "ranks": {rank.value: rank.name.lower() for rank in Rank},
    }
    return render(request, "delegations/people.html", context, block="rows" if is_htmx(request) else None)
