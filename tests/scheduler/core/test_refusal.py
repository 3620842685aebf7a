"""Refusals name a path, never show a traceback, and tell everything at once."""

from typing import Literal

import pytest

from scheduler.core.refusal import LARGEST_FILE_BYTES, Complaint, Complaints, Refused, path_of, read
from scheduler.core.values import Count, Grain, Id, Value


class Inner(Value):
    id: Id
    start: Grain
    spare: Count = 0


class Outer(Value):
    format: Literal["x/1"]
    inner: tuple[Inner, ...] = ()
    ratio: float = 0.0


def complaints(text: str | bytes) -> dict[str, str]:
    with pytest.raises(Refused) as refused:
        read(Outer, text)
    return {complaint.path: complaint.message for complaint in refused.value.complaints}


@pytest.mark.parametrize(
    ("inner", "path"),
    [
        ('{"id": "", "start": 0}', "inner[0].id"),
        ('{"id": "a", "start": "0"}', "inner[0].start"),
        ('{"id": "a", "start": 1.0}', "inner[0].start"),
        ('{"id": "a", "start": true}', "inner[0].start"),
        ('{"id": "a", "start": null}', "inner[0].start"),
        ('{"id": "a", "start": 2147483649}', "inner[0].start"),
        ('{"id": "a", "start": -2147483649}', "inner[0].start"),
        ('{"id": "a", "start": 0, "spare": -1}', "inner[0].spare"),
        ('{"id": "a", "start": 0, "colour": 1}', "inner[0].colour"),
        ('{"id": "a"}', "inner[0].start"),
        ('{"id": 7, "start": 0}', "inner[0].id"),
        ("[]", "inner[0]"),
    ],
)
def test_path_of_what_is_wrong(inner: str, path: str) -> None:
    assert path in complaints(f'{{"format": "x/1", "inner": [{inner}]}}')


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none_are_refused(number: str) -> None:
    assert complaints(f'{{"format": "x/1", "ratio": {number}}}')


@pytest.mark.parametrize("text", ["", "{", b"\xff", "nonsense", "[" * 100_000, '{"format": "x/1"} more'])
def test_what_is_not_json_is_refused(text: str | bytes) -> None:
    assert complaints(text)


def test_every_key_that_is_there_twice_is_named_at_its_place() -> None:
    inner = '{"id": "a", "id": "b", "start": 0}, {"id": "a", "start": 0, "start": 0, "start": 1}'
    assert complaints(f'{{"format": "x/1", "inner": [{inner}]}}'.encode()) == {
        "inner[0].id": "the key 'id' is there twice",
        "inner[1].start": "the key 'start' is there twice",
    }


def test_the_same_key_in_two_objects_is_no_repetition() -> None:
    inner = '{"id": "a", "start": 0}, {"id": "b", "start": 0}'
    assert len(read(Outer, f'{{"format": "x/1", "inner": [{inner}]}}').inner) == 2


def test_a_file_that_is_too_large_is_refused_unread() -> None:
    assert "64 MB" in complaints(b" " * (LARGEST_FILE_BYTES + 1))[""]


def test_limits_of_integers_are_within() -> None:
    text = '{"format": "x/1", "inner": [{"id": "a", "start": 2147483648}, {"id": "b", "start": -2147483648}]}'
    assert [one.start for one in read(Outer, text).inner] == [2**31, -(2**31)]


def test_the_offending_value_is_shown_cut_short() -> None:
    (message,) = complaints('{"format": "' + "y" * 500 + '"}').values()
    assert "yyy" in message
    assert len(message) < 200


def test_path_of() -> None:
    assert path_of(("a", 3, "b", "c", 0)) == "a[3].b.c[0]"
    assert str(Complaint("a[1]", "no")) == "a[1]: no"
    assert str(Complaint("", "no")) == "no"


def test_complaints_collect() -> None:
    found = Complaints()
    found.raise_if_any()
    found.require_known("a", "room", "r1", {"r1"})
    found.require_known("b", "room", "r2", {"r1"})
    found.require_unique("c", "room", ["r1", "r2", "r1"])
    found.require_windows("d", [(0, 1), (3, 3), (5, 4)])
    found.require_windows("e", None)
    with pytest.raises(Refused) as refused:
        found.raise_if_any()
    assert [complaint.path for complaint in refused.value.complaints] == ["b", "c[2]", "d[2]"]
    assert "'r2'" in str(refused.value)
