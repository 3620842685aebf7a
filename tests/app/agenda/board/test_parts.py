"""AGD-10: an answer leaves out what the browser has already."""

import re
from typing import Any

import lxml.html

from tests.app.agenda.board.pages import BOARD, FIRST, HTMX, room_of


def _parts(text: str) -> list[str]:
    return re.findall(r'data-(?:part|known)="([0-9a-f]{12})"', text)


def _put_together(answer: str, page: str) -> str:
    """The answer with each part that was left out taken from the page, as static/js/parts.js does it."""
    there = {one.get("data-part"): one for one in lxml.html.fromstring(page).iter() if one.get("data-part")}
    whole = lxml.html.fragment_fromstring(answer, create_parent="div")
    for one in list(whole.iter()):
        if one.get("data-known"):
            kept = lxml.html.fromstring(lxml.html.tostring(there[one.get("data-known")], with_tail=False))
            kept.tail = one.tail
            one.getparent().replace(one, kept)
    return str(lxml.html.tostring(whole, encoding="unicode"))


def test_agd_10_an_answer_without_known_parts_is_the_same_board(organiser: Any, two: Any, version: Any) -> None:
    """AGD-10: put together with the page it is, letter by letter, what a browser without any part gets."""
    one, other = two
    page = organiser.get(f"{BOARD}?day={FIRST}").text
    known = {**HTMX, "X-Parts": " ".join(_parts(page))}
    onto = {"session_id": one, "spot": f"{room_of(organiser, 'room-b')}|{FIRST}|11:30", "version": version(one)}
    answer = organiser.post(f"{BOARD}/place", data={**onto, "on": FIRST}, headers=known).text
    short = answer.split("<div hx-swap-oob")[0]
    whole = organiser.get(f"{BOARD}?day={FIRST}", headers=HTMX).text
    assert f'id="card-{one}"' in short
    assert f'id="card-{other}"' not in short
    assert len(short) < len(whole)
    assert _put_together(short, page) == _put_together(whole, page)


def test_agd_10_names_nobody_gave_out_change_nothing(organiser: Any, two: Any) -> None:
    whole = organiser.get(BOARD, headers=HTMX).text
    assert organiser.get(BOARD, headers={**HTMX, "X-Parts": "x 000000000000 <li>"}).text == whole
