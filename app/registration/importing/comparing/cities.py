"""Rows of cities beside the cities that are here."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from app.delegations.enums import HelixRole
from app.delegations.models import City, Party
from app.events.models import Challenge
from app.platform.i18n import gettext as _
from app.registration.importing.columns import Sheet, fields_of
from app.registration.importing.comparing.judged import (
    Change,
    DryRun,
    Judged,
    RowFault,
    bound_rows,
    changed,
    faults_of,
)
from app.registration.importing.comparing.parties import Parties
from app.registration.importing.enums import ImportKind, Outcome
from app.registration.importing.forms import CityRow
from app.registration.importing.vocabulary import plain

PLAIN = (
    "native_name", "native_language", "country", "region", "population", "income_group", "languages", "latitude",
    "longitude", "website", "about",
)  # fmt: skip
LINKS = ("needs", "offers")


class Taxonomy:
    """The event's challenges by code and by name in each language."""

    def __init__(self, challenges: Iterable[Challenge]) -> None:
        self.by_code = {one.code: one for one in challenges}
        self._by_name = {
            plain(name): one.code for one in self.by_code.values() for name in (one.code, *one.names.values())
        }

    def weights(self, field: str, given: list[tuple[str, int]]) -> dict[str, int]:
        """Weights by code.

        Raises:
            RowFault: a challenge that the event does not have, or one that is named twice.
        """
        found: dict[str, int] = {}
        for name, weight in given:
            code = self._by_name.get(plain(name))
            if code is None:
                raise RowFault(field, _("The event has no challenge '%(name)s'.") % {"name": name[:60]})
            if code in found:
                raise RowFault(field, _("'%(name)s' stands here twice.") % {"name": name[:60]})
            found[code] = weight
        return found


def judge_cities(
    sheet: Sheet,
    chosen: Mapping[str, str],
    *,
    parties: Iterable[Party],
    taxonomy: Taxonomy,
    on_rows: Callable[[int], None] = lambda _rows: None,
) -> DryRun[CityRow]:
    """Each row of a list of cities: new, changed, the same, or refused with the reason."""
    cities = Parties(party for party in parties if isinstance(party, City))
    seen: dict[Any, int] = {}
    rows = []
    for number, row, refused in bound_rows(CityRow, ImportKind.CITIES, sheet, chosen, on_rows=on_rows):
        if row is None:
            rows.append(refused)
            continue
        try:
            rows.append(_judged(number, row, cities=cities, taxonomy=taxonomy, seen=seen))
        except RowFault as fault:
            faults = faults_of(ImportKind.CITIES, {fault.field: fault.text})
            rows.append(Judged(number=number, title=row.name, outcome=Outcome.REFUSED, faults=faults))
    return DryRun(rows=tuple(rows))


def wanted_of(row: CityRow) -> dict[str, Any]:
    """The columns of a city that a row speaks of, with their values; its challenges apart."""
    return {field: value for field in PLAIN if (value := getattr(row, field)) is not None}


def weights_here(city: City, field: str) -> dict[str, int]:
    """What a city seeks or offers now, by code."""
    return {one.challenge.code: one.intensity for one in getattr(city, field)}


def _judged(number: int, row: CityRow, *, cities: Parties, taxonomy: Taxonomy, seen: dict[Any, int]) -> Judged[CityRow]:
    weights = {field: taxonomy.weights(field, given) for field in LINKS if (given := getattr(row, field)) is not None}
    found = cities.find(row.name, country=row.country, helix_role=HelixRole.GOVERNMENT)
    mark = found.id if isinstance(found, City) else found
    if mark in seen:
        raise RowFault("", _("The same city stands in row %(number)s.") % {"number": seen[mark]})
    seen[mark] = number
    if not isinstance(found, City):
        return Judged(number=number, title=row.name, outcome=Outcome.NEW, row=row)
    labels = fields_of(ImportKind.CITIES)
    changes = changed(ImportKind.CITIES, found, wanted_of(row))
    changes += tuple(
        Change(field=field, label=labels[field], before=_said(weights_here(found, field)), after=_said(wanted))
        for field, wanted in weights.items()
        if weights_here(found, field) != wanted
    )
    return Judged(
        number=number,
        title=row.name,
        outcome=Outcome.CHANGED if changes else Outcome.SAME,
        changes=changes,
        target=found.id,
        version=found.version,
        row=row,
    )


def _said(weights: Mapping[str, int]) -> str:
    return "; ".join(f"{code} {weight}" for code, weight in sorted(weights.items()))
