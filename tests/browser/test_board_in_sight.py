"""A board of many rooms and of many broken rules in a real browser: what is needed stays in sight and keeps the focus."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, select

from app.events.models import MeetingSlot, Room
from app.meetings.models import Meeting

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

BOARD = "/e/bridge-2019/manage/agenda"
CARD = "a.session-card:not(.plenary, .ceremony)"
LAPTOP = {"width": 1366, "height": 768}

IN_SIGHT = """(selector) => {
  const box = document.querySelector(selector).getBoundingClientRect();
  const seen = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(8, box.height / 2));
  return seen !== null && document.querySelector(selector).contains(seen);
}"""
"""Whether something is inside the window and nothing lies over it."""

OVER_ITS_LANE = """() => {
  const heads = [...document.querySelectorAll("#grid .room-head h3")].map((one) => [one.textContent, one.closest("div").getBoundingClientRect().x]);
  const lanes = [...document.querySelectorAll("[data-lane]")].map((one) => [one.getAttribute("aria-label"), one.getBoundingClientRect().x]);
  return heads.length > 1 && JSON.stringify(heads) === JSON.stringify(lanes);
}"""


def _said(page: Any, words: str) -> None:
    page.locator("#live").filter(has_text=words).wait_for(state="attached")


def _focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.id"))


@pytest.fixture
def board(page: Any, served: Any, enter: Callable[[Any, str], None]) -> Any:
    """The board of an edition without meetings, with ten rooms more, on a laptop."""
    with served.state.database.writing() as session:
        session.execute(delete(Meeting))
        session.execute(delete(MeetingSlot))
        room = session.scalars(select(Room).where(Room.takes_sessions).order_by(Room.position)).first()
        for number in range(10):
            more = {"slug": f"more-{number}", "name": f"More {number}", "capacity": 500, "layouts": room.layouts}
            session.add(Room(event_id=room.event_id, site_id=room.site_id, position=100 + number, **more))
    page.set_viewport_size(LAPTOP)
    enter(page, "organiser")
    page.goto(BOARD)
    return page


def _lift(page: Any, card: Any) -> Any:
    box = card.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 26, box["y"] + 14, steps=3)
    page.locator(".in-hand").wait_for()
    return box


def test_days_rooms_and_tray_stay_in_sight_at_the_last_hour_of_the_last_room(board: Any) -> None:
    """AGD-09: whoever works at the far corner reaches the days and the tray, and reads which room and hour it is."""
    board.locator("#frame-rooms").evaluate("(frame) => frame.scrollTo(frame.scrollWidth, frame.scrollHeight)")
    assert board.evaluate("document.documentElement.scrollHeight") == LAPTOP["height"]
    assert board.evaluate(IN_SIGHT, "[data-days] a")
    assert board.evaluate(IN_SIGHT, "#tray-title")
    assert board.evaluate(IN_SIGHT, "#rules-title")
    last = board.locator("#grid .room-head").last
    assert last.locator("h3").inner_text() == "More 9"
    assert board.locator("#frame-rooms").bounding_box()["y"] <= last.bounding_box()["y"] < 200
    hours = board.locator(".lane.axis > span").last.bounding_box()
    assert board.locator("#frame-rooms").bounding_box()["x"] <= hours["x"] < 300


def test_rooms_and_hours_beyond_the_edge_come_to_what_is_dragged(board: Any) -> None:
    """AGD-09: a session is dragged from the first room to the last, which was out of sight, and to a later hour."""
    card = board.locator(CARD).first
    session_id = card.get_attribute("data-card")
    card.scroll_into_view_if_needed()
    _lift(board, card)
    frame = board.locator("#frame-rooms").bounding_box()
    board.mouse.move(frame["x"] + frame["width"] - 12, frame["y"] + 300, steps=5)
    board.wait_for_function(
        "() => { const f = document.querySelector('#frame-rooms'); return f.scrollLeft + f.clientWidth >= f.scrollWidth - 2; }"
    )
    last = board.locator("[data-lane]").last.bounding_box()
    board.mouse.move(last["x"] + 20, frame["y"] + frame["height"] - 10, steps=3)
    board.wait_for_function(
        "() => { const f = document.querySelector('#frame-rooms'); return f.scrollTop + f.clientHeight >= f.scrollHeight - 2; }"
    )
    board.mouse.up()
    _said(board, "in all.")
    assert (
        board.locator(f"[data-lane]:last-child #card-{session_id}, #grid > :last-child #card-{session_id}").count() == 1
    )
    assert _focused(board) == f"card-{session_id}"


def test_each_room_keeps_its_own_head_when_the_board_is_swapped(board: Any) -> None:
    """AGD-09: an edition without meeting slots has nothing beside the hours; heads and columns stay the same rooms."""
    assert board.evaluate(OVER_ITS_LANE)
    card = board.locator(CARD).first
    session_id = card.get_attribute("data-card")
    card.focus()
    board.keyboard.press("Enter")
    _said(board, "Taken.")
    assert board.evaluate(OVER_ITS_LANE)
    board.keyboard.press("Shift+ArrowDown")
    board.keyboard.press("Enter")
    _said(board, "in all.")
    assert board.evaluate(OVER_ITS_LANE)
    assert board.locator(f"#card-{session_id}").count() == 1


def test_a_key_on_a_link_puts_nothing_down(board: Any) -> None:
    """AGD-09: with a session in hand the button that puts it back does so, by Enter too; the focus is on the session."""
    card = board.locator(CARD).first
    session_id = card.get_attribute("data-card")
    before = card.get_attribute("class")
    for key in ("Enter", "Space"):
        board.locator(f"#card-{session_id}").focus()
        board.keyboard.press("Enter")
        _said(board, "Taken.")
        board.keyboard.press("Shift+ArrowDown")
        if key == "Enter":
            board.locator("[data-give-back]").focus()
            board.keyboard.press(key)
            _said(board, "Put back where it was.")
            assert _focused(board) == f"card-{session_id}"
        else:
            board.locator("#cost-lines summary").focus()
            board.keyboard.press(key)
            assert board.locator("#cost-lines[open]").count() == 1
            assert board.locator(".ghost").count() == 1
            board.keyboard.press("Escape")
            _said(board, "Put back where it was.")
    assert board.locator(f"#card-{session_id}").get_attribute("class") == before
    assert board.locator("#undo").inner_text().startswith("Undo")
    assert "plan of a run" in board.locator("#undo").inner_text()


def test_another_day_is_named_with_what_is_free_on_it(board: Any) -> None:
    """AGD-09: the day, the place and how many places are allowed there; beyond the last day there is none."""
    card = board.locator(CARD).first
    session_id = card.get_attribute("data-card")
    card.focus()
    board.keyboard.press("Enter")
    _said(board, "Taken.")
    names = board.locator("[data-days] a").all_inner_texts()
    board.keyboard.press("]")
    _said(board, f"{names[1]}, ")
    free = board.locator(".place").count()
    _said(board, f"Places allowed on this day: {free}.")
    board.keyboard.press("]")
    _said(board, "There is no day further on.")
    assert board.locator(".board").get_attribute("data-held") == session_id
    board.keyboard.press("[")
    _said(board, f"{names[0]}, ")
    board.keyboard.press("[")
    _said(board, "There is no day further on.")
    assert _focused(board) == f"card-{session_id}"


def test_the_last_step_back_leaves_the_focus_on_redo(board: Any) -> None:
    """AGD-11: a run's plan is told by its number of sessions, on the day that is looked at; the focus is not lost."""
    day = "2019-09-04"
    board.goto(f"{BOARD}?day={day}")
    undo = board.locator("#undo")
    undo.focus()
    board.keyboard.press("Enter")
    _said(board, "Taken back.")
    count = re.search(r"(\d+) sessions", board.locator("#redo").text_content())[1]
    _said(board, f"{count} sessions.")
    assert board.locator(".board").get_attribute("data-on") == day
    assert undo.is_disabled()
    board.locator("#redo:focus").wait_for()
    board.keyboard.press("Enter")
    _said(board, "Done again.")
    board.locator("#undo:focus").wait_for()


def test_a_run_can_be_stopped_by_keyboard_while_it_tells_how_far_it_is(board: Any) -> None:
    """AGD-01, ADM-07: what a run tells leaves the focus on "stop"; its answer gives it to the answer's heading, and
    never to a button that does something else."""
    board.goto(f"{BOARD}/solve?mode=improve")
    board.get_by_role("button", name="Start").click()
    board.wait_for_url(re.compile(r"/agenda/runs/\d+$"))
    board.evaluate(
        """() => {
          window.told = 0; window.pressed = new Set();
          document.addEventListener("htmx:sseMessage", () => {
            window.told += 1;
            if (document.activeElement.tagName === "BUTTON") window.pressed.add(document.activeElement.form?.id);
          });
        }"""
    )
    board.locator("#solve-stop button").focus()
    board.wait_for_function("() => window.told > 1")
    head = board.locator("#proposal h1").filter(has_text=re.compile("would move|session[s]? move"))
    head.wait_for(timeout=60_000)
    board.wait_for_function("() => document.activeElement.tagName === 'H1'")
    assert board.evaluate("[...window.pressed]") == ["solve-stop"]


def test_what_a_rule_does_can_be_read_on_a_phone(page: Any, enter: Callable[[Any, str], None]) -> None:
    """AGD-08: at 390 px the choice has the line to itself, and the views and both steps are in one row."""
    page.set_viewport_size({"width": 390, "height": 844})
    enter(page, "organiser")
    page.goto(f"{BOARD}/rules")
    for select_box in page.locator("#rules select").all():
        assert select_box.bounding_box()["width"] > 300
    page.goto(BOARD)
    undo, redo = page.locator("#undo").bounding_box(), page.locator("#redo").bounding_box()
    assert undo["y"] == redo["y"]
    assert undo["height"] >= 32
    assert page.get_by_role("button", name="Undo").count() == 1


def test_the_marks_of_a_card_are_whole_however_many_rules_it_breaks(board: Any) -> None:
    """AGD-10: on a laptop a pinned session in the way of many others shows its pin, a number and how many more."""
    opening = board.locator("a.session-card.ceremony").first
    session_id = opening.get_attribute("data-card")
    opening.focus()
    board.keyboard.press("m")
    board.locator("#board-dialog[open]").wait_for()
    board.fill("#move-time", "16:30")
    board.keyboard.press("Enter")
    _said(board, "It breaks ")
    card = board.locator(f"#card-{session_id}")
    assert re.search(r"\+\d+", card.locator(".signs").inner_text())
    cards = board.locator("a.session-card.blocks")
    assert cards.count() > 3
    for one in cards.all():
        edge, signs = one.bounding_box(), one.locator(".signs").bounding_box()
        assert edge["x"] <= signs["x"], one.inner_text()
        assert signs["x"] + signs["width"] <= edge["x"] + edge["width"], one.inner_text()
