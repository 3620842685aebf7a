"""PyPI's ``conference-scheduler`` on one problem: run by its own interpreter, JSON in, JSON out, seconds in process.

Its world is events and fixed slots; ``test_peers`` says how an agenda is told in these.
"""

import json
import sys
import time
from datetime import datetime, timedelta


def main() -> None:
    import pulp
    from conference_scheduler import scheduler
    from conference_scheduler.resources import Event, Slot

    document = json.load(sys.stdin)
    midnight = datetime(2026, 1, 1)
    slots = [
        Slot(
            venue=one["room"],
            starts_at=midnight + timedelta(minutes=one["start"]),
            duration=one["duration"],
            capacity=one["capacity"],
            session=str(one["start"]),
        )
        for one in document["slots"]
    ]
    events = [Event(name=one["id"], duration=one["duration"], demand=one["demand"]) for one in document["events"]]
    for event, one in zip(events, document["events"], strict=True):
        event.add_unavailability(*[slots[index] for index in one["blocked"]])
        event.add_unavailability(*[events[index] for index in one["apart"]])
    began = time.monotonic()
    try:
        limit = document["seconds"]
        found = scheduler.solution(events, slots, solver=pulp.PULP_CBC_CMD(msg=False, timeLimit=limit, threads=2))
    except ValueError as told:
        found, failure = None, str(told)
    else:
        failure = None
    places = None if found is None else [[int(event), int(slot)] for event, slot in found]
    print(json.dumps({"seconds": time.monotonic() - began, "places": places, "failure": failure}))


if __name__ == "__main__":
    main()
