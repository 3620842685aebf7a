"""Pools of the sizes that a conference has, drawn the way an outsider would: one function a kind, seeded.

``KINDS`` names them. Each kind stresses another part of the problem: dense taxonomies with many triangles, wide ones
with few, cities in several partnerships, exact shares, vetoes and pins, a plan from before.
"""

import random
from collections.abc import Callable
from itertools import combinations, permutations
from typing import Any

Document = dict[str, Any]

SHARES = {"south-south": {"min": 0.3}, "triangular": {"min": 0.1}, "north-north": {"max": 0.3}}
LANGUAGES = ("en", "fr", "es", "zh", "ar", "ru", "pt", "km")


def plain(draw: random.Random, cities: int) -> Document:
    """Ten challenges, every city with one to five needs and up to five offers, one partnership each."""
    return _pool(draw, cities, challenges=10)


def shares(draw: random.Random, cities: int) -> Document:
    """The same with parts of the partnerships asked for."""
    return {**_pool(draw, cities, challenges=10, organisations=25), "shares": SHARES}


def several(draw: random.Random, cities: int) -> Document:
    """Cities that want and may have different numbers of partnerships, up to three."""
    return _pool(draw, cities, challenges=12, organisations=20, most=3)


def wide(draw: random.Random, cities: int) -> Document:
    """Twenty challenges and few needs: fewer fits, some cities that nothing suits."""
    document = _pool(draw, cities, challenges=20, organisations=15, most=2, needs=(1, 3), offers=(0, 2))
    return {**document, "rules": {"min_pair_value": 8, "min_population": 200_000}}


def ruled(draw: random.Random, cities: int) -> Document:
    """Every rule at once: vetoes, ties, excluded country pairs, minima, pins, shares, organisations with a limit."""
    document = _pool(draw, cities, challenges=8, organisations=10, most=2)
    _add_rules(draw, document)
    document["shares"] = {"south-south": {"min": 0.25}, "triangular": {"min": 0.15, "max": 0.6}}
    return document


def again(draw: random.Random, cities: int) -> Document:
    """A plan from before, whose changes count last."""
    document = several(draw, cities)
    document["previous"] = _some_plan(draw, document)
    return document


def kept(draw: random.Random, cities: int) -> Document:
    """A plan from before, whose changes count first, with rules that came in since."""
    document = ruled(draw, cities)
    document["previous"] = _some_plan(draw, document)
    document["changes_first"] = True
    return document


def northern(draw: random.Random, cities: int) -> Document:
    """Mostly northern cities without organisations: northern cities facilitate, and triangles cost cities."""
    document = _pool(draw, cities, challenges=10, organisations=0, south=0.35, most=2)
    return {**document, "shares": {"triangular": {"min": 0.125}, "north-north": {"max": 0.4}}}


KINDS: dict[str, Callable[[random.Random, int], Document]] = {
    "plain": plain,
    "shares": shares,
    "several": several,
    "wide": wide,
    "ruled": ruled,
    "again": again,
    "kept": kept,
    "northern": northern,
}


def pool_of(kind: str, *, cities: int, seed: int) -> Document:
    """The document of a pairing problem of this kind; equal for equal arguments."""
    return KINDS[kind](random.Random(f"{kind} {cities} {seed}"), cities)


def _pool(
    draw: random.Random,
    count: int,
    *,
    challenges: int,
    organisations: int = 40,
    most: int = 1,
    south: float = 0.6,
    needs: tuple[int, int] = (1, 5),
    offers: tuple[int, int] = (0, 5),
) -> Document:
    names = [f"challenge-{index}" for index in range(challenges)]

    def profile(least: int, largest: int) -> dict[str, int]:
        return {one: draw.randint(1, 5) for one in draw.sample(names, draw.randint(least, largest))}

    def engagements() -> dict[str, int]:
        largest = draw.randint(1, most)
        return {"min": draw.randint(0 if most > 1 else 1, largest), "max": largest}

    return {
        "format": "bridge-pairing/1",
        "cities": [
            {
                "id": f"city-{index}",
                "country": f"country-{draw.randrange(max(2, count // 2))}",
                "group": "south" if draw.random() < south else "north",
                "population": int(10 ** draw.uniform(4.8, 7.3)),
                "languages": draw.sample(LANGUAGES, draw.randint(1, 2)),
                "needs": profile(*needs),
                "offers": profile(*offers),
                "facilitates": draw.sample(names, draw.randint(0, 2)),
                "engagements": engagements(),
            }
            for index in range(count)
        ],
        "facilitators": [
            {
                "id": f"organisation-{index}",
                "facilitates": draw.sample(names, draw.randint(1, 4)),
                "max": draw.choice([None, draw.randint(1, 6)]),
            }
            for index in range(organisations)
        ],
        "ties": [
            {"cities": list(couple), "state": draw.choice(["dormant", "active"])}
            for couple in _couples(draw, count, count // 3)
        ],
        "wishes": [
            {"from": one, "to": other, "level": draw.choice(["must", "want", "want", "no"])}
            for one, other in _couples(draw, count, count)
        ],
    }


def _couples(draw: random.Random, count: int, wanted: int) -> list[tuple[str, str]]:
    numbers = draw.sample(list(combinations(range(count), 2)), min(wanted, count * (count - 1) // 2))
    return [(f"city-{one}", f"city-{other}") for one, other in numbers]


def _add_rules(draw: random.Random, document: Document) -> None:
    cities = document["cities"]
    countries = sorted({city["country"] for city in cities})
    document["excluded_country_pairs"] = draw.sample([list(pair) for pair in combinations(countries, 2)], 12)
    document["rules"] = {"min_pair_value": 6, "min_population": 100_000}
    said = {(wish["from"], wish["to"]) for wish in document["wishes"]}
    unsaid = [pair for pair in permutations([city["id"] for city in cities], 2) if pair not in said]
    document["wishes"] += [
        {"from": one, "to": other, "level": "no"} for one, other in draw.sample(unsaid, len(cities) * 2)
    ]
    document["pins"] = _pins(draw, document, 3)


def _pins(draw: random.Random, document: Document, wanted: int) -> list[list[str]]:
    """Pairs that no rule is against, each city at most once."""
    apart = {frozenset((wish["from"], wish["to"])) for wish in document["wishes"] if wish["level"] == "no"}
    apart |= {frozenset(tie["cities"]) for tie in document["ties"] if tie["state"] == "active"}
    pairs: list[list[str]] = []
    used: set[str] = set()
    excluded = {frozenset(pair) for pair in document["excluded_country_pairs"]}
    for one, other in draw.sample(list(combinations(document["cities"], 2)), 400):
        ids, countries = {one["id"], other["id"]}, frozenset((one["country"], other["country"]))
        fits = sum(min(one["needs"][name], other["offers"][name]) for name in one["needs"].keys() & other["offers"])
        if ids & used or ids in apart or len(countries) < 2 or countries in excluded or fits < 3:
            continue
        if min(one["population"], other["population"]) < 100_000:
            continue
        pairs.append(sorted(ids))
        used |= ids
        if len(pairs) == wanted:
            break
    return pairs


def _some_plan(draw: random.Random, document: Document) -> list[list[str]]:
    """Partnerships as they may stand from last year: two thirds of the cities, some triangles."""
    ids = [city["id"] for city in document["cities"]]
    draw.shuffle(ids)
    organisations = [one["id"] for one in document["facilitators"]]
    pairs = [sorted(ids[index : index + 2]) for index in range(0, len(ids) * 2 // 3, 2)]
    return [[*pair, draw.choice(organisations)] if organisations and draw.random() < 0.25 else pair for pair in pairs]
