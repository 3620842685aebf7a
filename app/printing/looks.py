"""What changed in a day since somebody last looked at it: the rows of now beside those they saw, as on a new sheet."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delegations.models import Delegate
from app.events.models import Event
from app.platform import i18n
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.i18n import gettext as _
from app.platform.rendering import venue_time
from app.printing.comparing import Row, is_other
from app.printing.comparing import rows_of as comparable
from app.printing.itinerary import Itinerary
from app.printing.models import DayLook
from app.printing.sheets import digest_of, rows_of, was_words


@dataclass(frozen=True, kw_only=True)
class Change:
    """A row that is new, gone or says something else; ``word`` says which, ``on`` and ``start`` where it stands."""

    uid: str
    on: date
    start: str
    title: str
    word: str
    is_gone: bool


@dataclass(frozen=True, kw_only=True)
class Look:
    """The rows of a day as they are now, and what in them changed since the last look; past ones are left out."""

    rows: Mapping[str, Row]
    changes: tuple[Change, ...]
    is_first: bool

    @property
    def stamp(self) -> str:
        """What the reader has before them, so that no more than that counts as seen."""
        return digest_of(self.rows)


def look_at(
    session: Session, event: Event, itinerary: Itinerary, *, account_id: int, delegate_id: int, now: datetime
) -> Look:
    """A reader's look at a day, in the language that is spoken; at the first one nothing has changed."""
    rows = rows_of(event, itinerary)
    kept = session.get(DayLook, (account_id, delegate_id))
    if kept is None:
        return Look(rows=rows, changes=(), is_first=True)
    locale = i18n.current_locale()
    before = comparable({"head": {"lang": kept.locale}, "rows": kept.rows}, locale=locale)
    moment = f"{venue_time(now, event.timezone):%Y-%m-%d %H:%M}"
    changes = [one for one in _changes(before, rows) if one[0] > moment]
    told = sorted((change for _ends, change in changes), key=lambda one: (one.on, one.start, one.uid))
    return Look(rows=rows, changes=tuple(told), is_first=False)


def keep_first_look(
    log: Session, look: Look, *, event: Event, account_id: int, delegate_id: int, now: datetime
) -> None:
    """Keep what was seen at a first look, behind a lock: of two at once the earlier one counts."""
    log.execute(select(Delegate.id).where(Delegate.id == delegate_id).with_for_update()).all()
    if log.get(DayLook, (account_id, delegate_id)) is not None:
        return
    log.add(
        DayLook(
            account_id=account_id,
            delegate_id=delegate_id,
            event_id=event.id,
            locale=i18n.current_locale(),
            rows=dict(look.rows),
            seen_at=now,
        )
    )
    log.flush()


def close_changes(
    session: Session, look: Look, *, account_id: int, delegate_id: int, stamp: str, actor: Actor, now: datetime
) -> bool:
    """Count the changes as seen; False, and nothing is kept, where the day is another by now than the reader saw."""
    kept = session.get(DayLook, (account_id, delegate_id))
    if kept is None or stamp != look.stamp:
        return False
    before, kept.seen_at, kept.locale, kept.rows = kept.seen_at, now, i18n.current_locale(), dict(look.rows)
    session.flush()
    record(
        session,
        actor=actor,
        now=now,
        event_id=kept.event_id,
        action="day.changes_seen",
        entity="delegate",
        entity_id=delegate_id,
        changes={"seen_at": (before, now)},
    )
    return True


def _changes(before: Mapping[str, Row], now: Mapping[str, Row]) -> Iterator[tuple[str, Change]]:
    """Each change with the moment at which its row ends, at the venue."""
    for uid, row in now.items():
        was = before.get(uid)
        if was is None or is_other(was, row):
            yield _change(uid, row, word=was_words(was, row) or _("changed"), is_gone=False)
    for uid, row in before.items():
        if uid not in now:
            word = _("cancelled") if uid.startswith("meeting-") else _("no longer planned")
            yield _change(uid, row, word=word, is_gone=True)


def _change(uid: str, row: Mapping[str, Any], *, word: str, is_gone: bool) -> tuple[str, Change]:
    change = Change(
        uid=uid, on=date.fromisoformat(row["day"]), start=row["start"], title=row["title"], word=word, is_gone=is_gone
    )
    return f"{row['day']} {row['end']}", change
