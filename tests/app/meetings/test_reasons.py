"""Why a wish has no meeting: every reason of the scheduler is said in words with the names of its people."""

from typing import Any

import pytest

from app.meetings.models import MeetingWish
from app.meetings.reasons import people_in, reason_words
from scheduler.meetings import reasons as scheduler_reasons


@pytest.mark.parametrize("rule", sorted(scheduler_reasons._SAID))
def test_each_reason_of_the_scheduler_has_words(rule: str) -> None:
    given = f"{rule}: {scheduler_reasons._SAID[rule].format('p31')}"
    said = reason_words(given, {31: "Li Wei"})
    assert rule not in said
    assert "p31" not in said
    assert ("Li Wei" in said) == ("p31" in given and rule != "order_kept")


def test_two_who_do_not_want_to_meet_are_both_named() -> None:
    given = "no_veto: p1 and p2 do not want to meet"
    assert people_in(given) == {1, 2}
    assert reason_words(given, {1: "A", 2: "B"}) == "A, B do not want to meet"


def test_what_somebody_typed_stays_as_it_is() -> None:
    typed = "ill: p31 stays at home"
    assert people_in(typed) == frozenset()
    assert reason_words(typed, {}) == typed
    assert reason_words(None, {}) == "not planned yet"


def test_the_desk_names_rule_and_person(client: Any, cast: Any, sign_in: Any, accepted: Any) -> None:
    with client.app.state.database.writing() as session:
        wish = session.get_one(MeetingWish, accepted(session, cast.heads[0], cast.heads[1]).id)
        wish.unheld_reason = f"person_in_one_meeting: p{cast.heads[1]} has no slot left"
    sign_in("organiser", event_id=cast.event.id)
    page = client.get(f"/e/{cast.event.slug}/manage/meetings").text
    assert "One meeting at a time: Mayor of Shenzhen has no slot left" in page
    assert "person_in_one_meeting" not in page
