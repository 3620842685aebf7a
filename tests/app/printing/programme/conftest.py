"""A released agenda with a pair that is not public, rooms, people who agree to be named and one who does not."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest


@pytest.fixture
def agenda(client: Any, cast: Any, placed: Any, actor: Any, now: Any) -> Callable[..., Any]:
    """Released once; ``agenda(move=…)`` moves the second session by minutes and releases again."""
    from sqlalchemy import select

    from app.agenda.models import AgendaSession, DraftPlacement
    from app.agenda.service import release
    from app.delegations.consents import CONSENTS
    from app.delegations.models import Delegate
    from app.events.models import Event
    from app.pairing.enums import Modality, PartnershipState
    from app.pairing.models import Partnership

    database = client.app.state.database
    with database.writing() as session:
        named = session.get_one(Delegate, cast.people[0])
        named.consents, named.approved_at = dict.fromkeys(CONSENTS, True), now
        placed(session, "Opening, with “quotes” & <marks>", (cast.people[0], cast.people[1]), 0)
        workshop = placed(session, "=SUM of waste", (cast.people[2],), 75, room="room-b")
        workshop.titles, workshop.languages = {"fr": "La somme"}, ["en", "fr"]
        pair = Partnership(
            event_id=cast.event.id, state=PartnershipState.ASKED, modality=Modality.SOUTH_SOUTH, modality_rule="",
            classification={}, value=1, proposed_at=now,
        )  # fmt: skip
        session.add(pair)
        session.flush()
        case = placed(session, "Secret city with hidden city", (cast.people[3],), 150)
        case.partnership_id, case.slug = pair.id, "secret-with-hidden"
        session.flush()
        event = session.get_one(Event, cast.event.id)
        release(session, event=event, name="One", note=None, actor=actor, now=now)

    def again(*, move: int = 0, drop: str = "", at: Any = now) -> None:
        with database.writing() as session:
            event = session.get_one(Event, cast.event.id)
            for item in session.scalars(select(AgendaSession).order_by(AgendaSession.id)):
                placement = session.scalar(select(DraftPlacement).where(DraftPlacement.session_id == item.id))
                if item.title == drop:
                    item.is_cancelled = True
                    session.delete(placement)
                elif item.title.startswith("=SUM"):
                    placement.starts_at += timedelta(minutes=move)
            session.flush()
            release(session, event=event, name="Again", note=None, actor=actor, now=at)

    return again
