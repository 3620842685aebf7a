"""Things that cannot be, added to an event that can: a survey of what organisers ask for too much of.

Each kind takes some sessions, frees them of all that they ask for, and asks for what does not go together. Nothing else
of the event is against that, so that what blocks, and what is the cheapest mend, is known beforehand.
"""

import copy
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from tests.benchmarks.agenda_events import DAY, LENGTH, LUNCH, Document

Kind = Callable[[Document], None]

MORNING, FULL_DAY = [0, LUNCH[0]], [0, LENGTH]
GRAINS_A_DAY = LENGTH - LUNCH[1] + LUNCH[0]
ASKED = (
    "people",
    "audience",
    "layout",
    "features",
    "booths",
    "rooms",
    "windows",
    "after",
    "not_with",
    "same_room_as",
    "uses",
)


def with_a_contradiction(document: Document, kind: str) -> Document:
    """The event with something that cannot be, a kind of ``CONTRADICTIONS`` or several joined by a plus sign."""
    changed = copy.deepcopy(document)
    for one in kind.split(" + "):
        CONTRADICTIONS[one](changed)
    return changed


def _freed(document: Document, chosen: list[Document], **asked: Any) -> list[Document]:
    """Let sessions ask for nothing but this, and no other session refer to them."""
    names = {one["id"] for one in chosen}
    for session in document["sessions"]:
        for field in ASKED if session["id"] in names else ():
            session.pop(field, None)
        for field in ("after", "not_with"):
            session[field] = [other for other in session.get(field, []) if other not in names]
        if session.get("same_room_as") in names:
            del session["same_room_as"]
        if session["id"] in names:
            session.update(copy.deepcopy(asked))
    return chosen


def _of_length(document: Document, duration: int, count: int) -> list[Document]:
    return [one for one in document["sessions"] if one["duration"] == duration][:count]


def _longer_than(document: Document, grains: int, *, pause: int = 0) -> list[Document]:
    """Sessions that take more than so many grains together, with a pause after each, as they come."""
    found, taken = [], 0
    for session in document["sessions"]:
        if taken > grains:
            break
        found.append(session)
        taken += session["duration"] + pause
    assert taken > grains
    return found


def _somebody(document: Document, name: str, **facts: Any) -> str:
    document["people"].append({"id": name, **facts})
    return name


def _hours(document: Document) -> int:
    return GRAINS_A_DAY * len(document["days"])


def one_morning(document: Document) -> None:
    chosen = _freed(document, document["sessions"][5:7], people=["p0"])
    for session in chosen:
        session["windows"] = [[0, session["duration"] + 3]]


def large_room(document: Document) -> None:
    largest = max(room["capacity"] for room in document["rooms"])
    hours = _hours(document)
    for session in sorted(document["sessions"], key=lambda one: -one["duration"]):
        if hours < 0:
            break
        session.update(audience=largest, same_room_as=None, layout=None, features=[], booths=0)
        hours -= session["duration"]


def little_time_for_one(document: Document) -> None:
    session = document["sessions"][3]
    _freed(document, [session], people=[_somebody(document, "guest", available=[[0, session["duration"] - 1]])])


def days_lost(document: Document) -> None:
    """More sessions for somebody than go into the one day that is left."""
    person = _somebody(document, "ill", available=[FULL_DAY])
    _freed(document, _longer_than(document, GRAINS_A_DAY), people=[person])


def vip_mornings(document: Document) -> None:
    """One session more than go into somebody's mornings, two into each; adding up does not show it."""
    days = len(document["days"])
    person = _somebody(document, "vip", available=[[DAY * day, DAY * day + LUNCH[0]] for day in range(days)])
    _freed(document, _of_length(document, 18, 2 * days + 1), people=[person])


def room_too_small(document: Document) -> None:
    _freed(document, document["sessions"][8:9], audience=600)


def layout_elsewhere(document: Document) -> None:
    rooms = [room["id"] for room in document["rooms"] if "round" not in room["layouts"]]
    _freed(document, document["sessions"][8:9], layout="round", rooms=rooms)


def room_closed(document: Document) -> None:
    """The one large room is closed but for the first day, for which there is too much."""
    document["rooms"][0]["open"] = [FULL_DAY]
    for session in document["sessions"]:
        session["audience"] = min(session["audience"], 200)
    _freed(document, _longer_than(document, GRAINS_A_DAY), audience=400)


def _short_of_interpreters(document: Document, users: list[Document]) -> None:
    for session in users:
        session["uses"] = {"interpreters": 1}
    units = sum(one["duration"] for one in document["sessions"] if one.get("uses"))
    document["resources"][0]["capacity"] = (units - 1) // _hours(document)


def interpreters_for_half(document: Document) -> None:
    _short_of_interpreters(document, document["sessions"][::2])


def interpreters_for_all(document: Document) -> None:
    _short_of_interpreters(document, document["sessions"])


def interpreters_elsewhere(document: Document) -> None:
    capacity = document["resources"][0]["capacity"]
    document["resources"][0]["taken"] = [[0, LENGTH, capacity]]
    _freed(document, document["sessions"][4:5], uses={"interpreters": 1}, windows=[FULL_DAY])


def booths(document: Document) -> None:
    """More sessions with six booths than the rooms that have them have time."""
    rooms = document["rooms"][: len(document["rooms"]) // 3]
    for room in document["rooms"]:
        room.update({"booths": 6, "turnover": 0} if room in rooms else {"booths": 2})
    for session in document["sessions"]:
        session["booths"] = min(session.get("booths", 0), 2)
    _freed(document, _longer_than(document, len(rooms) * _hours(document)), booths=6)


def stage_for_a_day(document: Document) -> None:
    """More sessions on a stage on the first day than the rooms that have one have time, tidying up included."""
    document["rooms"][1]["features"] = ["stage"]
    rooms = [room for room in document["rooms"] if "stage" in room["features"]]
    for room in rooms:
        room["turnover"] = 2
    chosen = _longer_than(document, len(rooms) * (GRAINS_A_DAY + 2 * 2), pause=2)
    _freed(document, chosen, features=["stage"], windows=[FULL_DAY])


def at_one_time(document: Document) -> None:
    """One session more in the same hour and a half than there are rooms for them."""
    rooms = [room["id"] for room in document["rooms"][: len(document["rooms"]) // 3]]
    _freed(document, _of_length(document, 12, len(rooms) + 1), rooms=rooms, windows=[[0, 18]])


def max_parallel(document: Document) -> None:
    grains = sum(one["duration"] for one in document["sessions"])
    document["max_parallel"] = (grains - 1) // _hours(document)


def plenary(document: Document) -> None:
    """Something else at the time of a plenary."""
    one, other = _freed(document, document["sessions"][10:12])
    one.update(plenary=True, windows=[[0, one["duration"] + 3]])
    other["windows"] = [[0, other["duration"] + 3]]


def pin_and_hours(document: Document) -> None:
    person = _somebody(document, "late", available=[[LUNCH[1], LENGTH]])
    _freed(document, document["sessions"][6:7], people=[person], pin={"start": 0, "room": None})


def two_pins(document: Document) -> None:
    _freed(document, document["sessions"][14:16], pin={"start": 6, "room": "room-1"})


def long_chain(document: Document) -> None:
    """One after the other for longer than all days."""
    chain = _freed(document, _longer_than(document, _hours(document)))
    for before, session in pairwise(chain):
        session["after"] = [before["id"]]


def chain_in_a_morning(document: Document) -> None:
    chain = _freed(document, _longer_than(document, LUNCH[0]), windows=[MORNING])
    for before, session in pairwise(chain):
        session["after"] = [before["id"]]


def not_together(document: Document) -> None:
    """Sessions of which no two may overlap, for a morning that is too short."""
    apart = _freed(document, _longer_than(document, LUNCH[0]), windows=[MORNING])
    for index, session in enumerate(apart):
        session["not_with"] = [other["id"] for other in apart[:index]]


def same_room(document: Document) -> None:
    together = _freed(document, _longer_than(document, LUNCH[0]), windows=[MORNING])
    for before, session in pairwise(together):
        session["same_room_as"] = before["id"]


def too_far_to_walk(document: Document) -> None:
    """Two rooms, a walk of two grains apart, and one grain for it."""
    for name, site in (("here", "C"), ("there", "M")):
        document["rooms"].append({"id": name, "capacity": 50, "layouts": ["theatre"], "site": site})
    person = _somebody(document, "walker")
    one, other = _freed(document, document["sessions"][16:18], people=[person])
    one.update(rooms=["here"], windows=[[0, one["duration"]]])
    other.update(rooms=["there"], windows=[[0, one["duration"] + 1 + other["duration"]]])


CONTRADICTIONS: dict[str, Kind] = {
    "one morning": one_morning,
    "large room": large_room,
    "little time for one": little_time_for_one,
    "days lost": days_lost,
    "VIP mornings": vip_mornings,
    "room too small": room_too_small,
    "layout elsewhere": layout_elsewhere,
    "room closed": room_closed,
    "interpreters for half": interpreters_for_half,
    "interpreters for all": interpreters_for_all,
    "interpreters elsewhere": interpreters_elsewhere,
    "booths": booths,
    "stage for a day": stage_for_a_day,
    "at one time": at_one_time,
    "max_parallel": max_parallel,
    "plenary": plenary,
    "pin and hours": pin_and_hours,
    "two pins": two_pins,
    "long chain": long_chain,
    "chain in a morning": chain_in_a_morning,
    "not together": not_together,
    "same room": same_room,
    "too far to walk": too_far_to_walk,
}

SEVERAL = (
    "two pins + room too small",
    "days lost + plenary",
    "two pins + room too small + little time for one",
    "stage for a day + two pins",
)
"""Contradictions that have nothing to do with each other, at once."""
