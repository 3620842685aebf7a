"""T41, G11: lists as strangers may make them, sent as a person sends them: read rightly or refused in words, never in part."""

import io
import os
import random
import re
import resource
import zipfile
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from app.delegations.models import Delegate
from tests.app.registration.importing.conftest import Desk, desk, workbook
from tests.app.registration.importing.test_people import HEADERS, person

__all__ = ["desk"]

SEED = int(os.environ.get("BRIDGE_FUZZ_SEED", "1"))
MOST_SECONDS, MOST_MB = 10.0, 150
CELLS: tuple[Any, ...] = (
    "", "x" * 20_000, "=1+1", "@SUM(A1)", "\t", "\u202eevil", "🌍" * 100, "a@b.example\r\nBcc: c@d.example", "2019-02-30",
    -1, 1e300, 1.5, 43710.5, "NaN", "Kenya", "city", "director", "en; fr", "<svg onload=alert(1)>", "{{ 7*7 }}", None,
)  # fmt: skip
MARKUP = (
    b"<", b">", b'"', b"&", b"&amp;", b"&#0;", b"&#x110000;", b"&lol;", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"<![CDATA[",
    b"<row>", b"</row>", b'r="A0"', b'r="XFD1048576"', b't="e"', b't="d"', b't="s"', b"99999999999999999999", b"\x00",
    b"<v>1e999</v>", b"<f>1/0</f>", b"<is><t>x</t></is>", b"<!--", b"\xff\xfe", b"-1",
)  # fmt: skip
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "cp1251", "gb18030", "utf-7", "cp037", "shift_jis")


def _rows(chance: random.Random) -> list[list[Any]]:
    rows: list[list[Any]] = [list(HEADERS), *(person(number) for number in range(8))]
    for _ in range(chance.randint(0, 6)):
        row = chance.choice(rows)
        if row and chance.random() < 0.8:
            row[chance.randrange(len(row))] = chance.choice(CELLS)
        elif chance.random() < 0.5:
            row.extend([chance.choice(CELLS)] * chance.randint(1, 40))
        else:
            del row[chance.randrange(len(row) + 1) :]
    return rows


def _hostile_xlsx(chance: random.Random) -> bytes:
    content = workbook(_rows(chance))
    turn = chance.random()
    if turn < 0.15:
        return content
    if turn < 0.3:  # bytes of the archive itself
        broken = bytearray(content)
        for _ in range(chance.choice((1, 1, 5, 50))):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        return bytes(broken[: chance.choice((len(broken), chance.randrange(len(broken))))])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    for _ in range(chance.choice((1, 1, 2, 5))):
        name = chance.choice([*entries])
        body, at = entries[name], chance.randrange(max(1, len(entries[name])))
        what = chance.random()
        if what < 0.5:
            entries[name] = body[:at] + chance.choice(MARKUP) + body[at:]
        elif what < 0.7:
            entries[name] = body[:at]
        elif what < 0.8:
            entries[name] = body[:at] + body[at:] * chance.choice((2, 30))
        elif what < 0.9:
            entries[name] = entries[chance.choice([*entries])]
        else:
            del entries[name]
            if not entries:
                break
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in entries.items():
            archive.writestr(name, body)
    return out.getvalue()


def _hostile_csv(chance: random.Random) -> bytes:
    delimiter = chance.choice((",", ";", "\t", "|", ", ", "\x1f"))
    quote = chance.choice(('"', "'", ""))
    rows = [[str(cell if cell is not None else "") for cell in row] for row in _rows(chance)]
    lines = [delimiter.join(f"{quote}{cell}{quote}" for cell in row) for row in rows]
    text = chance.choice(("\n", "\r\n", "\r")).join(lines)
    content = bytearray(text.encode(chance.choice(ENCODINGS), errors="replace"))
    for _ in range(chance.choice((0, 0, 1, 3, 30))):
        content.insert(chance.randrange(len(content) + 1), chance.choice((0, 34, 10, 13, 44, 255, 254, 239, 128, 26)))
    if chance.random() < 0.1:
        content += bytes(chance.randrange(256) for _ in range(5000))
    return bytes(content)


def _try(desk: Desk, content: bytes, name: str) -> tuple[str, int]:
    """Send a list, look at it and agree: how it ended, and how many people more there are."""
    before = _people(desk)
    address = desk.send(content, name=name)
    page = desk.client.get(address)
    assert page.status_code == 200, page.status_code
    counts = desk.counts(page.text)
    if not re.search(r'name="digest" value="', page.text):
        assert _people(desk) == before
        return ("refused" if "Nothing was written" in page.text else "columns to match"), 0
    answer = desk.agree(address)
    more = _people(desk) - before
    if answer.status_code == 303:
        assert more == counts.get("new", 0), f"{more} people more, {counts} were shown"
        return "imported", more
    assert answer.status_code in {409, 422}, answer.status_code
    assert more == 0, "refused, and written in part"
    return "refused at the end", 0


def _people(desk: Desk) -> int:
    with desk.client.app.state.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Delegate)) or 0


def _seconds() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _try_many(desk: Desk, *, seed: int, files: int) -> tuple[Counter[str], float, float]:
    """How they ended; the longest time for one, in seconds of a processor, and how many MB the server grew.

    The clock on the wall would say how busy the machine is; the children that read the files count too.
    """
    chance, ended, longest = random.Random(seed), Counter[str](), 0.0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(files):
        make, name = (_hostile_xlsx, "list.xlsx") if number % 2 else (_hostile_csv, "list.csv")
        content, began = make(chance), _seconds()
        try:
            how, _more = _try(desk, content, name)
        except AssertionError as wrong:
            raise AssertionError(f"seed {seed}, file {number} ({name}, {len(content)} bytes): {wrong}") from wrong
        longest = max(longest, _seconds() - began)
        ended[how] += 1
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return ended, longest, grown


def test_a_slice_of_hostile_lists_is_read_or_refused_whole(desk: Desk) -> None:
    """T41."""
    ended, _longest, _grown = _try_many(desk, seed=SEED, files=10)
    assert ended.total() == 10


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("part", range(4))
def test_five_hundred_hostile_lists_are_read_or_refused_whole(desk: Desk, part: int) -> None:
    """T41, G11: 125 of each of four seeds."""
    ended, longest, grown = _try_many(desk, seed=SEED + 100 + part, files=125)
    print(f"\nseed {SEED + 100 + part}: {dict(ended)}, longest {longest:.1f} s, {grown:.0f} MB more")
    assert ended["imported"] > 10 and ended["refused"] > 10, ended
    assert longest < MOST_SECONDS
    assert grown < MOST_MB


def test_a_list_that_is_written_in_part_is_found(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: where an import left out a row that it had shown as new, the same test fails."""
    from app.registration.importing.service import writing

    write_all: Callable[..., None] = writing._Desk.write_people

    class AllButOne:
        def __init__(self, found: Any) -> None:
            self.found = found

        def of(self, outcome: Any) -> Any:
            return [*self.found.of(outcome)][1:]

    monkeypatch.setattr(writing._Desk, "write_people", lambda self, found: write_all(self, AllButOne(found)))
    with pytest.raises(AssertionError, match="2 people more"):
        _try(desk, workbook([HEADERS, *map(person, range(3))]), "list.xlsx")
