"""The modality of a partnership, derived from who its members are and what they do in it, by a rule with a name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from scheduler.core.values import Id, Value

Modality = Literal["south-south", "north-north", "north-south", "triangular"]
MODALITIES: tuple[Modality, ...] = ("south-south", "north-north", "north-south", "triangular")

Group = Literal["south", "north"]
MemberGroup = Literal["south", "north", "organisation"]
Role = Literal["partner", "beneficiary", "pivotal", "facilitating"]
TRIANGLE_ROLES: tuple[Role, ...] = ("beneficiary", "pivotal", "facilitating")


class GroupedMember(Value):
    """A member as far as the modality needs it: cities are south or north, facilitators are organisations."""

    id: Id
    group: MemberGroup
    role: Role


@dataclass(frozen=True)
class ModalityRule:
    """One row of the rule table: its name, the sentence that a page cites, and the modality it gives or ``None``."""

    name: str
    sentence: str
    modality: Modality | None


_Groups = dict[Role, list[MemberGroup]]


def modality_of(members: Sequence[GroupedMember]) -> ModalityRule:
    """The first row of the rule table that fits the members; its ``modality`` is ``None`` where no partnership is.

    Whether a challenge joins the three members of a triangle is not asked here: that needs their profiles.
    The triangle follows the usual definition of triangular cooperation: driven by southern partners, supported by a
    northern or a multilateral one.
    """
    if len({member.id for member in members}) < len(members):
        return NO_FORM
    groups: _Groups = {}
    for member in members:
        groups.setdefault(member.role, []).append(member.group)
    for rule, fits in _TABLE:
        if fits(groups):
            return rule
    return NO_FORM


def _is_pair_of(first: MemberGroup, second: MemberGroup) -> Callable[[_Groups], bool]:
    return lambda groups: (
        groups
        in (
            {"partner": [first, second]},
            {"partner": [second, first]},
        )
    )


def _is_pair_with_organisation(groups: _Groups) -> bool:
    return _is_pair(groups) and "organisation" in groups["partner"]


def _is_pair(groups: _Groups) -> bool:
    return set(groups) == {"partner"} and len(groups["partner"]) == 2


def _has_triangle_roles(groups: _Groups) -> bool:
    return set(groups) == set(TRIANGLE_ROLES) and all(len(held) == 1 for held in groups.values())


def _is_driven_from_the_south(groups: _Groups) -> bool:
    return groups["beneficiary"] == ["south"] and groups["pivotal"] == ["south"]


def _is_triangle(groups: _Groups) -> bool:
    return _has_triangle_roles(groups) and _is_driven_from_the_south(groups) and groups["facilitating"] != ["south"]


def _is_facilitated_by_the_south(groups: _Groups) -> bool:
    return _has_triangle_roles(groups) and _is_driven_from_the_south(groups)


NO_FORM = ModalityRule(
    "form_of_partnership",
    "A partnership is two different cities as partners, or one beneficiary, one pivotal and one facilitating member.",
    None,
)

_TABLE: tuple[tuple[ModalityRule, Callable[[_Groups], bool]], ...] = (
    (
        ModalityRule("two_southern_cities", "Two southern cities as partners are South-South.", "south-south"),
        _is_pair_of("south", "south"),
    ),
    (
        ModalityRule("two_northern_cities", "Two northern cities as partners are North-North.", "north-north"),
        _is_pair_of("north", "north"),
    ),
    (
        ModalityRule(
            "northern_and_southern_city", "A northern and a southern city as partners are North-South.", "north-south"
        ),
        _is_pair_of("north", "south"),
    ),
    (
        ModalityRule(
            "southern_cities_with_facilitator",
            "Two southern cities, one with a need and one with the experience, are triangular with a northern city "
            "or an organisation that facilitates.",
            "triangular",
        ),
        _is_triangle,
    ),
    (
        ModalityRule("pair_is_of_cities", "A pair is two cities; an organisation only facilitates.", None),
        _is_pair_with_organisation,
    ),
    (
        ModalityRule(
            "facilitating_member_is_northern_or_organisation",
            "The facilitating member of a triangle is a northern city or an organisation.",
            None,
        ),
        _is_facilitated_by_the_south,
    ),
    (
        ModalityRule(
            "triangle_is_driven_from_the_south",
            "The beneficiary and the pivotal city of a triangle are both southern.",
            None,
        ),
        _has_triangle_roles,
    ),
)

MODALITY_RULES: tuple[ModalityRule, ...] = (*(rule for rule, _ in _TABLE), NO_FORM)
"""The whole rule table in the order in which it is read."""
