"""The desk's grid with something in hand: only legal cells take it, with or without script."""

import re
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.events.models import MeetingSlot, MeetingTable
from app.meetings.models import Meeting
from app.meetings.service import hold_meeting


def _spots(page: str) -> set[tuple[int, int]]:
    return {(int(slot), int(table)) for slot, table in re.findall(r'name="place" value="(\d+)-(\d+)"', page)}


def test_a_meeting_is_taken_up_and_put_down_on_the_grid(
    client: Any, cast: Any, sign_in: Any, accepted: Any, actor: Any, now: datetime
) -> None:
    sign_in("organiser", event_id=cast.event.id)
    desk = f"/e/{cast.event.slug}/manage/meetings"
    with client.app.state.database.writing() as session:
        slots = list(session.scalars(select(MeetingSlot).order_by(MeetingSlot.starts_at)))
        tables = list(session.scalars(select(MeetingTable).order_by(MeetingTable.number)))
        wishes = [accepted(session, cast.heads[0], other) for other in (cast.heads[1], cast.heads[2], cast.heads[3])]
        one, other = (
            hold_meeting(session, event=cast.event, wish=wish, slot=slot, table=tables[0], actor=actor, now=now)
            for wish, slot in zip(wishes[:2], slots, strict=False)
        )
        held, version, third = one.id, one.version, wishes[2].id
        slot_ids, table_ids, taken = [slot.id for slot in slots], [table.id for table in tables], other.slot_id
    assert _spots(client.get(desk).text) == set(), "nothing is in hand"
    page = client.get(f"{desk}?hold=m{held}").text
    free = {(slot, table) for slot in slot_ids for table in table_ids if slot != taken}
    assert _spots(page) == free - {(slot_ids[0], table_ids[0])}, "not where one of them is, nor where it stands"
    sent = {"place": f"{slot_ids[4]}-{table_ids[1]}", "version": str(version), "back": "desk"}
    answer = client.post(f"{desk}/{held}/move", data=sent)
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{desk}?day=2019-09-03#at-{slot_ids[4]}-{table_ids[1]}"
    assert client.post(f"{desk}/{held}/move", data=sent).status_code == 409, "it changed meanwhile"
    page = client.get(f"{desk}?hold=w{third}").text
    assert _spots(page) == {
        (slot, table) for slot in slot_ids for table in table_ids if slot not in (taken, slot_ids[4])
    }
    answer = client.post(
        f"{desk}/wishes/{third}/place", data={"place": f"{slot_ids[5]}-{table_ids[2]}", "back": "desk"}
    )
    assert answer.status_code == 303
    with client.app.state.database.reading() as session:
        places = {(one.wish_id, one.slot_id, one.table_id) for one in session.scalars(select(Meeting))}
    assert (third, slot_ids[5], table_ids[2]) in places and len(places) == 3
    for gone in (f"w{third}", "m999", "w999", "x1", "m"):
        assert _spots(client.get(f"{desk}?hold={gone}").text) == set(), "it has a meeting by now, or is none"
