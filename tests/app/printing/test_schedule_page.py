"""DEL-4: a delegation's schedule by day and by member; what is over is folded."""

import dataclasses
import re
from datetime import datetime, timedelta
from typing import Any

from app.printing.queries import itinerary_of_delegation
from app.printing.tracks import tracks_of


def _days(page: str) -> list[tuple[str, bool, int]]:
    """Each day of the page: its date, whether it is open, and its rows."""
    found = re.findall(r'<details class="day-fold" id="day-([\d-]+)"( open)?>(.*?)</details>', page, flags=re.DOTALL)
    return [(on, bool(opened), body.count("<tr id=")) for on, opened, body in found]


def test_one_member_alone_has_the_rows_of_theirs(client: Any, demonstration: Any, sign_in: Any) -> None:
    with client.app.state.database.reading() as session:
        event, numbers = demonstration(session)
        itinerary = itinerary_of_delegation(session, event, numbers["tehran"])
    address = f"/e/{event.slug}/delegations/{numbers['tehran']}/schedule"
    sign_in("focal_point", event_id=event.id, delegation_id=numbers["tehran"])
    whole = client.get(address).text
    assert [count for _on, _opened, count in _days(whole)] == [len(day.items) for day in itinerary.days]
    seen = 0
    for one in itinerary.travellers:
        page = client.get(f"{address}?member={one.delegate_id}").text
        rows = set(re.findall(r'<tr id="([^"]+)"', page))
        assert rows == {item.uid.replace("@", "-") for item in itinerary.items if one.delegate_id in item.goes}
        seen += len(rows)
    assert seen >= len(itinerary.items) > 3
    assert client.get(f"{address}?member=999999").status_code == 404
    assert client.get(f"{address}?member=x").status_code == 404


def test_days_that_are_over_are_folded(client: Any, demonstration: Any, sign_in: Any, clock: Any) -> None:
    with client.app.state.database.reading() as session:
        event, numbers = demonstration(session)
        days = [day.on for day in itinerary_of_delegation(session, event, numbers["tehran"]).days]
    address = f"/e/{event.slug}/delegations/{numbers['tehran']}/schedule"
    assert len(days) > 1
    for today, unfolded in ((days[0], days), (days[-1], days[-1:]), (days[-1] + timedelta(9), days)):
        clock.set(datetime.combine(today, clock.now().timetz()))
        sign_in("organiser", event_id=event.id)
        opened = [on for on, is_open, _count in _days(client.get(address).text) if is_open]
        assert opened == [one.isoformat() for one in unfolded]


def test_the_picture_has_a_line_a_member(client: Any, demonstration: Any) -> None:
    with client.app.state.database.reading() as session:
        event, numbers = demonstration(session)
        itinerary = itinerary_of_delegation(session, event, numbers["tehran"])
    picture = tracks_of(event, itinerary)
    assert picture is not None
    assert len(picture.lines) == len(itinerary.travellers) * len(itinerary.days)
    alone = dataclasses.replace(itinerary, travellers=itinerary.travellers[:1])
    assert tracks_of(event, alone) is None
