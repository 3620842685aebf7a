"""What the pairing goes by of one party: wishes, what it facilitates, its limits and ties, where reasons lead to."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, Access, Policy
from app.delegations.models import City, Organisation, Party
from app.delegations.queries import cities_of, city_in_event, organisations_of, ties_of
from app.events.models import Event
from app.events.queries import challenges_of, event_of_path
from app.pairing.choices import Choices
from app.pairing.enums import WishLevel
from app.pairing.forms import FacilitationForm, LimitsForm, TieForm, WishForm
from app.pairing.loaders import PartyIn, TieIn, party_of_path, tie_of_path
from app.pairing.queries import wishes_of
from app.pairing.service import profile
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Conflict, NotFound, Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.rendering import render

router = APIRouter()


LIST = Policy("pairing.facilitators", roles=ORGANISERS, loader=event_of_path)
READ = Policy("pairing.party", roles=ORGANISERS, loader=party_of_path)
CHANGE = Policy("pairing.change_party", roles=ORGANISERS, loader=party_of_path)
CHANGE_TIE = Policy("pairing.change_tie", roles=ORGANISERS, loader=tie_of_path)

Changing = Annotated[Access[PartyIn], Depends(CHANGE)]


@router.get("/e/{slug}/manage/pairing/facilitators")
def facilitators(request: Request, session: ReadSession, access: Annotated[Access[Event], Depends(LIST)]) -> Response:
    """Which organisations facilitate triangles?"""
    found = organisations_of(session, access.found.id)
    context = {"event": access.found, "organisations": sorted(found, key=lambda one: not one.is_facilitator)}
    return render(request, "pairing/facilitators.html", context)


@router.get("/e/{slug}/manage/pairing/parties/{party_id}")
def party(request: Request, session: ReadSession, access: Annotated[Access[PartyIn], Depends(READ)]) -> Response:
    """What does the pairing go by?"""
    return _page(request, session, access.found)


@router.post("/e/{slug}/manage/pairing/parties/{party_id}/facilitates")
def facilitates(request: Request, session: DbSession, form: FormData, now: Now, access: Changing) -> Response:
    """Say what a party facilitates."""
    found, actor = access.found, access.principal.actor()

    def change(said: FacilitationForm) -> None:
        known = {one.id for one in challenges_of(session, found.event.id)}
        if not known.issuperset(said.challenges):
            raise NotFound
        profile.set_facilitation(
            session, party=found.party, challenges=said.challenges, seen=said.seen, actor=actor, now=now
        )
        if isinstance(found.party, Organisation):
            profile.let_facilitate(
                session,
                organisation=found.party,
                is_facilitator=said.is_facilitator is not None,
                most=said.most,
                actor=actor,
                now=now,
            )

    return _changed(request, session, found, "facilitates", bind(FacilitationForm, form), change)


@router.post("/e/{slug}/manage/pairing/parties/{party_id}/limits")
def limits(request: Request, session: DbSession, form: FormData, now: Now, access: Changing) -> Response:
    """Say in how many partnerships a city is to be.

    Raises:
        NotFound: it is an organisation.
    """
    found = access.found
    city = _city(found.party)

    def change(said: LimitsForm) -> None:
        profile.set_engagements(
            session,
            city=city,
            least=said.least,
            most=said.most,
            seen=said.seen,
            actor=access.principal.actor(),
            now=now,
        )

    return _changed(request, session, found, "limits", bind(LimitsForm, form), change)


@router.post("/e/{slug}/manage/pairing/parties/{party_id}/wishes")
def wishes(request: Request, session: DbSession, form: FormData, now: Now, access: Changing) -> Response:
    """Store a city's word on another, or take it back.

    Raises:
        NotFound: it is an organisation, or the other is no city of the edition.
    """
    found = access.found
    city = _city(found.party)

    def change(said: WishForm) -> None:
        other = city_in_event(session, found.event.id, said.other)
        level = WishLevel(said.level) if said.level else None
        profile.wish(session, city=city, other=other, level=level, actor=access.principal.actor(), now=now)

    return _changed(request, session, found, "wishes", bind(WishForm, form), change)


@router.post("/e/{slug}/manage/pairing/parties/{party_id}/ties/{tie_id}")
def tie(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[TieIn], Depends(CHANGE_TIE)],
) -> Response:
    """Say what a tie is, and what fell short of it."""
    found = access.found

    def change(said: TieForm) -> None:
        profile.describe_tie(
            session,
            tie=found.tie,
            kind=said.kind,
            since=said.since,
            state=said.state,
            note=said.note,
            seen=said.seen,
            actor=access.principal.actor(),
            now=now,
        )

    return _changed(request, session, found, f"tie-{found.tie.id}", bind(TieForm, form), change)


def _changed(
    request: Request,
    session: Session,
    found: PartyIn,
    part: str,
    bound: Bound[Any],
    change: Callable[[Any], None],
) -> Response:
    """The page anew where the form is refused, else back to the part that was changed."""
    if bound.value is None:
        return _page(request, session, found, forms={part: bound}, status=422)
    try:
        change(bound.value)
    except Refused as refused:
        return _page(request, session, found, forms={part: Bound(None, refused.errors, bound.typed)}, status=422)
    except Conflict as conflict:
        # Nothing was written; the form comes back over what stands now.
        return _page(request, session, found, forms={part: Bound(None, {"": conflict.message}, {})}, status=409)
    return RedirectResponse(f"/e/{found.event.slug}/manage/pairing/parties/{found.party.id}#{part}", status_code=303)


def _city(party: Party) -> City:
    if not isinstance(party, City):
        raise NotFound
    return party


def _page(
    request: Request,
    session: Session,
    found: PartyIn,
    *,
    forms: Mapping[str, Bound[Any]] | None = None,
    status: int = 200,
) -> Response:
    event, one = found.event, found.party
    is_city = isinstance(one, City)
    cities = cities_of(session, event.id) if is_city else []
    context = {
        "event": event,
        "party": one,
        "is_city": is_city,
        "here": f"/e/{event.slug}/manage/pairing/parties/{one.id}",
        "challenges": challenges_of(session, event.id),
        "facilitated": [item.challenge_id for item in one.facilitations],
        "names": {city.id: city.name for city in cities},
        "slugs": {city.id: city.slug for city in cities},
        "wishes": [wish for wish in wishes_of(session, event.id) if wish.from_city_id == one.id],
        "ties": [tie for tie in ties_of(session, event.id) if one.id in {tie.city_id, tie.other_city_id}],
        "seen": profile.seen_of,
        "forms": dict(forms or {}),
        "choices": Choices(),
    }
    return render(request, "pairing/party.html", context, status=status)
