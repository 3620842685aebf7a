"""The cards of people to meet, each rendered once for all that it says."""

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from markupsafe import Markup

from app.events.models import Challenge
from app.meetings.matches import Match
from app.platform import i18n
from app.platform.rendering import macro_of

MOST_CARDS = 10_000
"""About a kilobyte each."""


class Party(NamedTuple):
    """The names of whom somebody speaks for."""

    name: str
    native_name: str | None
    native_language: str | None


class Person(NamedTuple):
    """Whom a card is about."""

    id: int
    honorific: str | None
    badge_name: str
    native_name: str | None
    native_language: str | None
    function: str | None


class Card(NamedTuple):
    """All that a card says, in the words of its language: what is equal looks the same."""

    locale: str
    my: str
    person: Person
    party: Party
    they_offer: tuple[str, ...]
    they_seek: tuple[str, ...]
    shared: tuple[str, ...]
    languages: tuple[str, ...]
    free_slots: int
    is_refused: bool


def cards_of(
    matches: Iterable[Match], *, my: str, challenges: Mapping[int, Challenge], refused: Collection[int]
) -> list[Markup]:
    """The cards of these people in the language that is spoken; ``my`` is the address of the reader's own pages."""
    locale = i18n.current_locale()
    names = {one.id: i18n.pick(one.names, locale) for one in challenges.values()}
    return [_rendered(_card(match, locale=locale, my=my, names=names, refused=refused)) for match in matches]


def _card(match: Match, *, locale: str, my: str, names: Mapping[int, str], refused: Collection[int]) -> Card:
    one, party, fit = match.delegate, match.party, match.reasons
    return Card(
        locale=locale,
        my=my,
        person=Person(one.id, one.honorific, one.badge_name, one.native_name, one.native_language, one.function),
        party=Party(party.name, party.native_name, party.native_language),
        they_offer=tuple(names[challenge] for challenge in fit.they_offer),
        they_seek=tuple(names[challenge] for challenge in fit.they_seek),
        shared=tuple(names[challenge] for challenge in fit.shared),
        languages=match.languages,
        free_slots=match.free_slots,
        is_refused=one.id in refused,
    )


@lru_cache(maxsize=MOST_CARDS)
def _rendered(card: Card) -> Markup:
    return macro_of("meetings/person_card.html", "card")(card)
