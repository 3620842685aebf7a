"""A change of what is wanted, as it stands in the address of a what-if: nothing of it is stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from urllib.parse import urlencode

from app.pairing.wanted import NO_LIMIT, Couple, Percents, Wanted

BETWEEN = "~"
LISTS = ("pin", "unpin", "unveto", "apart", "unapart", "untie", "again")
"""Choices that are lists of sets, named as in the address."""

OPPOSITES = {"pin": "unpin", "unpin": "pin", "apart": "unapart", "unapart": "apart"}


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What is to be different. A list holds what is added, its ``un`` counterpart what is lifted.

    ``veto`` says who asked for it. ``limits`` are numbers of partnerships by slug; ``untie`` couples whose tie counts
    as dormant; ``unsay`` a city's own no (who, about whom) that it took back; ``again`` organisations, each a set of
    one, that are asked for triangles again after their no.
    """

    pin: tuple[Couple, ...] = ()
    unpin: tuple[Couple, ...] = ()
    veto: Mapping[Couple, str | None] = field(default_factory=dict)
    unveto: tuple[Couple, ...] = ()
    apart: tuple[Couple, ...] = ()
    unapart: tuple[Couple, ...] = ()
    untie: tuple[Couple, ...] = ()
    again: tuple[Couple, ...] = ()
    unsay: tuple[tuple[str, str], ...] = ()
    shares: Mapping[str, Percents] = field(default_factory=dict)
    weights: Mapping[str, int] = field(default_factory=dict)
    rules: Mapping[str, int] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    few_changes: bool = False

    def __bool__(self) -> bool:
        """Whether anything at all is different; how much may change is no difference by itself."""
        return replace(self, few_changes=False) != Choices()

    def on(self, wanted: Wanted) -> Wanted:
        """What is wanted with these choices made."""
        vetoes = {couple: said_by for couple, said_by in wanted.vetoes.items() if couple not in self.unveto}
        shares = {**wanted.shares, **self.shares}
        return Wanted(
            pins=wanted.pins - set(self.unpin) | set(self.pin),
            vetoes={**vetoes, **self.veto},
            apart=wanted.apart - set(self.unapart) | set(self.apart),
            shares={name: limits for name, limits in shares.items() if limits != NO_LIMIT},
            weights={**wanted.weights, **self.weights},
            rules={**wanted.rules, **self.rules},
            limits={**wanted.limits, **self.limits},
            untied=wanted.untied | set(self.untie),
            noes=wanted.noes - set(self.unsay),
            resting=wanted.resting - set(self.again),
            few_changes=self.few_changes,
        )

    def differing(self, wanted: Wanted) -> "Choices":
        """Without what is so already."""
        return replace(
            self,
            pin=_once(one for one in self.pin if one not in wanted.pins),
            unpin=_once(one for one in self.unpin if one in wanted.pins),
            veto={one: by for one, by in self.veto.items() if one not in wanted.vetoes},
            unveto=_once(one for one in self.unveto if one in wanted.vetoes),
            apart=_once(one for one in self.apart if one not in wanted.apart),
            unapart=_once(one for one in self.unapart if one in wanted.apart),
            shares={name: limits for name, limits in self.shares.items() if limits != wanted.share(name)},
            weights={name: weight for name, weight in self.weights.items() if weight != wanted.weights[name]},
            rules={name: value for name, value in self.rules.items() if value != wanted.rules[name]},
            limits={slug: most for slug, most in self.limits.items() if most != wanted.limits.get(slug)},
            untie=_once(one for one in self.untie if one not in wanted.untied),
            unsay=_once(one for one in self.unsay if one in wanted.noes),
            again=_once(one for one in self.again if one in wanted.resting),
        )

    def plus(self, more: "Choices") -> "Choices":
        """These choices and more; what comes later takes back what came before where they are against each other."""
        lists = {}
        for name in LISTS:
            against = getattr(more, OPPOSITES.get(name, name))
            lists[name] = _once([*_without(getattr(self, name), against), *getattr(more, name)])
        vetoes = {one: by for one, by in self.veto.items() if one not in more.unveto}
        return Choices(
            **{**lists, "unveto": _once([*_without(self.unveto, more.veto), *more.unveto])},
            veto={**vetoes, **more.veto},
            unsay=_once([*self.unsay, *more.unsay]),
            shares={**self.shares, **more.shares},
            weights={**self.weights, **more.weights},
            rules={**self.rules, **more.rules},
            limits={**self.limits, **more.limits},
            few_changes=self.few_changes or more.few_changes,
        )

    def without(self, field_name: str, content: str) -> "Choices":
        """These choices without one of them, named as the address names it."""
        kept = [pair for pair in self.pairs() if pair != (field_name, content)]
        return of_pairs(kept)

    def pairs(self) -> list[tuple[str, str]]:
        """The choices as parts of an address, in a fixed order."""
        said = [(name, token(one)) for name in LISTS for one in getattr(self, name)]
        said += [("veto", token(one) + (f"{BETWEEN}{by}" if by else "")) for one, by in self.veto.items()]
        said += [("unsay", BETWEEN.join(one)) for one in self.unsay]
        said += [("share", BETWEEN.join((name, *map(_plain, limits)))) for name, limits in self.shares.items()]
        for name, numbers in (("weight", self.weights), ("rule", self.rules), ("limit", self.limits)):
            said += [(name, f"{key}{BETWEEN}{number}") for key, number in numbers.items()]
        return said + ([("few", "1")] if self.few_changes else [])

    def address(self, path: str, **more: object) -> str:
        """``path`` with the choices as its query."""
        query = urlencode([*self.pairs(), *((name, str(value)) for name, value in more.items())], safe=BETWEEN)
        return f"{path}?{query}" if query else path


def token(members: Iterable[str]) -> str:
    """Slugs or country codes as one word of an address; a country with itself is written twice."""
    names = sorted(members)
    return BETWEEN.join(names if len(names) > 1 else names * 2)


def of_pairs(pairs: Iterable[tuple[str, str]]) -> Choices:
    """Choices from the parts of an address, as ``Choices.pairs`` wrote them.

    Raises:
        ValueError: one of them is not written as it should be.
    """
    lists: dict[str, list[Couple]] = {name: [] for name in LISTS}
    vetoes: dict[Couple, str | None] = {}
    unsaid: list[tuple[str, str]] = []
    shares: dict[str, Percents] = {}
    numbers: dict[str, dict[str, int]] = {"weight": {}, "rule": {}, "limit": {}}
    few = False
    for name, content in pairs:
        parts = content.split(BETWEEN)
        if name in lists:
            lists[name].append(frozenset(parts))
        elif name == "veto":
            vetoes[frozenset(parts[:2])] = parts[2] if len(parts) > 2 else None
        elif name == "unsay":
            unsaid.append((parts[0], parts[1]))
        elif name == "share":
            shares[parts[0]] = (_percent(parts[1]), _percent(parts[2]))
        elif name in numbers:
            numbers[name][parts[0]] = int(parts[1])
        elif name == "few":
            few = content == "1"
    return Choices(
        **{key: _once(found) for key, found in lists.items()},
        veto=vetoes,
        unsay=_once(unsaid),
        shares=shares,
        weights=numbers["weight"],
        rules=numbers["rule"],
        limits=numbers["limit"],
        few_changes=few,
    )


def _once(these: Iterable) -> tuple:  # type: ignore[type-arg]
    return tuple(dict.fromkeys(these))


def _without(these: Iterable[Couple], gone: Iterable[Couple]) -> list[Couple]:
    held = set(gone)
    return [one for one in these if one not in held]


def _percent(text: str) -> Decimal:
    if not text.replace(".", "", 1).isdecimal() or len(text) > 6:
        raise ValueError(text)
    return Decimal(text)


def _plain(percent: Decimal) -> str:
    return f"{percent.normalize():f}"
