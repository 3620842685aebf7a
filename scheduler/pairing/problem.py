"""The pairing problem as a frozen value; what can be seen wrong without search is refused when it is made."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from scheduler.core.refusal import Complaints, read
from scheduler.core.values import Count, Id, Value, Weight
from scheduler.pairing.modality import Group, Modality

TieState = Literal["dormant", "active"]
WishLevel = Literal["must", "want", "no"]
WeightName = Literal["need_met", "need_shared", "reciprocity", "language", "replan", "wish", "facilitation"]

Intensity = Annotated[int, Field(ge=1, le=5)]
"""How strong a need or an offer is, 1 to 5."""

Members = Annotated[tuple[Id, ...], Field(min_length=2, max_length=3)]
"""The ids of a pair or a triangle, in any order."""


def _as_decimal(given: Any) -> Any:
    # A JSON number arrives as a float; its shortest text is what stood in the file, so no error creeps in.
    if isinstance(given, bool | str):
        raise ValueError("a share is a number")
    return Decimal(repr(given)) if isinstance(given, float | int) else given


Share = Annotated[
    Decimal,
    BeforeValidator(_as_decimal),
    Field(ge=0, le=1),
    PlainSerializer(float, return_type=float, when_used="json"),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1}),
]
"""A part of the partnerships formed, an exact decimal from 0 to 1."""


class Engagements(Value):
    """How many partnerships a city wants (``min``) and may have (``max``, ``None`` is no limit)."""

    min: Count = 1
    max: Count | None = 1


class City(Value):
    """A case city; needs and offers give an intensity by challenge."""

    id: Id
    country: Id
    group: Group
    region: str | None = None
    population: Count = 0
    languages: tuple[Id, ...] = ()
    needs: dict[Id, Intensity] = Field(default_factory=dict)
    offers: dict[Id, Intensity] = Field(default_factory=dict)
    facilitates: tuple[Id, ...] = ()
    engagements: Engagements = Engagements()


class Facilitator(Value):
    """An organisation that may facilitate triangles, at most ``max`` of them."""

    id: Id
    facilitates: tuple[Id, ...] = ()
    max: Count | None = None


class Tie(Value):
    """An agreement between two cities from before."""

    cities: tuple[Id, Id]
    state: TieState


class Wish(Value):
    """What one city says about another."""

    from_: Id = Field(alias="from")
    to: Id
    level: WishLevel


class Rules(Value):
    """Switches and thresholds of the hard rules; thresholds are points and inhabitants."""

    same_country: bool = False
    active_ties: bool = False
    min_pair_value: Count = 0
    min_population: Count = 0


class ShareLimits(Value):
    """Least and largest part of the partnerships formed; ``None`` is no limit."""

    min: Share | None = None
    max: Share | None = None


class Weights(Value):
    """Points by unit of each reason."""

    need_met: Weight = 2
    need_shared: Weight = 2
    reciprocity: Weight = 2
    language: Weight = 2
    replan: Weight = 4
    wish: Weight = 3
    facilitation: Weight = 2


class PairingProblem(Value):
    """Cities, facilitators, what is known between them and the rules; every reference holds.

    Raises:
        Refused: with the path and the identifier of everything that can be seen wrong without search.
    """

    format: Literal["bridge-pairing/1"]
    cities: tuple[City, ...] = ()
    facilitators: tuple[Facilitator, ...] = ()
    ties: tuple[Tie, ...] = ()
    wishes: tuple[Wish, ...] = ()
    excluded_country_pairs: tuple[tuple[Id, Id], ...] = ()
    pins: tuple[Members, ...] = ()
    previous: tuple[Members, ...] | None = None
    changes_first: bool = False
    rules: Rules = Rules()
    shares: dict[Modality, ShareLimits] = Field(default_factory=dict)
    weights: Weights = Weights()

    @model_validator(mode="after")
    def _refuse_what_is_plainly_wrong(self) -> "PairingProblem":
        complaints = Complaints()
        _check_identifiers(self, complaints)
        _check_relations(self, complaints)
        _check_partnerships(self, complaints)
        complaints.raise_if_any()
        return self


def read_problem(text: str | bytes) -> PairingProblem:
    """Parse a pairing problem.

    Raises:
        Refused: not JSON, wrong types, or anything else that is wrong without search.
    """
    return read(PairingProblem, text)


def _check_identifiers(problem: PairingProblem, complaints: Complaints) -> None:
    cities = {city.id for city in problem.cities}
    complaints.require_unique("cities", "city", (city.id for city in problem.cities))
    complaints.require_unique("facilitators", "facilitator", (one.id for one in problem.facilitators))
    for index, facilitator in enumerate(problem.facilitators):
        if facilitator.id in cities:
            complaints.add(f"facilitators[{index}].id", f"'{facilitator.id}' is the id of a city too")


def _check_relations(problem: PairingProblem, complaints: Complaints) -> None:
    cities = {city.id for city in problem.cities}
    for index, tie in enumerate(problem.ties):
        _check_members(f"ties[{index}].cities", "city", tie.cities, cities, complaints)
    _require_unique_sets("ties", "tie", (tie.cities for tie in problem.ties), complaints)
    said: set[tuple[str, str]] = set()
    for index, wish in enumerate(problem.wishes):
        complaints.require_known(f"wishes[{index}].from", "city", wish.from_, cities)
        complaints.require_known(f"wishes[{index}].to", "city", wish.to, cities)
        if wish.from_ == wish.to:
            complaints.add(f"wishes[{index}].to", f"the wish of '{wish.from_}' is about '{wish.to}' itself")
        if (wish.from_, wish.to) in said:
            complaints.add(f"wishes[{index}]", f"the wish from '{wish.from_}' to '{wish.to}' is there twice")
        said.add((wish.from_, wish.to))
    # A country may be excluded with itself: two of its cities are then kept apart whatever the flag says.
    _require_unique_sets("excluded_country_pairs", "country pair", problem.excluded_country_pairs, complaints)


def _check_partnerships(problem: PairingProblem, complaints: Complaints) -> None:
    cities = {city.id for city in problem.cities}
    everybody = cities | {facilitator.id for facilitator in problem.facilitators}
    for index, pin in enumerate(problem.pins):
        if len(pin) == 2:
            _check_members(f"pins[{index}]", "city", pin, cities, complaints)
        else:
            _check_members(f"pins[{index}]", "city or facilitator", pin, everybody, complaints)
    _require_unique_sets("pins", "pin", problem.pins, complaints)
    for index, earlier in enumerate(problem.previous or ()):
        _check_members(f"previous[{index}]", "city or facilitator", earlier, everybody, complaints)
    _require_unique_sets("previous", "partnership", problem.previous or (), complaints)


def _check_members(path: str, noun: str, ids: tuple[str, ...], known: set[str], complaints: Complaints) -> None:
    for position, identifier in enumerate(ids):
        complaints.require_known(f"{path}[{position}]", noun, identifier, known)
    complaints.require_unique(path, noun, ids)


def _require_unique_sets(path: str, noun: str, groups: Iterable[tuple[str, ...]], complaints: Complaints) -> None:
    seen: set[frozenset[str]] = set()
    for index, ids in enumerate(groups):
        if frozenset(ids) in seen:
            named = ", ".join(f"'{identifier}'" for identifier in ids)
            complaints.add(f"{path}[{index}]", f"the {noun} of {named} is there twice")
        seen.add(frozenset(ids))
