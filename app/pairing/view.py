"""What the pages of pairing show, as values made of rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from babel.dates import format_date

from app.delegations.enums import PartyKind
from app.delegations.models import Party
from app.events.models import Challenge
from app.events.queries import challenge_name
from app.pairing.classification import Classification, MemberClassified
from app.pairing.fields import StoredFields
from app.pairing.models import Partnership, PartnershipReason
from app.platform.i18n import current_locale
from app.platform.i18n import gettext as _
from app.platform.rendering import language_name


@dataclass(frozen=True, kw_only=True)
class ReasonLine:
    """A reason as a sentence, with its points and the pages of the fields that it comes from."""

    points: int
    text: str
    links: tuple[tuple[str, str], ...]


RULES = (
    _("Two southern cities as partners are South-South."),
    _("Two northern cities as partners are North-North."),
    _("A northern and a southern city as partners are North-South."),
    _(
        "Two southern cities, one with a need and one with the experience, are triangular with a northern city "
        "or an organisation that facilitates."
    ),
)
"""The rules that give a modality, gathered here for translators; partnerships carry the scheduler's own sentence."""


@dataclass(frozen=True, kw_only=True)
class Label:
    """Why a partnership has its modality: the rule, how each city was counted, and what that does not mean."""

    rule: str
    counted: tuple[str, ...]
    disclaimer: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """How the values of the cities lie: what organisers look at for fairness."""

    lowest: int
    middle: float
    spread: int
    total: int


def reason_lines(
    partnership: Partnership, challenges: Mapping[int, Challenge], fields: StoredFields, *, base: str
) -> tuple[ReasonLine, ...]:
    """The reasons of a partnership, most points first.

    Args:
        fields: what is stored today; a reason whose fields are not is left out, also before anybody plans anew.
        base: what the addresses of city pages begin with; empty where the reader may not open them.
    """
    parties = {member.party_id: member.party for member in partnership.members}
    standing = [one for one in partnership.reasons if fields.carry(one, partnership)]
    ordered = sorted(standing, key=lambda one: (-one.points, one.id))
    return lines_of(ordered, parties, challenges, base=base)


def lines_of(
    reasons: Sequence[PartnershipReason],
    parties: Mapping[int, Party],
    challenges: Mapping[int, Challenge],
    *,
    base: str,
) -> tuple[ReasonLine, ...]:
    """Reasons in their order as sentences; ``parties`` are the members in theirs, the two partners first."""
    return tuple(
        ReasonLine(
            points=reason.points,
            text=_sentence(reason, parties, challenges),
            links=_links(reason, parties, base) if base else (),
        )
        for reason in reasons
    )


def label_of(partnership: Partnership) -> Label:
    """The rule and the list that stand behind a modality, in the reader's language."""
    said = partnership.classified
    counted = tuple(_counted(said, one) for one in said.members)
    return Label(
        rule=_(partnership.modality_rule),
        counted=(said.note, *counted) if said.note else counted,
        disclaimer=_(
            "“North” and “South” are words for statistics, used for convenience. They pass no judgement on any "
            "country or territory, its development or its status."
        ),
    )


def _counted(said: Classification, one: MemberClassified) -> str:
    sentences = {
        "list": _("%(city)s: %(group)s, by the list “%(list)s” of %(date)s.")
        if said.as_of
        else _("%(city)s: %(group)s, by the list “%(list)s”."),
        "country": _("%(city)s: %(group)s, set by the organisers for this country: %(note)s"),
        "city": _("%(city)s: %(group)s, set by the organisers for this city: %(note)s"),
    }
    return sentences[one.set_by] % {
        "city": one.party,
        "group": _("North") if one.group == "north" else _("South"),
        "list": said.list_name,
        "date": format_date(said.as_of, "long", locale=current_locale()) if said.as_of else "",
        "note": one.note or _("no note"),
    }


def report_of(partnerships: Sequence[Partnership]) -> Report | None:
    """Lowest, median and spread of the cities' values; nothing where there is no partnership."""
    values: dict[int, int] = {}
    for partnership in partnerships:
        for member in partnership.members:
            if member.group != "organisation":
                values[member.party_id] = values.get(member.party_id, 0) + partnership.value
    if not values:
        return None
    worth = sorted(values.values())
    return Report(
        lowest=worth[0],
        middle=plain(median(worth)),
        spread=worth[-1] - worth[0],
        total=sum(partnership.value for partnership in partnerships),
    )


def plain(number: float) -> float:
    """20 rather than 20.0."""
    return int(number) if number == int(number) else number


def _sentence(
    reason: PartnershipReason,
    parties: Mapping[int, Party],
    challenges: Mapping[int, Challenge],
) -> str:
    from_party, to_party = parties.get(reason.from_party_id or 0), parties.get(reason.to_party_id or 0)
    giver, taker = from_party.name if from_party else "", to_party.name if to_party else ""
    challenge = challenges.get(reason.challenge_id or 0)
    what = challenge_name(challenge, current_locale()) if challenge else ""
    shared = _shared_languages(parties)
    names = {"giver": giver, "taker": taker, "what": what, "languages": shared}
    sentences = {
        "need_met": _("%(what)s: %(giver)s offers what %(taker)s seeks."),
        "need_shared": _("%(what)s: both seek it."),
        "reciprocity": _("Each has something that the other seeks."),
        "language": _("They share a working language: %(languages)s.")
        if shared
        else _("They share a working language."),
        "replan": _("Their tie is dormant: plan it anew."),
        "wish": _("%(giver)s wishes it.") if giver else _("One of them wishes it."),
        "facilitation": _("%(what)s joins all three."),
    }
    return sentences.get(reason.kind, reason.kind) % names


def _shared_languages(parties: Mapping[int, Party]) -> str:
    spoken = [set(party.languages) for party in list(parties.values())[:2]]
    both = sorted(set.intersection(*spoken)) if spoken else []
    return ", ".join(language_name(code, current_locale()) for code in both)


def _links(reason: PartnershipReason, parties: Mapping[int, Party], base: str) -> tuple[tuple[str, str], ...]:
    """The pages of the cities that a reason rests on, at the field itself where it has a place of its own."""
    sides = [(parties.get(one or 0)) for one in (reason.from_party_id, reason.to_party_id)]
    named = sides if any(sides) else list(parties.values())[:2]
    if reason.kind == "facilitation":
        named = [*named, list(parties.values())[1]]
    return tuple(
        (one.name, _address(base, one, place, reason.challenge_id))
        for one, place in zip(named, _PLACES.get(reason.kind, ()), strict=False)
        if one is not None
    )


def _address(base: str, party: Party, place: str, challenge_id: int | None) -> str:
    """Where the field stands: needs, offers and ties on a city's page, the rest on what the pairing goes by."""
    if place == "wishes" or party.kind is not PartyKind.CITY:
        return f"{base}/pairing/parties/{party.id}#{place}"
    return f"{base}/cities/{party.id}{_anchor(place, challenge_id)}"


def _anchor(place: str, challenge_id: int | None) -> str:
    return f"#{place}" if challenge_id is None else f"#{place}-{challenge_id}"


_PLACES = {
    "need_met": ("offer", "need"),
    "need_shared": ("need", "need"),
    "facilitation": ("facilitates", "need", "offer"),
    "language": ("profile", "profile"),
    "replan": ("ties", "ties"),
    "reciprocity": ("seeks", "seeks"),
    "wish": ("wishes",),
}
"""Where the field of the side that gives, of the one that gains and, in a triangle, of the pivotal city stands."""
