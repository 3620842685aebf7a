"""Lists of people, delegations and cities as the office filters and sorts them: one way for pages and for exports."""

from sqlalchemy.orm import Session

from app.delegations.models import City, Delegate
from app.delegations.names import all_names_of
from app.delegations.queries import cities_of, delegates_of
from app.platform.wording import folded, holds


def people_listed(session: Session, event_id: int, *, q: str, sort: str) -> list[Delegate]:
    """Active people whose names, function or delegation hold every word of ``q``; ``sort`` as the table's heads ask."""
    found = [one for one in delegates_of(session, event_id) if holds(_haystack(one), q)]
    found.sort(key=lambda one: _person_key(one, sort.lstrip("-")), reverse=sort.startswith("-"))
    return found


def cities_listed(session: Session, event_id: int, *, sort: str) -> list[City]:
    """All cities; ``sort`` as in the heads of a table."""
    found = sorted(cities_of(session, event_id), key=lambda city: _city_key(city, sort.lstrip("-")))
    return found[::-1] if sort.startswith("-") else found


def _city_key(city: City, sort: str) -> tuple[object, ...]:
    if sort == "population":
        return (city.population or 0, city.name)
    if sort == "country":
        return (city.country or "", city.name)
    return (folded(city.name),)


def _person_key(delegate: Delegate, sort: str) -> tuple[object, ...]:
    if sort == "name":
        return (folded(delegate.family_name), folded(delegate.given_name), delegate.id)
    if sort == "delegation":
        return (folded(delegate.delegation.name), delegate.rank, delegate.id)
    return (delegate.rank, delegate.id)


def _haystack(delegate: Delegate) -> str:
    places = (delegate.function, delegate.delegation.name, delegate.delegation.native_name)
    return " ".join((all_names_of(delegate), *(place for place in places if place)))
