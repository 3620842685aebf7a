"""What goes by itself: wishes that nobody answered end, and a freed time passes on to the next who waits."""

import structlog

from app.events.models import Event
from app.meetings.notices import tell_of_offer
from app.meetings.queries import events_to_sweep
from app.meetings.service import expire_wishes, pass_on
from app.platform.actor import Actor
from app.platform.clock import Clock
from app.platform.database.engine import Database
from app.platform.rounds import keep_going

ROUND_SECONDS = 30.0

log = structlog.get_logger("bridge.meetings")


def sweep(database: Database, clock: Clock, *, base_url: str) -> int:
    """End what has ended; how many wishes ended and freed times went on."""
    now, actor, done = clock.now(), Actor.system("meetings"), 0
    with database.reading() as session:
        waiting = events_to_sweep(session, now)
    for event_id in sorted(waiting):
        with database.writing() as session:
            event = session.get_one(Event, event_id)
            done += expire_wishes(session, event=event, actor=actor, now=now)
            for made in pass_on(session, event=event, actor=actor, now=now):
                tell_of_offer(session, event=event, offered=made, base_url=base_url, now=now)
                done += 1
    return done


async def keep_answers(database: Database, clock: Clock, base_url: str) -> None:
    """Sweep every half minute until cancelled."""

    def work() -> None:
        if done := sweep(database, clock, base_url=base_url):
            log.info("wishes ended or passed on", count=done)

    await keep_going(
        work, every_seconds=ROUND_SECONDS, log=log, broke_off="a round of ending wishes broke off", alone_on=database
    )
