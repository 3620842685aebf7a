"""Small problems with every field in use, and what strangers may make of them."""

import copy
import json
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

AGENDA: dict[str, Any] = {
    "format": "bridge-agenda/1",
    "grain_minutes": 5,
    "days": [{"id": "d1", "start": 0, "end": 40, "closed": [[20, 22]]}, {"id": "d2", "start": 100, "end": 140}],
    "rooms": [
        {"id": "r1", "capacity": 100, "layouts": ["theatre"], "features": ["stage"], "booths": 2, "open": [[0, 140]], "turnover": 1, "site": "C"},
        {"id": "r2", "capacity": 30, "layouts": ["theatre"], "site": "M"},
    ],
    "walks": [{"from": "C", "to": "M", "grains": 2}],
    "people": [{"id": "p1", "available": [[0, 140]], "rest": 1}, {"id": "p2"}],
    "resources": [{"id": "i", "capacity": 1, "open": [[0, 140]], "taken": [[0, 3, 1]]}],
    "sessions": [
        {"id": "a", "duration": 4, "people": ["p1"], "audience": 20, "layout": "theatre", "uses": {"i": 1}},
        {"id": "b", "duration": 4, "people": ["p1", "p2"], "after": ["a"], "windows": [[0, 140]], "rooms": ["r1", "r2"]},
        {"id": "c", "duration": 6, "features": ["stage"], "booths": 1, "not_with": ["a"], "plenary": True},
        {"id": "d", "duration": 3, "optional": True, "value": 5, "same_room_as": "a"},
        {"id": "e", "duration": 5, "pin": {"start": 110, "room": "r2"}},
    ],
    "clashes": [{"sessions": ["a", "d"], "weight": 2}],
    "max_parallel": 2,
    "previous": [{"session": "a", "start": 4, "room": "r1"}],
    "weights": {"clash": 1, "room_too_large": 1, "moved_start": 10, "moved_room": 5, "late_start": 1, "day_balance": 1},
}  # fmt: skip

MEETINGS: dict[str, Any] = {
    "format": "bridge-meetings/1",
    "slots": [
        {"id": f"s{n}", "block": "am" if n < 3 else "pm", "start": 5 * n, "end": 5 * n + 4} for n in range(5)
    ],
    "tables": [{"id": "t1", "zone": "hall", "open": ["s0", "s1", "s2"]}, {"id": "t2", "zone": "salon", "seats": 2}],
    "people": [
        {"id": "ana", "delegation": "x", "busy": ["s0"], "min": 1, "max": 3},
        {"id": "ben", "absent": ["s4"]}, {"id": "cho", "table": "t2"}, {"id": "dee"},
    ],
    "wishes": [
        {"id": "w1", "people": ["ana", "ben"], "level": "must", "value": 3, "uses": {"i": 1}},
        {"id": "w2", "people": ["ana", "cho"], "level": "want", "value": 1, "block": "pm", "after": ["w1"]},
        {"id": "w3", "people": ["ben", "dee"], "level": "want", "slots": ["s1", "s2"], "zone": "hall"},
        {"id": "w4", "people": ["cho", "dee"], "level": "want", "pin": {"slot": "s3", "table": "t2"}},
    ],
    "resources": [{"id": "i", "capacity": 1, "zones": ["hall"], "taken": {"s0": 1}}],
    "vetoes": [["ana", "dee"]],
    "previous": [{"wish": "w1", "slot": "s1", "table": "t1"}],
    "moves_first": True,
    "fairness": {"term": "idle_run", "max_difference": 5},
    "weights": {"idle_slot": 1, "idle_run": 1, "table_change": 1, "moved": 1},
}  # fmt: skip

PAIRING: dict[str, Any] = {
    "format": "bridge-pairing/1",
    "cities": [
        {
            "id": f"c{n}", "country": f"l{n % 4}", "group": "south" if n % 2 else "north", "region": "r",
            "population": 1000 * n, "languages": ["en", "fr"][: 1 + n % 2], "needs": {"waste": 1 + n % 5, "water": 3},
            "offers": {"waste": 5 - n % 5, "housing": 2}, "facilitates": ["waste"], "engagements": {"min": 1, "max": 2},
        }
        for n in range(6)
    ],
    "facilitators": [{"id": "o1", "facilitates": ["waste", "water"], "max": 1}],
    "ties": [{"cities": ["c0", "c1"], "state": "dormant"}],
    "wishes": [{"from": "c0", "to": "c3", "level": "want"}, {"from": "c2", "to": "c5", "level": "no"}],
    "excluded_country_pairs": [["l0", "l1"]],
    "pins": [["c1", "c2"]],
    "previous": [["c0", "c3"], ["c1", "c2"]],
    "changes_first": False,
    "rules": {"same_country": False, "active_ties": False, "min_pair_value": 1, "min_population": 0},
    "shares": {"south-south": {"min": 0.0, "max": 1.0}},
    "weights": {"need_met": 2, "need_shared": 2, "reciprocity": 2, "language": 2, "replan": 4, "wish": 3, "facilitation": 2},
}  # fmt: skip

PROBLEMS = {"agenda": AGENDA, "meetings": MEETINGS, "pairing": PAIRING}
SOLUTIONS = {
    "agenda": {"format": "bridge-agenda-solution/1", "placements": [], "unplaced": []},
    "meetings": {"format": "bridge-meetings-solution/1", "meetings": [], "unheld": []},
    "pairing": {"format": "bridge-pairing-solution/1", "partnerships": [], "unpaired": []},
}

VALUES: tuple[Any, ...] = (
    None, True, 0, 1, -1, 2**31, 2**31 + 1, -(2**31), 2**63, 10**30, 10**5000, 1.5, 1e308, float("nan"), float("inf"),
    "", "a", "p1", "x" * 10_000, "\x00", "\ud800", "🌍", [], {}, [[]], [1, 2], ["a", "a"], [[0, 2**31]], [[5, 1]],
    {"a": 1}, {"start": -1},
)  # fmt: skip


def _places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if way:
        yield way
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from _places(one, (*way, key))


def changed(problem: dict[str, Any], chance: random.Random) -> bytes:
    """The problem with one to four things in it made otherwise: types, sizes, what refers to what, what is missing."""
    document = copy.deepcopy(problem)
    for _ in range(chance.choice((1, 1, 1, 3))):
        *way, last = chance.choice([*_places(document)])
        parent = document
        for key in way:
            parent = parent[key]
        what = chance.random()
        if what < 0.5:
            # Often of the same type, so that it is the meaning that is wrong and not the form.
            alike = [one for one in VALUES if type(one) is type(parent[last])]
            parent[last] = chance.choice(alike if alike and chance.random() < 0.6 else VALUES)
        elif what < 0.65:
            del parent[last]
        elif what < 0.8 and isinstance(parent, list):
            parent.append(copy.deepcopy(parent[last]))
        elif what < 0.9 and isinstance(parent, dict):
            parent[f"{last}_"] = parent[last]
        else:
            # What stands elsewhere: references to what is not there, circles, people as rooms.
            parent[last] = copy.deepcopy(_at(document, chance.choice([*_places(document)])))
    with _long_numbers():
        text = json.dumps(document).encode()
    return text if chance.random() < 0.85 else _bent(text, chance)


def _at(document: Any, way: tuple[Any, ...]) -> Any:
    for key in way:
        document = document[key]
    return document


def _bent(text: bytes, chance: random.Random) -> bytes:
    """The same as text that is no good JSON, in one of the ways in which files break."""
    at = chance.randrange(len(text))
    return chance.choice(
        (
            text[:at],
            text[:at] + bytes([chance.randrange(256)]) + text[at + 1 :],
            text.decode().encode("utf-16"),
            text + text,
            text.replace(b":", b"=", 1),
            text.replace(b'"', b"'"),
            b"\xef\xbb\xbf" * 2 + text,
            text[:at] + b"//" + text[at:],
        )
    )


def surely_wrong(kind: str) -> dict[str, bytes]:
    """Files of which each must be refused, by name."""
    head = b'{"format": "bridge-%s/1", ' % kind.encode()
    lists = {"agenda": b"sessions", "meetings": b"wishes", "pairing": b"cities"}[kind]
    first = {"agenda": b"duration", "meetings": b"value", "pairing": b"population"}[kind]
    good = json.dumps(PROBLEMS[kind]).encode()
    return {
        "nothing": b"",
        "no JSON": b"\x89PNG\r\n\x1a\n" + bytes(1000),
        "cut": good[:-2],
        "invalid UTF-8": good.replace(b'"id": "', b'"id": "\xff\xfe', 1),
        "UTF-16": good.decode().encode("utf-16"),
        "lone surrogate": good.replace(b'"id": "', b'"id": "\\ud800', 1),
        "NaN": head + b'"' + lists + b'": [{"id": "a", "' + first + b'": NaN}]}',
        "infinity": head + b'"' + lists + b'": [{"id": "a", "' + first + b'": 1e999}]}',
        "a number of a million digits": head
        + b'"'
        + lists
        + b'": [{"id": "a", "'
        + first
        + b'": '
        + b"9" * 1_000_000
        + b"}]}",
        "nested": b"[" * 5_000_000,
        "nested objects": b'{"a":' * 1_000_000,
        "nested inside": head + b'"' + lists + b'": ' + b"[" * 200 + b"]" * 200 + b"}",
        "a key twice": good.replace(b'"format"', b'"weights": {}, "format"', 1),
        "a key a hundred thousand times": head + b'"weights": {' + b",".join([b'"a": 1'] * 100_000) + b"}}",
        "a hundred thousand keys twice": head
        + b'"weights": {'
        + b",".join(b'"k%d": 1, "k%d": 1' % (n, n) for n in range(50_000))
        + b"}}",
        "an unknown field": good.replace(b'"format"', b'"colour": 1, "format"', 1),
        "a hundred thousand wrong items": head + b'"' + lists + b'": [' + b"1," * 100_000 + b"1]}",
        "another format": good.replace(b"/1", b"/99", 1),
        "100 MB": head + b'"' + lists + b'": [' + b" " * 100 * 2**20 + b"]}",
        "60 MB in one name": head + b'"' + lists + b'": [{"id": "' + b"x" * 60 * 2**20 + b'"}]}',
    }


@contextmanager
def _long_numbers() -> Iterator[None]:
    """Let whole numbers of any length be written while a file is made."""
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        yield
    finally:
        sys.set_int_max_str_digits(before)
