"""AGD-10: an answer leaves out what the browser has already."""

import re
from typing import Any

import lxml.html

from app.agenda.board.numbering import keeping_numbers, numbers_of
from app.agenda.enums import SessionKind, Severity
from app.agenda.models import AgendaSession
from app.agenda.planner import BrokenRule
from app.agenda.view import ShownRule
from app.platform.audit import record
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


def test_agd_10_a_part_has_another_name_whatever_of_it_changes(
    organiser: Any, cast: Any, two: Any, version: Any, actor: Any, now: Any
) -> None:
    """AGD-10: cards and rules are named by what they are made of; two that read differently never share a name."""
    seen: dict[str, str] = {}
    texts: set[str] = set()

    def look(path: str, **headers: str) -> None:
        before = len(texts)
        page = organiser.get(path, headers={**HTMX, **headers}).text
        for one in lxml.html.fromstring(f"<div>{page}</div>").iter():
            if one.get("data-part") and one.tag == "li":
                text = lxml.html.tostring(one, with_tail=False, encoding="unicode")
                assert seen.setdefault(one.get("data-part"), text) == text
                texts.add(text)
        assert len(texts) > before, f"{path} {headers} shows nothing new"

    def change(row: Any, field: str, content: Any) -> None:
        with organiser.app.state.database.writing() as session:
            setattr(session.get_one(row, two[0]), field, content)
            about = {"event_id": cast.event.id, "entity": "agenda_session", "entity_id": two[0]}
            record(session, actor=actor, now=now, action="agenda.session_edited", changes={}, **about)

    look(BOARD)
    a = room_of(organiser, "room-a")
    onto = {"session_id": two[0], "spot": f"{a}|{FIRST}|11:30", "version": version(two[0])}
    organiser.post(f"{BOARD}/place", data=onto, headers=HTMX)
    look(BOARD)
    for field, content in (
        ("title", "Waste and water"), ("kind", SessionKind.ROUNDTABLE), ("audience", 77), ("duration_minutes", 45),
    ):  # fmt: skip
        change(AgendaSession, field, content)
        look(BOARD)
    organiser.post(f"{BOARD}/pin", data={"session_id": two[0], "kind": "both", "version": version(two[0])})
    look(BOARD)
    look(f"{BOARD}?hold={two[1]}")
    look(f"{BOARD}?view=list")
    mark = re.search(r'data-mark="([0-9a-f]+)"', organiser.get(BOARD).text)[1]
    look(BOARD, **{"X-Rules": f"{mark}.7"})


def test_agd_10_a_rule_keeps_its_number_while_others_come_and_go() -> None:
    """AGD-10: so that a move changes on the page what it is about and nothing else."""

    def rule(mark: str, severity: Severity = Severity.BLOCK_RELEASE) -> ShownRule:
        facts = {"rule": "x", "subjects": (), "sentence": mark, "acknowledged": None}
        return ShownRule(broken=BrokenRule(number=0, severity=severity, mark=mark, **facts), sessions=())

    a, b, c, warns = rule("a"), rule("b"), rule("c"), rule("w", Severity.WARN)

    def numbers(rules: Any, known: str = "") -> list[tuple[str, int]]:
        return [(one.mark, one.number) for one in keeping_numbers(rules, numbers_of(known))]

    assert numbers([a, b, warns]) == [("a", 1), ("b", 2), ("w", 3)]
    assert numbers([c, a, b, warns], "a.1 b.2 w.3") == [("a", 1), ("b", 2), ("c", 4), ("w", 3)]
    assert numbers([b, c, warns], "a.1 b.2 c.4 w.3") == [("b", 2), ("c", 4), ("w", 3)]
    assert numbers([a, b], "a.2 b.2 x") == [("b", 1), ("a", 2)]
    assert numbers_of("a.0 b.-1 c.99999 d e.x f.5") == {"f": 5}
