"""A city's profile, for the focal point of its delegation and the office."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse

from app.accounts.enums import Role
from app.accounts.policies import ORGANISERS, Access, Policy
from app.accounts.principal import Principal
from app.delegations.enums import Component, IncomeGroup
from app.delegations.loaders import CityIn, city_of_path
from app.delegations.models import City, Delegation, Need, Offer
from app.delegations.queries import PAIRABLE_STAGES, challenges_by_party
from app.events.queries import challenges_of
from app.platform.audit import last_change_of
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Conflict, NotFound, Refused
from app.platform.forms import Bound, FormData, bind
from app.platform.rendering import region_name, render
from app.registration.enums import WorldRegion
from app.registration.forms import intensities_of
from app.registration.forms.profile import ProfileForm
from app.registration.forms.reading import partner_rows_of
from app.registration.routes.answering import LANGUAGES, countries
from app.registration.service.profiling import change_profile, sizes_of, ties_of_city

router = APIRouter()

EMPTY_ROWS = 2
FLAT = ("version", "native_name", "country", "region", "population", "income_group", "partnership_aim", "component")


def own_city_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> CityIn:
    """Any city for the office; for a focal point the one that sends their delegation."""
    found = city_of_path(session, params, principal)
    if principal.role in ORGANISERS:
        return found
    sent_by = session.scalar(select(Delegation.party_id).where(Delegation.id == principal.delegation_id))
    if sent_by != found.city.id:
        raise NotFound
    return found


EDIT = Policy("city.edit", roles=ORGANISERS | {Role.FOCAL_POINT}, loader=own_city_of_path)

Found = Annotated[Access[CityIn], Depends(EDIT)]


@router.get("/e/{slug}/cities/{city_id}/edit")
def profile(request: Request, session: ReadSession, access: Found) -> Response:
    """What does the city seek and offer?"""
    return _page(request, session, access, Bound(None, {}, _typed_of(session, access.found.city)))


@router.post("/e/{slug}/cities/{city_id}/edit")
def save_profile(request: Request, session: DbSession, form: FormData, now: Now, access: Found) -> Response:
    """Save the profile."""
    found = access.found
    typed = _read(form)
    bound = bind(ProfileForm, typed)
    if bound.value is None:
        return _page(request, session, access, Bound(None, bound.errors, typed), status=422)
    try:
        change_profile(
            session, event=found.event, city=found.city, form=bound.value, actor=access.principal.actor(), now=now
        )
    except Refused as refused:
        return _page(request, session, access, Bound(None, refused.errors, typed), status=422)
    except Conflict:
        theirs = _typed_of(session, found.city)
        # What was typed stays in the form, saved over theirs only by pressing again with both in view.
        mine: Bound[ProfileForm] = Bound(None, {}, {**typed, "version": found.city.version})
        return _page(request, session, access, mine, theirs=theirs, status=409)
    back = "manage/cities" if access.principal.role in ORGANISERS else "cities"
    tail = f"{back}/{found.city.id}" + ("" if access.principal.role in ORGANISERS else "/edit")
    return RedirectResponse(f"/e/{found.event.slug}/{tail}", status_code=303)


def _typed_of(session: Session, city: City) -> dict[str, Any]:
    said = {name: getattr(city, name) for name in FLAT}
    return {
        **{name: getattr(value, "value", value) for name, value in said.items() if value is not None},
        "languages": list(city.languages),
        "needs": {code: str(size) for code, size in sizes_of(session, city.id, Need).items()},
        "offers": {code: str(size) for code, size in sizes_of(session, city.id, Offer).items()},
        "ties": {tie.id: tie.state.value for tie in ties_of_city(session, city.id)},
    }


def _read(form: Any) -> dict[str, Any]:
    flat = {name: text for name in FLAT if (text := str(form.get(name, "")).strip())}
    ties = {key.removeprefix("tie-"): str(form[key]) for key in form if key.startswith("tie-")}
    return {
        **flat,
        "languages": [str(one) for one in form.getlist("languages")],
        "needs": intensities_of(form, "need"),
        "offers": intensities_of(form, "offer"),
        "ties": {int(key): state for key, state in ties.items() if key.isdecimal()},
        "partners": partner_rows_of(form),
    }


def _reach(session: Session, event_id: int, city: City) -> int:
    """With how many other cities that can be paired something would be met, in either direction."""
    needs, offers = challenges_by_party(session, event_id, Need), challenges_by_party(session, event_id, Offer)
    seeks, gives = set(needs.get(city.id, ())), set(offers.get(city.id, ()))
    others = session.scalars(
        select(City.id).where(City.event_id == event_id, City.id != city.id, City.stage.in_(PAIRABLE_STAGES))
    )
    return sum(bool(seeks & set(offers.get(one, ())) or gives & set(needs.get(one, ()))) for one in others)


def _page(
    request: Request,
    session: Session,
    access: Access[CityIn],
    bound: Bound[ProfileForm],
    *,
    theirs: dict[str, Any] | None = None,
    status: int = 200,
) -> Response:
    found = access.found
    ties = ties_of_city(session, found.city.id)
    others = {tie.other_city_id if tie.city_id == found.city.id else tie.city_id for tie in ties}
    names = {city.id: city for city in session.scalars(select(City).where(City.id.in_(others)))}
    partners = list(bound.typed.get("partners", []))
    context = {
        "event": found.event,
        "city": found.city,
        "form": bound,
        "theirs": theirs,
        "changed_at": None if theirs is None else last_change_of(session, entity="city", entity_id=found.city.id)[1],
        "ties": [(tie, names[tie.other_city_id if tie.city_id == found.city.id else tie.city_id]) for tie in ties],
        "partners": partners + [{}] * EMPTY_ROWS,
        "reach": _reach(session, found.event.id, found.city),
        "countries": countries(),
        "challenges": challenges_of(session, found.event.id),
        "languages": (*LANGUAGES, *(code for code in found.city.languages if code not in LANGUAGES)),
        "regions": [(region.value, region_name(region.value)) for region in WorldRegion],
        "income_groups": [group.value for group in IncomeGroup],
        "components": [component.value for component in Component],
    }
    return render(request, "registration/profile.html", context, status=status)
