"""Halls full of meetings of the sizes that a business day has, drawn the way an outsider would; seeded documents."""

import random
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

Document = dict[str, Any]

GRAINS, GAP = 4, 1
"""Length of a slot and the change-over after it."""


def must_hall(*, seed: int, blocks: int) -> Document:
    """1,000 people in 8,000 meetings that must be held: 30 slots in so many blocks, 300 tables, 89 % of the places."""
    draw = random.Random(f"musts {seed}")
    people = [f"p{number}" for number in range(1000)]
    pairs = _pairs(draw, people, 8000, most=22)
    return _hall(people, slots=30, blocks=blocks, tables=300) | {
        "wishes": [{"id": f"w{n}", "people": list(pair), "level": "must"} for n, pair in enumerate(pairs)]
    }


def crowded_hall(*, seed: int, tables: int, skew: float) -> Document:
    """10,000 wishes of 1,000 people, worth 1 to 5, of which far from all can be held.

    Args:
        tables: in each of 30 slots; with 200 there are places for six of ten, with 400 it is the people who are busy.
        skew: the n-th most wanted person is wanted n to the power of minus this as often as the first.
    """
    draw = random.Random(f"crowd {seed} {tables} {skew}")
    people = [f"p{number}" for number in range(1000)]
    pairs = _pairs(draw, people, 10_000, most=80, skew=skew)
    document = _hall(people, slots=30, blocks=4, tables=tables)
    slots = [slot["id"] for slot in document["slots"]]
    document["people"] = [
        {"id": name, "busy": [slot for slot in slots if draw.random() < 0.1], "max": draw.choice((None, 12, 20))}
        for name in people
    ]
    document["wishes"] = [
        {"id": f"w{n}", "people": list(pair), "level": "want", "value": draw.randint(1, 5)}
        for n, pair in enumerate(pairs)
    ]
    return document


def standing_hall(*, seed: int, level: str) -> Document:
    """500 people and 3,000 meetings of one level, all of which can stand: 24 slots in four blocks, 140 tables."""
    draw = random.Random(f"standing {seed}")
    people = [f"p{number}" for number in range(500)]
    pairs = _pairs(draw, people, 3000, most=16)
    return _hall(people, slots=24, blocks=4, tables=140) | {
        "wishes": [
            {"id": f"w{n}", "people": list(pair), "level": level, "value": draw.randint(1, 5)}
            for n, pair in enumerate(pairs)
        ]
    }


def with_previous(document: Document, meetings: Sequence[Any], *, moves_first: bool) -> Document:
    """The same hall with a plan that stands."""
    previous = [{"wish": one.wish, "slot": one.slot, "table": one.table} for one in meetings]
    return {**document, "previous": previous, "moves_first": moves_first}


def without_tables(document: Document, *, block: str, tables: int) -> Document:
    """The first tables are lost for a whole block."""
    kept = [slot["id"] for slot in document["slots"] if slot["block"] != block]
    changed = [{**table, "open": kept} if n < tables else table for n, table in enumerate(document["tables"])]
    return {**document, "tables": changed}


def with_late_people(document: Document, *, seed: int, people: int, slots: int) -> Document:
    """Some people miss the first slots of the event."""
    late = set(random.Random(f"late {seed}").sample([one["id"] for one in document["people"]], people))
    missed = [slot["id"] for slot in document["slots"][:slots]]
    changed = [{**one, "absent": missed} if one["id"] in late else one for one in document["people"]]
    return {**document, "people": changed}


def _hall(people: Sequence[str], *, slots: int, blocks: int, tables: int) -> Document:
    length = -(-slots // blocks)
    return {
        "format": "bridge-meetings/1",
        "slots": [
            {
                "id": f"s{n}",
                "block": f"b{n // length}",
                "start": n * (GRAINS + GAP),
                "end": n * (GRAINS + GAP) + GRAINS,
            }
            for n in range(slots)
        ],
        "tables": [{"id": f"t{n}"} for n in range(tables)],
        "people": [{"id": name} for name in people],
        "weights": {"idle_run": 1},
    }


def _pairs(
    draw: random.Random, people: Sequence[str], number: int, *, most: int, skew: float = 0.0
) -> list[tuple[str, str]]:
    """Pairs of different people, each once, nobody in more than ``most``."""
    heights = list(accumulate((place + 1) ** -skew for place in range(len(people))))
    wanted = draw.sample(people, len(people))
    load = dict.fromkeys(people, 0)
    found: dict[tuple[str, str], None] = {}
    while len(found) < number:
        one, other = draw.choice(people), draw.choices(wanted, cum_weights=heights)[0]
        pair = (min(one, other), max(one, other))
        if one == other or pair in found or max(load[one], load[other]) >= most:
            continue
        found[pair] = None
        load[one] += 1
        load[other] += 1
    return list(found)
