"""G19: OWASP ASVS 5.0.0 as a checked list: each requirement of levels 1 and 2 once, with what shows it or the reason."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
ROWS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "asvs.yaml").read_text(encoding="utf-8"))

LEVELS = {
    "V1.1": "22", "V1.2": "1111122223", "V1.3": "112222222223", "V1.4": "222", "V1.5": "123", "V2.1": "122",
    "V2.2": "112", "V2.3": "12223", "V2.4": "23", "V3.1": "3", "V3.2": "113", "V3.3": "12223", "V3.4": "11222233",
    "V3.5": "11122333", "V3.6": "3", "V3.7": "22333", "V4.1": "12233", "V4.2": "23333", "V4.3": "22", "V4.4": "1222",
    "V5.1": "2", "V5.2": "112333", "V5.3": "113", "V5.4": "222", "V6.1": "122", "V6.2": "111111112222",
    "V6.3": "11223333", "V6.4": "112233", "V6.5": "22222333", "V6.6": "2223", "V6.7": "33", "V6.8": "2222",
    "V7.1": "222", "V7.2": "1111", "V7.3": "22", "V7.4": "11222", "V7.5": "223", "V7.6": "22", "V8.1": "1233",
    "V8.2": "1123", "V8.3": "133", "V8.4": "23", "V9.1": "111", "V9.2": "1222", "V10.1": "22", "V10.2": "223",
    "V10.3": "22223", "V10.4": "1111122222233333", "V10.5": "22222", "V10.6": "22", "V10.7": "222", "V11.1": "2233",
    "V11.2": "22233", "V11.3": "11233", "V11.4": "1222", "V11.5": "23", "V11.6": "23", "V11.7": "33", "V12.1": "12233",
    "V12.2": "11", "V12.3": "22223", "V13.1": "2333", "V13.2": "222223", "V13.3": "2233", "V13.4": "1222233",
    "V14.1": "22", "V14.2": "12223333", "V14.3": "122", "V15.1": "12233", "V15.2": "12233", "V15.3": "1222222",
    "V15.4": "3333", "V16.1": "2", "V16.2": "22222", "V16.3": "2222", "V16.4": "222", "V16.5": "2223", "V17.1": "23",
    "V17.2": "22223333", "V17.3": "22",
}  # fmt: skip
"""The sections of the standard: a digit is the level of each of their requirements, in order."""

WANTED_BEYOND = {"V1.2.10", "V2.3.5", "V6.3.8", "V8.3.2", "V14.2.7", "V15.4.1", "V15.4.2", "V15.4.3"}
"""Requirements of level 3 that the design asks for."""

KINDS = ("by design: ", "not applicable: ", "not met: ")
LEAST_WORDS = 3


def _all() -> dict[str, int]:
    return {f"{section}.{at}": int(level) for section, told in LEVELS.items() for at, level in enumerate(told, 1)}


@cache
def _functions(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_g19_every_requirement_of_levels_1_and_2_stands_once() -> None:
    known, listed = _all(), Counter(row["id"] for row in ROWS)
    assert Counter(known.values()) == {1: 70, 2: 183, 3: 92}, "as many as the standard has"
    assert [one for one, times in listed.items() if times > 1] == []
    wanted = {one for one, level in known.items() if level <= 2} | WANTED_BEYOND
    assert wanted - set(listed) == set()
    assert set(listed) - set(known) == set()
    assert {row["id"]: row["level"] for row in ROWS} == {one: known[one] for one in listed}


def _fault(row: dict[str, Any]) -> str:
    """What is wrong with a line; nothing where it holds."""
    shown = [name for name in ("tests", "document", "reason") if row.get(name)]
    if len(shown) != 1 or not row["about"].strip():
        return "it takes a few words and exactly one of tests, document and reason"
    for node in row.get("tests", ()):
        path, name = node.split("::")
        if not (ROOT / path).is_file() or name not in _functions(path):
            return f"there is no {node}"
    if "document" in row:
        path, head = row["document"].split("#")
        text = (ROOT / path).read_text(encoding="utf-8")
        return "" if re.search(rf"^#+ {re.escape(head)}$", text, re.MULTILINE) else f"no heading {head} in {path}"
    reason = row.get("reason", "")
    kind = next((one for one in KINDS if reason.startswith(one)), None)
    if "reason" in row and (kind is None or len(reason.removeprefix(kind).split()) < LEAST_WORDS):
        return "the reason is empty, or of no known kind"
    return ""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_g19_each_has_tests_a_document_or_a_reason(row: dict[str, Any]) -> None:
    assert _fault(row) == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"tests": ["tests/reliability/test_asvs.py::test_that_nobody_wrote"]},
        {"tests": ["tests/nowhere.py::test_x"]},
        {"document": ".github/SECURITY.md#A heading that is not there"},
        {"reason": "not met: "},
        {"reason": "it will surely do as it is"},
        {"reason": "by design: a good reason indeed", "document": "README.md#x"},
        {},
    ],
)
def test_g19_a_wrong_line_is_seen(wrong: dict[str, Any]) -> None:
    """The control of the test above."""
    assert _fault({"about": "something", **wrong})


def test_g19_what_is_not_met_is_counted_and_said(capsys: Any) -> None:
    """The list is as honest as its count: whoever mends one or finds one changes this number with it."""
    missed = [row for row in ROWS if row.get("reason", "").startswith("not met: ")]
    shown = Counter(
        "tests" if "tests" in row else "document" if "document" in row else row["reason"].split(":")[0] for row in ROWS
    )
    with capsys.disabled():
        print(f"\nASVS 5.0.0: {len(ROWS)} listed, {dict(shown)}; not met:")
        for row in missed:
            print(f"  {row['id']} (level {row['level']}): {row['reason'].removeprefix('not met: ')}")
    assert len(missed) == NOT_MET, [row["id"] for row in missed]


NOT_MET = 9
"""How many of the listed requirements are not met, each with its reason in the list."""
