"""G1 to G24, T01 to T61: the tables of the README name what exists, and leave no number of the design out."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
import typer

from app.cli import commands

ROOT = Path(__file__).parent.parent.parent
README = (Path(__file__).parent / "README.md").read_text(encoding="utf-8")
ROWS = {match[1]: match[0] for match in re.finditer(r"^\| ([GT]\d+) \|.*\|$", README, re.MULTILINE)}
FIGURES = [f"G{number}" for number in range(1, 25)]
TESTS = [
    f"T{number:02}"
    for first, last in ((1, 16), (20, 24), (30, 37), (40, 45), (50, 58), (60, 61))
    for number in range(first, last + 1)
]
IN_CODE = re.findall(r"`([^`]+)`", README)
NODES = sorted({one for one in IN_CODE if "::" in one})
PYTEST = sorted({one for one in IN_CODE if one.startswith("pytest ")})


@cache
def _functions(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@cache
def _numbers(path: str, name: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    said = [
        ast.get_docstring(node) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    text = " ".join(filter(None, [ast.get_docstring(tree), *said]))
    ranges = [range(int(first), int(last) + 1) for first, last in re.findall(r"T(\d+) to T(\d+)", text)]
    return frozenset(re.findall(r"T\d\d", text)) | {f"T{number:02}" for one in ranges for number in one}


def test_every_number_of_the_design_has_its_row() -> None:
    assert list(ROWS) == FIGURES + TESTS


@pytest.mark.parametrize("number", FIGURES + TESTS)
def test_a_row_names_a_test_or_a_command_or_says_that_it_is_not_done(number: str) -> None:
    cells = ROWS[number].strip("|").split("|")
    shown = cells[2]
    is_named = "`" in shown and (number.startswith("G") or "::" in shown)
    assert is_named or re.search(r"not done: \w+", shown), ROWS[number]


@pytest.mark.parametrize("node", NODES)
def test_a_test_that_is_named_exists(node: str) -> None:
    path, name = node.split("::")
    assert name in _functions(path)


@pytest.mark.parametrize("number", TESTS)
def test_a_test_says_which_number_it_is(number: str) -> None:
    """In its docstring or in that of its file, so that whoever looks for a number finds it."""
    for node in re.findall(r"`(tests/[^`]+::[^`]+)`", ROWS[number]):
        path, name = node.split("::")
        assert number in _numbers(path, name), node


@pytest.mark.parametrize("command", PYTEST)
def test_a_command_that_is_named_finds_tests(command: str) -> None:
    """Each path exists, and whoever asks for the long ones by a mark finds one in the files."""
    words = command.split()
    paths = [ROOT / word for word in words if word.startswith("tests/")]
    assert paths
    for path in paths:
        assert path.exists(), path
    if "long" in words:
        files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("test_*.py"))]
        assert any("mark.long" in file.read_text(encoding="utf-8") for file in files)
    if "-k" in words:
        wanted = words[words.index("-k") + 1].strip("\"'")
        assert any(wanted in name for path in paths for name in _functions(str(path.relative_to(ROOT))))


def test_other_commands_that_are_named_exist() -> None:
    known = typer.main.get_command(commands).list_commands(None)  # type: ignore[arg-type]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for one in IN_CODE:
        if one.startswith("make "):
            assert f"\n{one.split()[1]}:" in makefile, one
        if one.startswith("bridge "):
            assert one.split()[1] in known, one
        if one.startswith("tests/") and "::" not in one:
            assert (ROOT / one).exists(), one
    assert "`make test`" in README and "`make test-long`" in README


def test_the_walk_sees_a_row_that_names_what_is_not_there() -> None:
    """The control: what these tests compare with is not empty, and an invented name is none of it."""
    assert len(NODES) > 50 and len(PYTEST) > 10
    assert "test_that_nobody_wrote" not in _functions("tests/reliability/test_readme.py")
