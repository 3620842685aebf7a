"""What a person or a delegation does, as values: the page, the PDF and the calendar feed all show these rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from app.printing.venue import NOWHERE, Venue

ItemKind = Literal["session", "meeting", "visit"]


@dataclass(frozen=True, kw_only=True)
class Traveller:
    """A member of the delegation on a sheet; ``letter`` is the ring that stands for them, the head's is filled."""

    delegate_id: int
    letter: str
    is_head: bool
    name: str
    native_name: str | None
    native_language: str | None
    function: str | None
    is_protected: bool = False


@dataclass(frozen=True, kw_only=True)
class Item:
    """One row. ``uid`` stays the same over releases; ``goes`` are IDs of the delegates who go, in rank order.

    ``part`` is a code of ``app.agenda.enums.Part`` or nothing; ``titles`` has the title in other languages.
    ``channels`` is the number on the receivers of each language that is interpreted; ``companions`` are those of the
    own side who are not on the sheet. ``is_beside_protected``: somebody protected who is not on it goes there too.
    """

    uid: str
    kind: ItemKind
    subkind: str
    starts_at: datetime
    ends_at: datetime
    leave_at: datetime | None
    is_time_known: bool
    title: str
    titles: Mapping[str, str]
    part: str | None
    speaking_minutes: int | None
    detail: str | None
    place: str
    floor: str | None
    site: str | None
    table_number: int | None
    languages: tuple[str, ...]
    channels: Mapping[str, int]
    counterpart: str | None
    companions: str | None
    greeter: str | None
    goes: tuple[int, ...]
    parts: Mapping[int, str]
    state: str
    sequence: int
    is_illustrative: bool
    page: str | None
    is_beside_protected: bool = False

    def title_in(self, locale: str) -> str:
        """The title in a language where it has one."""
        return self.titles.get(locale) or self.title


@dataclass(frozen=True, kw_only=True)
class DayOfItems:
    """The items of one date at the venue."""

    on: date
    items: tuple[Item, ...]


@dataclass(frozen=True, kw_only=True)
class Itinerary:
    """Everything that a sheet, a page or a feed says. ``delegate_id`` is set on a personal schedule."""

    event_id: int
    delegation_id: int
    delegation_code: str
    delegate_id: int | None
    delegation_name: str
    name: str
    native_name: str | None
    native_language: str | None
    locale: str
    travellers: tuple[Traveller, ...]
    days: tuple[DayOfItems, ...]
    partnerships: tuple[tuple[tuple[str, ...], str], ...]
    """The names and the modality of each: whoever says them does so in a language of their own."""
    liaison_name: str | None
    liaison_phone: str | None
    out_of_hours_phone: str | None
    release_number: int | None
    venue: Venue = NOWHERE

    @property
    def is_protected(self) -> bool:
        """Whether somebody on it is protected."""
        return any(one.is_protected for one in self.travellers)

    @property
    def items(self) -> tuple[Item, ...]:
        """All rows in the order of time."""
        return tuple(item for day in self.days for item in day.items)

    def days_of(self, delegate_id: int | None) -> tuple[DayOfItems, ...]:
        """The days with what one member goes to, of all members unless told; days without anything are left out."""
        if delegate_id is None:
            return self.days
        days = (
            DayOfItems(on=day.on, items=tuple(item for item in day.items if delegate_id in item.goes))
            for day in self.days
        )
        return tuple(day for day in days if day.items)

    def traveller(self, delegate_id: int) -> Traveller:
        return next(one for one in self.travellers if one.delegate_id == delegate_id)


def letters_for(names: Iterable[str]) -> tuple[str, ...]:
    """A letter for each name, its first one where that is free, else the next of the alphabet, then numbers."""
    used: set[str] = set()
    letters: list[str] = []
    for position, name in enumerate(names, start=1):
        own = [character.upper() for character in name if character.isascii() and character.isalpha()]
        spare = [chr(code) for code in range(ord("A"), ord("Z") + 1)]
        letter = next((one for one in (*own, *spare) if one not in used), str(position))
        used.add(letter)
        letters.append(letter)
    return tuple(letters)
