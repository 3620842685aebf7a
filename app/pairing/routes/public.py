"""Partnerships that all members agreed to: the only ones that the public sees."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session

from app.accounts.policies import ANYONE, ORGANISERS, Access, Policy
from app.delegations.models import City
from app.events.models import Event
from app.events.queries import challenges_of, event_of_path
from app.pairing.enums import Modality
from app.pairing.fields import stored_fields
from app.pairing.loaders import PartnershipIn, partnership_of_path
from app.pairing.models import Partnership
from app.pairing.pictures import cities_of, map_of
from app.pairing.queries import modality_counts, public_partnerships_of, title_of, unnamed_of
from app.pairing.view import label_of, reason_lines
from app.platform.database.sessions import ReadSession
from app.platform.page_cache import shared_page
from app.platform.rendering import render

router = APIRouter()

MODALITIES = {one.value for one in Modality}

LIST = Policy("partnerships.public", roles=ANYONE, loader=event_of_path)
ONE = Policy("partnership.read", roles=ANYONE, loader=partnership_of_path)


@router.get("/e/{slug}/cities")
def partnerships(
    request: Request,
    session: ReadSession,
    access: Annotated[Access[Event], Depends(LIST)],
    modality: str = "",
    city: str = "",
) -> Response:
    """Who works with whom, on what?"""
    event = access.found
    return shared_page(request, session, lambda: _list(request, session, event, modality, city), event_id=event.id)


def _list(request: Request, session: Session, event: Event, modality: str, city: str) -> Response:
    found = public_partnerships_of(session, event.id)
    shown = [one for one in found if not modality or one.modality.value == modality]
    cities = cities_of(shown)
    chosen = next((one for one in cities if str(one.id) == city), None)
    challenges = {challenge.id: challenge for challenge in challenges_of(session, event.id)}

    def link_to_city(city_id: int) -> str:
        carried = {"modality": modality} if modality in MODALITIES else {}
        return f"?{urlencode({**carried, 'city': city_id})}#choose-city"

    context = {
        "event": event,
        "partnerships": _first(shown, chosen),
        "cities": [(one.id, one.name) for one in cities],
        "city": chosen,
        "titles": {one.id: title_of(one) for one in found},
        "counts": modality_counts(found),
        "map": map_of(shown, city_id=chosen.id if chosen else None, href_of=link_to_city),
        "modality": modality,
        "challenges": challenges,
    }
    return render(request, "pairing/partnerships.html", context)


def _first(partnerships: list[Partnership], city: City | None) -> list[Partnership]:
    """With those of the chosen city before the others."""
    if city is None:
        return partnerships
    return sorted(partnerships, key=lambda one: all(member.party_id != city.id for member in one.members))


@router.get("/e/{slug}/partnerships/{partnership_id}")
def partnership(
    request: Request, session: ReadSession, access: Annotated[Access[PartnershipIn], Depends(ONE)]
) -> Response:
    """Members with roles, the shared challenge, and why they fit."""
    found = access.found
    challenges = {challenge.id: challenge for challenge in challenges_of(session, found.event.id)}
    is_organiser = access.principal.role in ORGANISERS
    context = {
        "event": found.event,
        "partnership": found.partnership,
        "title": title_of(found.partnership),
        "challenge": challenges.get(found.partnership.challenge_id or 0),
        "reasons": reason_lines(
            found.partnership,
            challenges,
            stored_fields(session, found.event.id, [found.partnership]),
            base=f"/e/{found.event.slug}/manage" if is_organiser else "",
        ),
        "label": label_of(found.partnership),
        "map": map_of([found.partnership]),
        "is_organiser": is_organiser,
        "unnamed": [party.name for party in unnamed_of(found.partnership)],
    }
    return render(request, "pairing/partnership.html", context)
