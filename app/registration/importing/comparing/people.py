"""Rows of people beside the delegates that are here."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.delegations.models import Delegate, Party
from app.delegations.names import latin_name, latin_name_of
from app.delegations.travel import far_away, is_near
from app.events.models import Event
from app.platform.i18n import gettext as _
from app.platform.wording import words_key
from app.registration.importing.columns import NAMES, Sheet
from app.registration.importing.comparing.judged import (
    DryRun,
    Fault,
    Judged,
    RowFault,
    bound_rows,
    changed,
    faults_of,
)
from app.registration.importing.comparing.parties import NewParty, Parties
from app.registration.importing.enums import ImportKind, Outcome
from app.registration.importing.forms import PersonRow

PLAIN = (
    "honorific", "native_name", "native_language", "badge_name", "function", "rank", "email", "phone", "languages",
    "interpretation_into", "kind", "is_head", "access_needs", "diet",
)  # fmt: skip
"""Fields that are stored as the row says them."""


def judge_people(
    event: Event,
    sheet: Sheet,
    chosen: Mapping[str, str],
    *,
    parties: Iterable[Party],
    delegates: Iterable[Delegate],
    on_rows: Callable[[int], None] = lambda _rows: None,
) -> DryRun[PersonRow]:
    """Each row of a list of people: new, changed, the same, or refused with the reason."""
    desk = _Desk(event, parties=parties, delegates=delegates)
    rows = []
    for number, row, refused in bound_rows(PersonRow, ImportKind.PEOPLE, sheet, chosen, on_rows=on_rows):
        if row is None:
            rows.append(_at_its_cell(refused, chosen))
            continue
        rows.append(desk.judge(number, row))
    return DryRun(rows=tuple(rows))


def wanted_of(event: Event, row: PersonRow, here: Delegate | None) -> dict[str, Any]:
    """The columns of a delegate that a row speaks of, with their values."""
    wanted = {field: value for field in PLAIN if (value := getattr(row, field)) is not None}
    for field in ("arrives_at", "departs_at"):
        moment = getattr(row, field)
        if moment is not None:
            wanted[field] = _at_venue(event, moment)
    family_name, given_name = row.names()
    language = row.language()
    if language is not None and (here is None or here.native_language is None):
        wanted["native_language"] = language
    if here is None:
        wanted |= {"family_name": family_name, "given_name": given_name}
        wanted.setdefault(
            "badge_name", latin_name(family_name=family_name, given_name=given_name, native_language=language)
        )
        return wanted
    if row.family_name:
        wanted["family_name"] = family_name
        if row.given_name is not None:
            wanted["given_name"] = given_name
    elif row.whole_name and words_key(row.whole_name) != words_key(f"{here.given_name} {here.family_name}"):
        wanted |= {"family_name": family_name, "given_name": given_name}
    if row.badge_name is None and here.badge_name == latin_name_of(here):
        # The badge followed the name before, and goes on following it.
        wanted["badge_name"] = latin_name(
            family_name=wanted.get("family_name", here.family_name),
            given_name=wanted.get("given_name", here.given_name),
            native_language=wanted.get("native_language", here.native_language),
        )
    return wanted


def _at_venue(event: Event, moment: datetime) -> datetime:
    return moment.replace(tzinfo=ZoneInfo(event.timezone))


class _Desk:
    """What is known while rows are judged one after the other."""

    def __init__(self, event: Event, *, parties: Iterable[Party], delegates: Iterable[Delegate]) -> None:
        self.event = event
        self.parties = Parties(parties)
        self.by_address: dict[str, list[Delegate]] = defaultdict(list)
        self.by_name: dict[tuple[int, str], list[Delegate]] = defaultdict(list)
        self.heads: dict[Any, str] = {}
        self.seen: dict[Any, int] = {}
        for one in delegates:
            if one.email:
                self.by_address[one.email.casefold()].append(one)
            for key in _keys(latin_name_of(one), one.badge_name, one.native_name):
                self.by_name[one.delegation.party_id, key].append(one)
            if one.is_head and one.is_active:
                self.heads[one.delegation.party_id] = one.badge_name

    def judge(self, number: int, row: PersonRow) -> Judged[PersonRow]:
        try:
            return self._judged(number, row)
        except RowFault as fault:
            return _refused(number, row, fault.field, fault.text)

    def _judged(self, number: int, row: PersonRow) -> Judged[PersonRow]:
        self._near(row)
        party = self.parties.find(row.party, country=row.country, helix_role=row.helix_role)
        here = self._here(row, party)
        self._once(number, row, party, here)
        self._one_head(row, party, here)
        if here is None:
            return Judged(number=number, title=_title(row), outcome=Outcome.NEW, row=row)
        changes = changed(ImportKind.PEOPLE, here, wanted_of(self.event, row, here))
        return Judged(
            number=number,
            title=_title(row),
            outcome=Outcome.CHANGED if changes else Outcome.SAME,
            changes=changes,
            target=here.id,
            version=here.version,
            row=row,
        )

    def _near(self, row: PersonRow) -> None:
        for field in ("arrives_at", "departs_at"):
            moment = getattr(row, field)
            if moment is not None and not is_near(self.event, _at_venue(self.event, moment)):
                raise RowFault(field, far_away())

    def _here(self, row: PersonRow, party: Party | NewParty) -> Delegate | None:
        """The delegate that a row means: by address, else by name and party.

        Raises:
            RowFault: the address is another's, or two people have the name.
        """
        keys = _row_keys(row)
        if row.email is not None and (addressed := self.by_address.get(row.email.casefold())):
            named = [one for one in addressed if keys & _keys(latin_name_of(one), one.badge_name, one.native_name)]
            if not named and len(addressed) == 1 and _shares_a_word(row, addressed[0]):
                named = addressed
            if not named:
                who = {"who": addressed[0].badge_name}
                raise RowFault("email", _("This is the address of %(who)s. Leave it empty where two share one.") % who)
            return self._same_party(named[0], party)
        if isinstance(party, NewParty):
            return None
        found = list({one.id: one for key in keys for one in self.by_name[party.id, key]}.values())
        if len(found) > 1:
            raise RowFault("email", _("Two people of this name are here. Give the address."))
        if found and row.email is not None and found[0].email:
            known = {"address": found[0].email}
            raise RowFault(
                "email", _("This person is here with the address %(address)s. Change it on their page.") % known
            )
        return self._same_party(found[0], party) if found else None

    def _same_party(self, here: Delegate, party: Party | NewParty) -> Delegate:
        if isinstance(party, NewParty) or here.delegation.party_id != party.id:
            where = {"who": here.badge_name, "party": here.delegation.name}
            raise RowFault("party", _("%(who)s is here with %(party)s, and stays there.") % where)
        if not here.is_active:
            raise RowFault("", _("%(who)s was taken out. Put them back on their page.") % {"who": here.badge_name})
        return here

    def _once(self, number: int, row: PersonRow, party: Party | NewParty, here: Delegate | None) -> None:
        marks: list[Any] = [("address", row.email.casefold())] if row.email else []
        marks += [("here", here.id)] if here else []
        if here is None:
            marks += [(party if isinstance(party, NewParty) else party.id, key) for key in _row_keys(row)]
        for mark in marks:
            if mark in self.seen:
                field = "email" if mark[0] == "address" else _name_field(row)
                raise RowFault(field, _("The same person stands in row %(number)s.") % {"number": self.seen[mark]})
        self.seen |= dict.fromkeys(marks, number)

    def _one_head(self, row: PersonRow, party: Party | NewParty, here: Delegate | None) -> None:
        if not row.is_head or (here is not None and here.is_head):
            return
        mark = party if isinstance(party, NewParty) else party.id
        if mark in self.heads:
            raise RowFault("is_head", _("%(who)s is the head already.") % {"who": self.heads[mark]})
        self.heads[mark] = _title(row)


def _keys(*names: str | None) -> set[str]:
    return {key for name in names if name and (key := words_key(name))}


def _row_keys(row: PersonRow) -> set[str]:
    return _keys(" ".join(row.names()), _latin_name(row), row.native_name, row.badge_name)


def _shares_a_word(row: PersonRow, here: Delegate) -> bool:
    words = {word for key in _row_keys(row) for word in key.split()}
    return any(words & set(key.split()) for key in _keys(latin_name_of(here), here.badge_name, here.native_name))


def _at_its_cell(refused: Judged[PersonRow], chosen: Mapping[str, str]) -> Judged[PersonRow]:
    """A row without any name is at fault in the column where its name should stand."""
    column = next((field for field in NAMES if field in chosen.values()), "")
    errors = {one.field or column: one.text for one in refused.faults}
    return replace(refused, faults=faults_of(ImportKind.PEOPLE, errors))


def _name_field(row: PersonRow) -> str:
    """The cell that names a person."""
    return next(field for field in ("family_name", "whole_name", "badge_name") if getattr(row, field))


def _title(row: PersonRow) -> str:
    return row.badge_name or _latin_name(row)


def _latin_name(row: PersonRow) -> str:
    family_name, given_name = row.names()
    return latin_name(family_name=family_name, given_name=given_name, native_language=row.language())


def _refused(number: int, row: PersonRow, field: str, text: str) -> Judged[PersonRow]:
    faults: tuple[Fault, ...] = faults_of(ImportKind.PEOPLE, {field: text})
    return Judged(number=number, title=_title(row), outcome=Outcome.REFUSED, faults=faults)
