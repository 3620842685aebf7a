"""AGD-09, AGD-10, AGD-11, AGD-12 in a real browser: by mouse, by keyboard alone and without script."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

BOARD = "/e/bridge-2019/manage/agenda"
CARD = "a.session-card:not(.plenary, .ceremony)"


def _where(page: Any, session_id: str) -> tuple[str, str, str]:
    """The day that is shown, the room and the time of a session on the grid."""
    card = page.locator(f"#card-{session_id}")
    lane = page.locator("[data-lane]").filter(has=card).get_attribute("aria-label")
    times = re.search(r"\d\d:\d\d", card.locator(".facts-line").text_content())
    return page.locator(".board").get_attribute("data-on"), lane, times[0] if times else ""


def _wait_for(page: Any, words: str) -> None:
    page.locator("#live").filter(has_text=words).wait_for(state="attached")


def _focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.id"))


def _first(page: Any) -> str:
    """A session of the first day that is in nobody's way: the one that stands first in its room."""
    return str(page.locator(CARD).first.get_attribute("data-card"))


@pytest.fixture
def board(page: Any, enter: Callable[[Any, str], None]) -> Any:
    enter(page, "organiser")
    page.goto(BOARD)
    return page


def _by_keys(page: Any, session_id: str, *, lanes: int, half_hours: int) -> None:
    page.locator(f"#card-{session_id}").focus()
    page.keyboard.press("Enter")
    _wait_for(page, "Taken.")
    for _step in range(abs(lanes)):
        page.keyboard.press("ArrowRight" if lanes > 0 else "ArrowLeft")
    for _step in range(abs(half_hours)):
        page.keyboard.press("Shift+ArrowDown" if half_hours > 0 else "Shift+ArrowUp")
    page.keyboard.press("Enter")
    _wait_for(page, "in all.")


def test_agd_09_keys_mouse_and_dialog_put_a_session_in_the_same_place(board: Any) -> None:
    """AGD-09: half an hour later in the next room, three ways; the focus stays on the item, the move is announced."""
    session_id = _first(board)
    before = _where(board, session_id)
    _by_keys(board, session_id, lanes=1, half_hours=1)
    by_keys = _where(board, session_id)
    assert by_keys[1] != before[1]
    assert by_keys[2] != before[2]
    assert _focused(board) == f"card-{session_id}"
    _wait_for(board, f"{by_keys[2]}, {by_keys[1]}.")
    board.keyboard.press("u")
    _wait_for(board, "Taken back.")
    assert _where(board, session_id) == before

    card = board.locator(f"#card-{session_id}")
    card.scroll_into_view_if_needed()
    box, lane = card.bounding_box(), board.locator(f'[data-lane][aria-label="{by_keys[1]}"]').bounding_box()
    row = board.locator("[data-lane]").first.bounding_box()["height"] / int(
        board.locator("#grid").get_attribute("data-grains")
    )
    board.mouse.move(box["x"] + 20, box["y"] + 10)
    board.mouse.down()
    board.mouse.move(box["x"] + 20, box["y"] + 24, steps=3)
    board.locator(".in-hand").wait_for()
    board.mouse.move(lane["x"] + lane["width"] / 2, box["y"] + 10 + 6 * row, steps=5)
    board.locator(".ghost").wait_for()
    board.mouse.up()
    _wait_for(board, f"{by_keys[2]}, {by_keys[1]}.")
    assert _where(board, session_id) == by_keys
    assert _focused(board) == f"card-{session_id}"
    board.keyboard.press("u")
    _wait_for(board, "Taken back.")

    board.locator(f"#card-{session_id}").focus()
    board.keyboard.press("m")
    board.locator("#board-dialog[open]").wait_for()
    assert _focused(board) == "move-title"
    board.fill("#move-time", by_keys[2])
    option = board.locator("#move-room option").filter(has_text=by_keys[1]).get_attribute("value")
    board.select_option("#move-room", option)
    board.get_by_role("button", name="Move", exact=True).click()
    _wait_for(board, f"{by_keys[2]}, {by_keys[1]}.")
    board.locator("#board-dialog:not([open])").wait_for(state="attached")
    assert _where(board, session_id) == by_keys
    assert _focused(board) == f"card-{session_id}"


def test_agd_09_to_another_day_to_the_tray_and_back_by_keyboard_alone(board: Any) -> None:
    """AGD-09: "]" goes to the next day with the session in hand, Delete to the tray, Escape leaves all as it was."""
    session_id = _first(board)
    first, room, at = _where(board, session_id)
    board.locator(f"#card-{session_id}").focus()
    board.keyboard.press("Enter")
    _wait_for(board, "Taken.")
    board.keyboard.press("ArrowDown")
    board.keyboard.press("Escape")
    _wait_for(board, "Put back where it was.")
    assert _where(board, session_id) == (first, room, at)
    assert _focused(board) == f"card-{session_id}"
    board.keyboard.press("Enter")
    _wait_for(board, "Taken.")
    board.keyboard.press("]")
    board.locator(f'.board[data-on]:not([data-on="{first}"])').wait_for()
    _wait_for(board, room)
    assert _focused(board) == f"card-{session_id}"
    board.keyboard.press("Enter")
    _wait_for(board, "in all.")
    assert _where(board, session_id)[0] != first
    assert _where(board, session_id)[1:] == (room, at)
    assert _focused(board) == f"card-{session_id}"
    board.keyboard.press("Delete")
    _wait_for(board, "not placed")
    assert board.locator(f"#tray #card-{session_id}").count() == 1
    assert _focused(board) == f"card-{session_id}"
    board.keyboard.press("u")
    _wait_for(board, "Taken back.")
    board.keyboard.press("u")
    board.locator(f'.board[data-on="{first}"]').wait_for()
    assert _where(board, session_id) == (first, room, at)


def test_agd_09_the_mouse_reaches_the_tray_and_another_day(board: Any) -> None:
    """AGD-09: dragged over a day's name the board turns to it; dropped on the tray a session loses its place."""
    session_id = _first(board)
    first, room, _at = _where(board, session_id)

    def lift() -> None:
        card = board.locator(f"#card-{session_id}")
        card.scroll_into_view_if_needed()
        box = card.bounding_box()
        board.mouse.move(box["x"] + 20, box["y"] + 10)
        board.mouse.down()
        board.mouse.move(box["x"] + 20, box["y"] + 24, steps=3)
        board.locator(".in-hand").wait_for()

    lift()
    other = board.locator("[data-days] a:not([aria-current])").first.bounding_box()
    board.mouse.move(other["x"] + other["width"] / 2, other["y"] + other["height"] / 2, steps=4)
    board.locator(f'.board[data-on]:not([data-on="{first}"])').wait_for()
    lane = board.locator(f'[data-lane][aria-label="{room}"]').bounding_box()
    board.mouse.move(lane["x"] + lane["width"] / 2, lane["y"] + 200, steps=4)
    board.mouse.up()
    _wait_for(board, "in all.")
    assert _where(board, session_id)[:2] == (board.locator(".board").get_attribute("data-on"), room)
    assert _where(board, session_id)[0] != first
    lift()
    tray = board.locator("[data-tray]").bounding_box()
    board.mouse.move(tray["x"] + 60, tray["y"] + 30, steps=4)
    board.mouse.up()
    _wait_for(board, "not placed")
    assert board.locator(f"#tray #card-{session_id}").count() == 1


def test_agd_10_a_move_updates_marks_and_list_and_a_line_jumps_to_its_item(board: Any) -> None:
    """AGD-10: put onto another session both are marked; the line of the list gives the focus to the item."""
    one, other = (board.locator(CARD).nth(n).get_attribute("data-card") for n in (0, 1))
    _day, room, at = _where(board, str(other))
    board.locator(f"#card-{one}").focus()
    board.keyboard.press("m")
    board.locator("#board-dialog[open]").wait_for()
    board.fill("#move-time", at)
    board.select_option("#move-room", board.locator("#move-room option").filter(has_text=room).get_attribute("value"))
    board.get_by_role("button", name="Move", exact=True).click()
    board.locator(f"#card-{one}.blocks").wait_for()
    assert board.locator(f"#card-{other}.blocks").count() == 1
    line = board.locator("[data-rule=room_hosts_one_session]")
    line.get_by_role("link").last.click()
    assert _focused(board) in {f"card-{one}", f"card-{other}"}
    board.locator("#undo").click()
    _wait_for(board, "Taken back.")
    assert board.locator(f"#card-{one}.blocks").count() == 0


def test_agd_11_steps_that_are_pressed_faster_than_answered_are_all_taken(board: Any) -> None:
    """AGD-11: each names the step that is newest when its turn comes; nobody is told that he changed the draft himself."""
    session_id = _first(board)
    places = [_where(board, session_id)]
    for _number in range(3):
        _by_keys(board, session_id, lanes=0, half_hours=1)
        places.append(_where(board, session_id))
    asked: list[int] = []
    board.on("response", lambda answer: asked.append(answer.status) if answer.request.method == "POST" else None)
    for keys, at in (("u", places[0]), ("Shift+U", places[-1])):
        for _number in range(3):
            board.keyboard.press(keys)
        time = board.locator(f"#card-{session_id} .facts-line").filter(has_text=re.compile(rf"^\s*{at[2]}"))
        time.wait_for(timeout=60_000)
        assert _where(board, session_id) == at
    assert asked == [200] * 6


def test_agd_12_a_pin_is_set_by_keyboard(board: Any) -> None:
    """AGD-12: ``p`` opens the dialog at the pin; the card carries it afterwards and keeps the focus."""
    session_id = _first(board)
    board.locator(f"#card-{session_id}").focus()
    board.keyboard.press("p")
    board.locator("#board-dialog[open]").wait_for()
    board.locator("#move-pin:focus").wait_for()
    board.select_option("#move-pin", "both")
    board.get_by_role("button", name="Pin").click()
    _wait_for(board, "time and room pinned")
    assert board.locator(f'#card-{session_id} svg[aria-label="pinned"]').count() == 1
    assert _focused(board) == f"card-{session_id}"


def test_agd_15_a_late_move_by_keys_shows_both_versions(board: Any) -> None:
    """AGD-15: another window moved it first; the dialog shows both and nothing was lost."""
    session_id = _first(board)
    late = board.context.new_page()
    late.goto(BOARD)
    _by_keys(board, session_id, lanes=0, half_hours=1)
    stands = _where(board, session_id)
    late.locator(f"#card-{session_id}").focus()
    late.keyboard.press("Delete")
    late.locator("#board-dialog[open]").wait_for()
    assert "Changed meanwhile" in late.locator("#board-dialog").inner_text()
    assert stands[2] in late.locator("#board-dialog").inner_text()
    late.get_by_role("link", name="Keep theirs").click()
    late.wait_for_load_state()
    assert _where(late, session_id) == stands


def test_agd_15_two_editors_in_two_browsers_lose_nothing(
    board: Any, browser: Any, address: str, enter: Callable[[Any, str], None]
) -> None:
    """AGD-15: the other's board follows by itself and says who it was; a dialog that was open meanwhile gets both
    versions with the name, and what was moved first stands."""
    session_id = _first(board)
    context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 1000}, locale="en-GB")
    other = context.new_page()
    enter(other, "administrator")
    other.goto(BOARD)
    before = _where(other, session_id)
    _by_keys(board, session_id, lanes=0, half_hours=1)
    stands = _where(board, session_id)
    other.locator("#live").filter(has_text="Organiser changed the agenda at").wait_for(state="attached", timeout=15000)
    assert _where(other, session_id) == stands != before

    other.locator(f"#card-{session_id}").click()
    other.locator("#board-dialog[open]").wait_for()
    _by_keys(board, session_id, lanes=0, half_hours=1)
    stands = _where(board, session_id)
    other.fill("#move-time", "17:00")
    other.get_by_role("button", name="Move", exact=True).click()
    other.locator("#changed-title").wait_for()
    assert other.locator("#changed-title").inner_text() == "Changed meanwhile by Organiser"
    assert stands[2] in other.locator("#board-dialog").inner_text()
    assert "17:00" in other.locator("#board-dialog").inner_text()
    board.reload()
    assert _where(board, session_id) == stands
    context.close()


def test_agd_09_on_a_phone_rooms_are_lists_and_a_tap_places(board: Any) -> None:
    """AGD-09, ADM-07: at 360 px nothing scrolls sideways; a room after the other; the dialog moves a session."""
    board.set_viewport_size({"width": 360, "height": 740})
    for view in ("rooms", "list"):
        board.goto(f"{BOARD}?view={view}")
        assert board.evaluate("document.documentElement.scrollWidth") == 360
        assert board.evaluate("document.querySelector('.board-frame').scrollWidth <= 360")
    board.goto(BOARD)
    session_id = _first(board)
    before = _where(board, session_id)
    assert board.locator(f"#card-{session_id}").bounding_box()["width"] > 280
    board.locator(f"#card-{session_id}").click()
    board.locator("#board-dialog[open]").wait_for()
    board.fill("#move-time", "17:05")
    board.get_by_role("button", name="Move", exact=True).click()
    _wait_for(board, "17:05")
    assert _where(board, session_id) == (before[0], before[1], "17:05")
    assert _focused(board) == f"card-{session_id}"


@pytest.fixture
def plain(browser: Any, address: str) -> Iterator[Any]:
    context = browser.new_context(base_url=address, java_script_enabled=False, locale="en-GB")
    yield context.new_page()
    context.close()


def test_agd_09_without_script_a_session_is_taken_and_put_down(plain: Any, enter: Callable[[Any, str], None]) -> None:
    """AGD-09, ADM-07: the dialog is a page, legal places are buttons on the grid, undo is a form."""
    enter(plain, "organiser")
    plain.goto(BOARD)
    session_id = _first(plain)
    before = _where(plain, session_id)
    plain.locator(f"#card-{session_id}").click()
    assert plain.locator("h2#move-title").count() == 1
    plain.get_by_role("link", name="Show where it may go").click()
    places = plain.locator("button.place")
    assert places.count() >= 1
    plain.locator("[data-days] a").nth(1).click()
    target = plain.locator("button.place").first.text_content()
    plain.locator("button.place").first.click()
    at = re.search(r"\d\d:\d\d", target)[0]
    assert plain.locator(".board").get_attribute("data-on") != before[0]
    assert at in plain.locator(f"#card-{session_id} .facts-line").text_content()
    plain.locator("#undo").click()
    assert plain.locator(".board").get_attribute("data-on") == before[0]
    assert before[2] in plain.locator(f"#card-{session_id} .facts-line").text_content()


def test_agd_01_what_would_move_comes_by_itself(page: Any, enter: Callable[[Any, str], None]) -> None:
    """AGD-01: while the run works its progress stands there; the answer takes its place, heading and all, and is said."""
    enter(page, "organiser")
    page.goto("/e/bridge-2019/manage/agenda/solve?mode=improve")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url(re.compile(r"/agenda/runs/\d+$"))
    head = page.locator("#proposal h1").filter(has_text=re.compile("would move|session[s]? move"))
    head.wait_for(timeout=60_000)
    assert page.locator("#live").inner_text().strip() == head.inner_text().strip()
    assert page.locator("#proposal .run progress").count() == 0
