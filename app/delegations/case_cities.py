"""The cities as the pairing lead looks at them: how far, how complete, North or South and whether that is contested."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.delegations.enums import CaseCityStage
from app.delegations.lists import cities_listed
from app.delegations.models import City
from app.events.queries import GroupBook

COMPLETE = ("country", "region", "population", "income_group", "languages", "needs", "offers", "committed_by")
"""What a profile needs before a city is paired well."""


@dataclass(frozen=True, kw_only=True)
class CityFilter:
    """Filters of the list of cities."""

    stage: CaseCityStage | None = None
    group: str | None = None
    is_incomplete: bool = False

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "CityFilter":
        """From an address; what means nothing is left out."""
        stage = given.get("stage", "")
        group = given.get("group", "")
        return cls(
            stage=CaseCityStage(stage) if stage in set(CaseCityStage) else None,
            group=group if group in {"north", "south", "unknown", "contested"} else None,
            is_incomplete=given.get("profile") == "incomplete",
        )

    @property
    def active(self) -> dict[str, str]:
        """As an address carries them."""
        found = {"stage": self.stage.value if self.stage else "", "group": self.group or ""}
        found["profile"] = "incomplete" if self.is_incomplete else ""
        return {name: value for name, value in found.items() if value}


def missing_of(city: City) -> tuple[str, ...]:
    """The fields that a profile still misses; needs and offers must be loaded."""
    return tuple(name for name in COMPLETE if not getattr(city, name))


def shows_contested(city: City, book: GroupBook) -> bool:
    """Whether lists of other dates, the organisers or the city itself count it differently than the list in use."""
    return book.is_contested(city.country, said=city.group_override)


def cities_shown(session: Session, event_id: int, *, book: GroupBook, filters: CityFilter, sort: str) -> list[City]:
    """The cities of an edition that the filters show."""
    return [city for city in cities_listed(session, event_id, sort=sort) if _fits(city, book, filters)]


def _fits(city: City, book: GroupBook, filters: CityFilter) -> bool:
    if filters.stage is not None and city.stage is not filters.stage:
        return False
    if filters.is_incomplete and not missing_of(city):
        return False
    if filters.group == "contested":
        return shows_contested(city, book)
    group = city.group_override or book.group_of(city.country)
    return filters.group is None or filters.group == (group.value if group else "unknown")
