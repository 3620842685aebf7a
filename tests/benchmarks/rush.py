"""F-BIG a moment before the answers come in: released, its meetings still to be held, and a link for each of many wishes.

Run as a program it makes such a database: ``python -m tests.benchmarks.rush URL FOLDER ADDRESS`` writes ``load.tsv`` into
the folder: what visitors, delegates and organisers read, and what those who were asked answer; and ``first.tsv``, links
that are answered before.
"""

import random
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.enums import Role
from app.accounts.service.browsers import open_session
from app.accounts.service.roles import ensure_account, grant_role
from app.delegations.models import Delegate
from app.demo.load import load_fixture
from app.demo.planning import plan_event
from app.events.models import Event
from app.meetings.enums import Answer
from app.meetings.models import Meeting, MeetingWish, WishPerson
from app.meetings.places import read_hall
from app.meetings.service.holding import forget
from app.platform import audit
from app.platform.actor import Actor
from app.platform.database.engine import Database
from app.platform.database.migrating import migrate
from app.platform.settings import Settings
from app.platform.tokens import digest, new_token

SECRET = "a key for benches"
VISITORS, DELEGATES, ORGANISERS = 30, 18, 2
"""Who the fifty are: each of them reads one of the pages of their role."""
PAGES = {
    Role.PUBLIC: ("", "/agenda", "/agenda/session-01", "/agenda/session-02", "/cities"),
    Role.DELEGATE: ("/my", "/my/meetings", "/my/people"),
    Role.ORGANISER: ("/manage", "/manage/people", "/manage/agenda", "/manage/meetings"),
}
FIRST = 20
"""Bookings before the clients come."""
LEFT_AT_A_TABLE = 1
"""Tables of each slot that nobody asks for, so that whoever is quicker takes nobody's last place."""


def make_rush(url: str, folder: Path, address: str) -> None:
    """A planned F-BIG in an empty database, without its meetings; ``load.tsv`` and ``slug`` in the folder."""
    settings = Settings(database_url=url, secret=SECRET, var=folder, base_url=address)
    audit.use_key(settings.key())
    migrate(url)
    database, now = Database(url), datetime.now(UTC)
    with database.writing() as session:
        slug = load_fixture(session, name="F-BIG", seed=1, now=now).slug
    plan_event(database, settings, slug=slug, seconds=10, now=now)
    with database.writing() as session:
        event = session.scalars(select(Event).where(Event.slug == slug)).one()
        held = list(session.scalars(select(Meeting).where(Meeting.event_id == event.id)))
        forget(session, held)
        for meeting in held:
            session.delete(meeting)
        # Nobody is refused for having enough meetings: that is another measure.
        session.execute(update(Delegate).where(Delegate.event_id == event.id).values(meetings_max=None))
        session.flush()
        links = [f"/m/{one}" for one in _links(session, event, now)]
        lines = [
            *_reads(session, event, now),
            *(f"write\t{one}\tanswer=accepted" for one in links[FIRST:]),
        ]
    database.close()
    (folder / "first.tsv").write_text("\n".join(links[:FIRST]) + "\n")
    (folder / "load.tsv").write_text("\n".join(lines) + "\n")
    (folder / "slug").write_text(slug)


def _reads(session: Session, event: Event, now: datetime) -> Iterator[str]:
    actor = Actor.system("bench")
    people = list(
        session.scalars(
            select(Delegate)
            .where(Delegate.event_id == event.id, Delegate.takes_meetings)
            .order_by(Delegate.id)
            .limit(DELEGATES)
        )
    )
    users: list[tuple[Role, Any]] = [(Role.PUBLIC, None)] * VISITORS
    users += [(Role.DELEGATE, one) for one in people] + [(Role.ORGANISER, None)] * ORGANISERS
    for number, (role, delegate) in enumerate(users):
        cookie = ""
        if role is not Role.PUBLIC:
            account = ensure_account(
                session, email=f"user-{number}@bench.example", display_name="User", actor=actor, now=now
            )
            grant = grant_role(
                session, account_id=account.id, role=role, event_id=event.id,
                delegation_id=delegate and delegate.delegation_id, delegate_id=delegate and delegate.id,
                actor=actor, now=now,
            )  # fmt: skip
            opened = open_session(
                session, account_id=account.id, grant_id=grant.id, device="bench", replaces=None, now=now
            )
            assert opened is not None
            cookie = f"bridge={opened.token}"
        # Each user is asked for as often as any other, whatever the number of their pages.
        for _turn in range(60 // len(PAGES[role])):
            yield from (f"read\t/e/{event.slug}{page}\t{cookie}" for page in PAGES[role])


def _links(session: Session, event: Event, now: datetime) -> list[str]:
    """Pending wishes with a time that suits both, none of whom is asked twice for one time."""
    delegates = list(
        session.scalars(
            select(Delegate).where(Delegate.event_id == event.id, Delegate.takes_meetings, Delegate.is_active)
        )
    )
    wished = {
        frozenset((one, other))
        for one, other in session.execute(select(MeetingWish.from_delegate_id, MeetingWish.to_delegate_id))
    }
    hall = read_hall(session, event, [one.id for one in delegates])
    most = len(hall.seating.seats) - LEFT_AT_A_TABLE
    asked: dict[int, int] = defaultdict(int)
    tokens, wishes = [], []
    for slot in hall.slots:
        free = [one for one in delegates if all(hall.is_free(one.id, slot, site) for site in hall.sites)]
        free.sort(key=lambda one: (asked[one.id], one.id))
        at_slot = 0
        while len(free) > 1 and at_slot < most:
            one = free.pop(0)
            partner = next(
                (
                    two
                    for two in free
                    if two.delegation_id != one.delegation_id and frozenset((one.id, two.id)) not in wished
                ),
                None,
            )
            if partner is None:
                continue
            free.remove(partner)
            wished.add(frozenset((one.id, partner.id)))
            for person in (one, partner):
                asked[person.id] += 1
            at_slot += 1
            token = new_token()
            tokens.append(token)
            wishes.append(_wish(event, slot.id, (one.id, partner.id), token, now))
    session.add_all(wishes)
    session.flush()
    # Nobody answers in the order of the slots.
    random.Random(13).shuffle(tokens)
    return tokens


def _wish(event: Event, slot_id: int, pair: tuple[int, int], token: str, now: datetime) -> MeetingWish:
    return MeetingWish(
        event_id=event.id,
        from_delegate_id=pair[0],
        to_delegate_id=pair[1],
        slot_id=slot_id,
        answer=Answer.PENDING,
        wished_at=now,
        expires_at=now + timedelta(hours=72),
        token_digest=digest(token),
        people=[WishPerson(delegate_id=person) for person in pair],
    )


if __name__ == "__main__":
    make_rush(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
