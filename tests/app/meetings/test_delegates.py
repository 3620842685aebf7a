"""What a delegate does: asks, answers from the mail, proposes another time, within what is fair."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.claims.models import Claim
from app.delegations.enums import HelixRole
from app.delegations.models import Delegate, Delegation, Organisation
from app.events.models import MeetingSlot, MeetingTable, TableClosing
from app.meetings.enums import Answer, MeetingMode
from app.meetings.models import Meeting, MeetingWish
from app.meetings.queries import meeting_in_event
from app.meetings.service import cancel, expire_wishes, hold_meeting


@pytest.fixture
def business(database: Any, cast: Any) -> tuple[int, int]:
    """Two delegates of two businesses."""
    with database.writing() as session:
        people = []
        for name in ("Battery maker", "Bus builder"):
            party = Organisation(
                event_id=cast.event.id, slug=name, name=name, helix_role=HelixRole.BUSINESS, languages=["en"]
            )
            session.add(party)
            session.flush()
            group = Delegation(event_id=cast.event.id, party_id=party.id, code=name, name=name, locale="en")
            session.add(group)
            session.flush()
            one = Delegate(
                event_id=cast.event.id, delegation_id=group.id, family_name=name, badge_name=name, email=f"x@{name[:3]}.example",
            )  # fmt: skip
            session.add(one)
            session.flush()
            people.append(one.id)
        return people[0], people[1]


def _slots(client: Any) -> list[int]:
    with client.app.state.database.reading() as session:
        return list(session.scalars(select(MeetingSlot.id).order_by(MeetingSlot.starts_at)))


def _all(client: Any, model: Any) -> list[Any]:
    with client.app.state.database.reading() as session:
        return list(session.scalars(select(model).order_by(model.id)))


@pytest.mark.parametrize("kind", ["business-business", "city-business", "city-city"])
def test_mtg_01_from_the_list_to_a_sent_wish_in_four_actions(
    client: Any, cast: Any, business: Any, as_delegate: Any, kind: str
) -> None:
    """MTG-01: list, person, time, send; the times are those at which both are free, and no other is taken."""
    own, other = {
        "business-business": business,
        "city-business": (cast.heads[0], business[0]),
        "city-city": cast.heads[:2],
    }[kind]
    as_delegate(other)
    slots = _slots(client)
    with client.app.state.database.writing() as session:
        first = session.get_one(MeetingSlot, slots[0])
        session.get_one(Delegate, other).arrives_at = first.starts_at + timedelta(minutes=1)
        session.get_one(Delegate, own).departs_at = session.get_one(MeetingSlot, slots[4]).ends_at
    as_delegate(own)
    listed = client.get(f"/e/{cast.event.slug}/my/people")  # 1
    address = f"/e/{cast.event.slug}/my/meetings/new?with={other}"
    assert address in listed.text
    form = client.get(address)  # 2
    offered = [int(one) for one in re.findall(r'name="slot_id" value="(\d+)"', form.text)]
    assert offered == slots[1:5], "free for both, neither more nor less"
    chosen = offered[0]  # 3
    sent = client.post(f"/e/{cast.event.slug}/my/meetings/new", data={"with": other, "slot_id": chosen})  # 4
    assert sent.status_code == 303
    wish = _all(client, MeetingWish)[-1]
    assert (wish.from_delegate_id, wish.to_delegate_id, wish.slot_id) == (own, other, chosen)
    assert (
        client.post(f"/e/{cast.event.slug}/my/meetings/new", data={"with": other, "slot_id": slots[0]}).status_code
        == 422
    )


def test_mtg_02_the_mail_opens_a_page_with_the_answer_chosen_and_one_button_sends_it(
    client: Any, cast: Any, as_delegate: Any, ask: Any, mails: Any, link_in: Any
) -> None:
    """MTG-02: no sign-in, looking changes nothing, a second use is harmless; another time goes back the same way."""
    as_delegate(cast.heads[0])
    slots = _slots(client)
    ask(cast.heads[1], slot_id=slots[0])
    client.cookies.clear()
    body = mails("meeting wish")[0][1]
    link = link_in(body)
    for answer in ("accepted", "other", "declined"):
        assert f"{link}?answer={answer}" in body
        page = client.get(f"{link}?answer={answer}")
        assert re.search(rf'name="answer" value="{answer}" checked', page.text)
        assert page.text.count('type="submit"') == 1
    assert _all(client, MeetingWish)[0].answer is Answer.PENDING, "looking changes nothing"
    assert client.post(link, data={"answer": "other"}).status_code == 422, "another time needs one"
    assert client.post(link, data={"answer": "other", "slot_id": slots[3]}).status_code == 303
    assert "The other side answers now" in client.get(link).text
    assert client.post(link, data={"answer": "other", "slot_id": slots[3]}).status_code == 303, "harmless twice"
    assert client.post(link, data={"answer": "accepted"}).status_code == 303, "it waits for the other side"
    assert _all(client, MeetingWish)[0].answer is Answer.PENDING
    recipient, body = mails("meeting wish")[1]
    assert recipient == "mayor@phnom-penh.example"
    back = link_in(body)
    assert client.post(back, data={"answer": "accepted"}).status_code == 303
    assert client.post(back, data={"answer": "declined"}).status_code == 303, "harmless twice"
    wish = _all(client, MeetingWish)[0]
    assert (wish.answer, wish.slot_id) == (Answer.ACCEPTED, slots[3])
    held = _all(client, Meeting)
    assert [one.slot_id for one in held] == [slots[3]], "a time that both agreed on is held at once"
    assert len(mails("meeting answer")) == 1
    assert "Accepted. Nothing more to do." in client.get(link).text
    assert client.get("/m/nobody-holds-this-link-at-all").status_code == 404


def test_mtg_02_a_time_that_was_taken_meanwhile_comes_back_with_those_that_are_left(
    client: Any, cast: Any, as_delegate: Any, ask: Any, mails: Any, link_in: Any
) -> None:
    """MTG-02, MTG-04: two wishes for one time of one person; the second answer is told, and nothing is half done."""
    slots = _slots(client)
    for own in (cast.heads[0], cast.heads[2]):
        as_delegate(own)
        assert ask(cast.heads[1], slot_id=slots[0]).status_code == 303, "a pending wish takes no time"
    client.cookies.clear()
    links = [link_in(body) for _, body in mails("meeting wish")]
    assert client.post(links[0], data={"answer": "accepted"}).status_code == 303
    refused = client.post(links[1], data={"answer": "accepted"})
    assert refused.status_code == 409
    assert "taken meanwhile" in refused.text
    assert f'name="slot_id" value="{slots[0]}"' not in refused.text
    assert f'name="slot_id" value="{slots[1]}"' in refused.text
    assert [one.answer for one in _all(client, MeetingWish)] == [Answer.ACCEPTED, Answer.PENDING]
    assert len(_all(client, Meeting)) == 1


def test_mtg_03_modes_differ_by_group_pair(
    client: Any, cast: Any, business: Any, as_delegate: Any, ask: Any, mails: Any, settings_for: Any
) -> None:
    """MTG-03: cities answer themselves, the organisers decide between city and business, businesses agree at once."""
    settings_for(modes={"business+city": "organiser_set", "business+business": "instant"})
    slots = _slots(client)
    as_delegate(cast.heads[0])
    assert ask(cast.heads[1], slot_id=slots[0]).status_code == 303
    assert ask(business[0], slot_id=slots[1]).status_code == 303
    as_delegate(business[0])
    assert ask(business[1], slot_id=slots[2]).status_code == 303
    wishes = _all(client, MeetingWish)
    assert [(one.mode, one.answer) for one in wishes] == [
        (MeetingMode.SELF_CHOSEN, Answer.PENDING),
        (MeetingMode.ORGANISER_SET, Answer.PENDING),
        (MeetingMode.INSTANT, Answer.ACCEPTED),
    ]
    assert [one.wish_id for one in _all(client, Meeting)] == [wishes[2].id], "agreed at once is held at once"
    assert [recipient for recipient, _ in mails("meeting wish")] == ["mayor@shenzhen.example"]
    assert len(mails("meeting agreed")) == 2
    answer = f"/e/{cast.event.slug}/my/meetings/wishes/{wishes[1].id}/answer"
    assert client.post(answer, data={"answer": "accepted"}).status_code == 403, "here the organisers decide"


def test_mtg_04_a_pending_wish_takes_nothing_expires_and_is_capped(
    client: Any, cast: Any, as_delegate: Any, ask: Any, settings_for: Any, actor: Any, clock: Any
) -> None:
    """MTG-04: no claim, gone after the set hours, and no more than the set share of somebody's slots per delegation."""
    settings_for(pending_percent=20)
    as_delegate(cast.heads[0])
    slots = _slots(client)
    assert ask(cast.heads[1], slot_id=slots[0]).status_code == 303
    as_delegate(cast.staff[0])
    capped = ask(cast.heads[1], slot_id=slots[1])
    assert capped.status_code == 422
    assert "as many wishes waiting" in capped.text
    assert ask(cast.staff[1], slot_id=slots[0]).status_code == 303, "another person's slots are another share"
    as_delegate(cast.heads[2])
    assert ask(cast.heads[1], slot_id=slots[0]).status_code == 303, "another delegation has a share of its own"
    with client.app.state.database.reading() as session:
        assert session.scalars(select(Claim)).all() == []
    clock.set(clock.now() + timedelta(hours=cast.event.wish_expiry_hours))
    with client.app.state.database.writing() as session:
        assert expire_wishes(session, event=cast.event, actor=actor, now=clock.now()) == 3
    as_delegate(cast.staff[0])
    assert ask(cast.heads[1], slot_id=slots[1]).status_code == 303


def test_mtg_05_a_must_is_limited_and_a_no_is_private(
    client: Any, cast: Any, as_delegate: Any, ask: Any, settings_for: Any
) -> None:
    """MTG-05: musts are few; whom somebody refuses never shows, in the list as little as in the reason."""
    settings_for(musts_max=1)
    as_delegate(cast.heads[0])
    assert ask(cast.heads[1], level="must").status_code == 303
    second = ask(cast.heads[2], level="must")
    assert second.status_code == 422
    assert 'id="level-error"' in second.text
    people, why = f"/e/{cast.event.slug}/my/people", f"/e/{cast.event.slug}/my/people/why?with={cast.heads[0]}"
    seen = []
    for state in ("refused", "takes no meetings"):
        as_delegate(cast.heads[3])
        if state == "refused":
            as_delegate(cast.heads[0])
            assert client.post(f"{people}/{cast.heads[3]}/no").status_code == 303
            assert client.post(f"{people}/{cast.heads[3]}/no").status_code == 303, "twice is once"
            own = client.post(f"{people}/{cast.heads[0]}/no")
            assert own.status_code == 404, "a plan could not be asked for with a person who refuses themselves"
        else:
            as_delegate(cast.heads[0])
            assert client.post(f"{people}/{cast.heads[3]}/no/take-back").status_code == 303
            with client.app.state.database.writing() as session:
                session.get_one(Delegate, cast.heads[0]).takes_meetings = False
        as_delegate(cast.heads[3])
        seen.append((client.get(people).text, client.get(why).text, ask(cast.heads[0]).text))
        assert "Mayor of Phnom Penh" not in seen[-1][0]
    strip = re.compile(r'name="form_key" value="[^"]+"')
    assert [strip.sub("", one) for one in seen[0]] == [strip.sub("", one) for one in seen[1]]


def test_mtg_08_a_quota_counts_what_is_agreed_and_comes_back_on_cancelling(
    client: Any, cast: Any, as_delegate: Any, ask: Any, accepted: Any, settings_for: Any, mails: Any
) -> None:
    """MTG-08: the limit of the group holds when asking and when accepting; cancelling gives one back."""
    settings_for(limits={"city": {"max": 1}})
    slots = _slots(client)
    as_delegate(cast.heads[0])
    assert ask(cast.heads[1], slot_id=slots[0]).status_code == 303
    full = ask(cast.heads[2], slot_id=slots[1])
    assert full.status_code == 422
    assert "Withdraw a wish or cancel a meeting" in full.text
    as_delegate(cast.heads[1])
    own = f"/e/{cast.event.slug}/my/meetings"
    wish = _all(client, MeetingWish)[0]
    assert client.post(f"{own}/wishes/{wish.id}/answer", data={"answer": "accepted"}).status_code == 303
    as_delegate(cast.heads[2])
    assert ask(cast.heads[1], slot_id=slots[1]).status_code == 303
    as_delegate(cast.heads[1])
    second = _all(client, MeetingWish)[1]
    assert client.post(f"{own}/wishes/{second.id}/answer", data={"answer": "accepted"}).status_code == 422
    assert "You use 1 of the 1 meeting that you may have." in client.get(own).text
    held = _all(client, Meeting)[0]
    assert client.post(f"{own}/{held.id}", data={"version": held.version}).status_code == 422, "a reason is needed"
    assert client.post(f"{own}/{held.id}", data={"version": held.version, "reason": "ill"}).status_code == 303
    assert [recipient for recipient, _ in mails("meeting cancelled")] == ["mayor@phnom-penh.example"]
    assert client.post(f"{own}/wishes/{second.id}/answer", data={"answer": "accepted"}).status_code == 303
    as_delegate(cast.heads[0])
    assert ask(cast.heads[3], slot_id=slots[1]).status_code == 303, "both have it back"


def test_own_meetings_are_called_after_the_others_and_a_quota_set_lower_reads_true(
    client: Any, cast: Any, as_delegate: Any, accepted: Any, settings_for: Any
) -> None:
    """One's own delegation is no news in one's own list; 2 of 1 would be none either."""
    with client.app.state.database.writing() as session:
        accepted(session, cast.heads[0], cast.heads[1])
        accepted(session, cast.heads[2], cast.heads[0])
        accepted(session, cast.heads[0], cast.staff[0])
    settings_for(limits={"city": {"max": 1}})
    as_delegate(cast.heads[0])
    page = client.get(f"/e/{cast.event.slug}/my/meetings").text
    listed = re.findall(r'<span class="what">([^<]+)</span>', page)
    assert sorted(listed) == ["Essen", "Phnom Penh", "Shenzhen"], "of the same delegation: its own name"
    assert "3 meetings are agreed or wait; at most 1 of them is held." in page
    assert "You use" not in page


def test_where_no_time_is_left_the_wish_says_what_it_can_do_without_one(
    client: Any, cast: Any, as_delegate: Any
) -> None:
    path = f"/e/{cast.event.slug}/my/meetings/new?with={cast.heads[1]}"
    as_delegate(cast.heads[0])
    assert "Only times at which all are free." in client.get(path).text
    with client.app.state.database.writing() as session:
        last = session.scalars(select(MeetingSlot).order_by(MeetingSlot.ends_at.desc())).first()
        session.get_one(Delegate, cast.heads[1]).arrives_at = last.ends_at
    page = client.get(path).text
    assert "No time is free for all with a table." in page
    assert "Only times at which" not in page


def test_mtg_13_no_change_is_named_that_leaves_no_table(
    client: Any, cast: Any, as_delegate: Any, accepted: Any, actor: Any, now: Any
) -> None:
    """MTG-13: where every table is taken, neither a colleague nor a time without a table is the nearest change."""
    why = f"/e/{cast.event.slug}/my/people/why?with={cast.heads[1]}"
    with client.app.state.database.writing() as session:
        slots = session.scalars(select(MeetingSlot).order_by(MeetingSlot.starts_at)).all()
        tables = session.scalars(select(MeetingTable).order_by(MeetingTable.number)).all()
        for table in tables:
            since = slots[1].starts_at if table is tables[0] else slots[0].starts_at
            session.add(TableClosing(table_id=table.id, starts_at=since, ends_at=slots[-1].ends_at))
        wish = accepted(session, cast.heads[2], cast.heads[3])
        taken = hold_meeting(
            session, event=cast.event, wish=wish, slot=slots[0], table=tables[0], actor=actor, now=now
        ).id
    as_delegate(cast.heads[0])
    page = client.get(why).text
    assert "all tables are taken" in page
    assert "Nothing that you could change would allow it now." in page
    assert f"with={cast.staff[1]}" not in page, "the colleague would have no table either"
    with client.app.state.database.writing() as session:
        meeting = session.get_one(Meeting, taken)
        calendar = meeting_in_event(session, cast.event.id, meeting.id)
        cancel(session, event=cast.event, meeting=calendar, version=calendar.version, reason="x", actor=actor, now=now)
        wish = accepted(session, cast.heads[0], cast.heads[2])
        hold_meeting(session, event=cast.event, wish=wish, slot=slots[0], table=tables[0], actor=actor, now=now)
    page = client.get(why).text
    assert "all tables are taken" in page
    assert "would do, if you gave up what you have then." in page
