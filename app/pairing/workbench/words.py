"""Choices, rules and what stands against a plan, in sentences with names."""

import re
from collections.abc import Iterable, Mapping

from app.delegations.models import City, Party
from app.pairing.wanted import Percents
from app.platform.i18n import gettext as _
from app.platform.i18n import ngettext
from app.platform.linked import Linked, Piece
from app.platform.pictures.partnerships import modality_word
from app.platform.rendering import country_name


class Names:
    """Names of parties by slug, and of countries."""

    def __init__(self, parties: Mapping[str, Party]) -> None:
        self._names = {slug: party.name for slug, party in parties.items()}
        self._cities = {slug: party.id for slug, party in parties.items() if isinstance(party, City)}

    def of(self, slug: str) -> str:
        return self._names.get(slug, slug)

    def all(self, slugs: Iterable[str]) -> str:
        """Names with "and" before the last, in the order of the alphabet."""
        return joined(sorted(self.of(slug) for slug in slugs))

    def within(self, sentence: str) -> str:
        """A sentence of the scheduler with names in place of the quoted slugs."""
        return re.sub(r"'([^']+)'", lambda quoted: self.of(quoted[1]), sentence)

    def linked(self, sentence: str, *, event_slug: str) -> Linked:
        """The same, each city with a link to its page."""
        pieces: list[Piece] = []
        for at, piece in enumerate(re.split(r"'([^']+)'", sentence)):
            city_id = self._cities.get(piece) if at % 2 else None
            href = f"/e/{event_slug}/manage/cities/{city_id}" if city_id else None
            pieces.append((self.of(piece) if at % 2 else piece, href))
        return Linked(pieces)


def joined(names: list[str]) -> str:
    """Names with commas, and "and" before the last."""
    if len(names) < 2:
        return "".join(names)
    return _("%(names)s and %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}


def weight_word(name: str) -> str:
    """A reason's weight as its slider is called."""
    return {
        "need_met": _("One offers what the other seeks"),
        "need_shared": _("Both seek the same"),
        "reciprocity": _("Both give something"),
        "language": _("A common language"),
        "replan": _("A dormant tie planned anew"),
        "wish": _("Wished by a city"),
        "facilitation": _("A challenge that joins all three"),
    }[name]


def stage_word(name: str) -> str:
    """What a stage of the objective counts; a stage of a later scheduler by its own name."""
    known = {
        "reached": _("cities reached"),
        "paired": _("cities with a partner"),
        "lowest": _("lowest value of a city"),
        "value": _("points in all"),
        "changes": _("changes to the plan before"),
    }
    return known.get(name, name.replace("_", " "))


def unit_word(name: str) -> str:
    """What one unit of a weight is."""
    return {
        "need_met": _("points for each step of intensity that is met"),
        "need_shared": _("points for each step of intensity that both seek"),
        "reciprocity": _("points for each step that the weaker direction has"),
        "language": _("points where they share a working language"),
        "replan": _("points where their tie is dormant"),
        "wish": _("points for a want, twice for a must"),
        "facilitation": _("points for each challenge of a triangle"),
    }[name]


def pinned(names: Names, members: Iterable[str]) -> str:
    return _("%(names)s stay together.") % {"names": names.all(members)}


def formless(names: Names, why: str) -> str:
    """Why pinned members can form no triangle, as the scheduler says it."""
    return _("They can form no triangle: %(why)s") % {"why": names.within(why)}


def unpinned(names: Names, members: Iterable[str]) -> str:
    return _("%(names)s need not stay together.") % {"names": names.all(members)}


def vetoed(names: Names, members: Iterable[str], said_by: str | None) -> str:
    sentence = _("%(names)s are kept apart.") % {"names": names.all(members)}
    if said_by is None:
        return sentence
    return sentence + " " + _("Asked for by %(name)s; confidential.") % {"name": names.of(said_by)}


def unvetoed(names: Names, members: Iterable[str]) -> str:
    return _("%(names)s are no longer kept apart.") % {"names": names.all(members)}


def countries_apart(codes: Iterable[str]) -> str:
    both = sorted(country_name(code) for code in codes)
    if len(both) == 1:
        return _("Cities of %(country)s are not paired with each other.") % {"country": both[0]}
    return _("Cities of %(names)s are not paired.") % {"names": joined(both)}


def countries_together(codes: Iterable[str]) -> str:
    return _("Cities of %(names)s may be paired.") % {"names": joined(sorted(country_name(code) for code in codes))}


def shared(modality: str, limits: Percents) -> str:
    least, most = (f"{percent.normalize():f}" for percent in limits)
    words = {"modality": modality_word(modality), "least": least, "most": most}
    if least == "0" and most == "100":
        return _("%(modality)s: no limit.") % words
    if least == "0":
        return _("%(modality)s: at most %(most)s %% of the partnerships.") % words
    if most == "100":
        return _("%(modality)s: at least %(least)s %% of the partnerships.") % words
    return _("%(modality)s: from %(least)s to %(most)s %% of the partnerships.") % words


def weighted(name: str, weight: int, before: int) -> str:
    return _("%(name)s: %(weight)s points, was %(before)s.") % {
        "name": weight_word(name),
        "weight": weight,
        "before": before,
    }


def ruled(name: str, value: int) -> str:
    """A rule with its value."""
    if name == "same_country":
        return _("Cities of one country may be paired.") if value else _("Cities of one country are kept apart.")
    if name == "active_ties":
        return (
            _("Cities with an active tie may be paired.") if value else _("Cities with an active tie are kept apart.")
        )
    if not value:
        return (
            _("Pairs of any value may stand.") if name == "min_pair_value" else _("Cities of any size may be paired.")
        )
    if name == "min_pair_value":
        return ngettext(
            "A pair must be worth at least %(value)s point.", "A pair must be worth at least %(value)s points.", value
        ) % {"value": value}
    if not value:
        return _("Cities of any size may be paired.")
    return _("A city must have at least %(value)s inhabitants.") % {"value": f"{value:,}".replace(",", "\u00a0")}


def limited(name: str, most: int) -> str:
    return ngettext(
        "%(name)s may be in at most %(most)s partnership.", "%(name)s may be in at most %(most)s partnerships.", most
    ) % {"name": name, "most": most}


def untied(names: Names, members: Iterable[str]) -> str:
    return _("The tie of %(names)s counts as dormant: it may be planned anew.") % {"names": names.all(members)}


def rested(names: Names, one: Iterable[str]) -> str:
    return _("%(name)s said no to a triangle: it takes on no further one.") % {"name": names.all(one)}


def asked_again(names: Names, one: Iterable[str]) -> str:
    return _("%(name)s may be asked for triangles again, in spite of its no.") % {"name": names.all(one)}


def said_no(names: Names, said: tuple[str, str]) -> str:
    return _("%(who)s said no to %(whom)s.") % {"who": names.of(said[0]), "whom": names.of(said[1])}


def unsaid(names: Names, said: tuple[str, str]) -> str:
    return _("%(who)s takes its no to %(whom)s back.") % {"who": names.of(said[0]), "whom": names.of(said[1])}


def few() -> str:
    return _("As little as possible changes, even if a better plan would change more.")
