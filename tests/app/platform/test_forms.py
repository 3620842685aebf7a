"""Forms come back with what was typed, a message by field, and in the reader's language."""

import asyncio
import enum
from datetime import date, datetime, time
from io import BytesIO
from typing import Annotated, Any, Literal

import pytest
from fastapi import APIRouter
from pydantic import BaseModel, Field, field_validator
from starlette.datastructures import FormData

from app.platform import i18n
from app.platform.error_names import name_fields
from app.platform.forms import PIECE, bind, in_pieces
from app.platform.forms import FormData as SentForm


class Rank(enum.StrEnum):
    MAYOR = "mayor"
    OFFICER = "officer"


class Person(BaseModel):
    name: Annotated[str, Field(min_length=2, max_length=10)]
    rank: Rank = Rank.OFFICER
    seats: Annotated[int, Field(ge=1, le=9)] = 1
    price: float | None = None
    is_listed: bool = False
    arrives_at: datetime | None = None
    born_on: date | None = None
    wakes_at: time | None = None
    side: Literal["left", "right"] | None = None
    code: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    topics: list[int] = []
    tongues: list[str] | None = None
    note: str | None = None

    @field_validator("note")
    @classmethod
    def _no_shouting(cls, value: str | None) -> str | None:
        if value and value.isupper():
            raise ValueError("Write it without shouting.")
        return value


def test_what_is_right_becomes_a_value() -> None:
    form = FormData(
        [("name", "  Li Wei "), ("rank", "mayor"), ("topics", "1"), ("topics", "2"), ("tongues", "zh"), ("x", "y")]
    )
    bound = bind(Person, form)
    assert bound.errors == {}
    assert bound.value == Person(name="Li Wei", rank=Rank.MAYOR, topics=[1, 2], tongues=["zh"])
    assert bound.typed["name"] == "  Li Wei "
    assert "x" not in bound.typed


def test_a_field_that_was_not_sent_reads_as_empty_and_an_unknown_one_is_a_fault() -> None:
    """A page shows a refused form again, whatever was left out of it; a page with a wrong name in it is found."""
    typed = bind(Person, FormData([("topics", "x")])).typed
    assert (typed["name"], typed.get("name", "as stored"), typed["topics"]) == ("", "as stored", ["x"])
    with pytest.raises(KeyError):
        typed["nmae"]


@pytest.mark.parametrize("empty", ["", "   "])
def test_empty_counts_as_not_given(empty: str) -> None:
    bound = bind(Person, FormData([("name", "Li"), ("rank", empty), ("note", empty), ("topics", "")]))
    assert bound.value == Person(name="Li")
    assert bind(Person, FormData([("name", empty)])).errors == {"name": "This is missing."}


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("name", "L", "At least 2 letters."),
        ("name", "L" * 11, "At most 10 letters."),
        ("rank", "king", "Choose one from the list."),
        ("side", "middle", "Choose one from the list."),
        ("seats", "x", "A whole number is wanted."),
        ("seats", "1.5", "A whole number is wanted."),
        ("seats", "0", "At least 1."),
        ("seats", "10", "At most 9."),
        ("price", "x", "A number is wanted."),
        ("is_listed", "perhaps", "Choose yes or no."),
        ("arrives_at", "soon", "A date and time is wanted, such as 2019-09-03T09:30."),
        ("born_on", "2019-13-01", "A date is wanted, such as 2019-09-03."),
        ("wakes_at", "25:00", "A time of day is wanted, such as 09:30."),
        ("code", "at", "This is not written as it should be."),
        ("note", "HELLO", "Write it without shouting."),
        ("topics", "x", "A whole number is wanted."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(field: str, typed: str, message: str) -> None:
    bound = bind(Person, FormData({"name": "Li", field: typed}))
    assert bound.value is None
    assert bound.errors == {field: message}
    assert bound.typed[field] == ([typed] if field == "topics" else typed)


def test_messages_speak_the_language_of_the_request() -> None:
    with i18n.speaking("fr"):
        said = bind(Person, FormData([])).errors["name"]
    assert said == i18n.catalogue("fr").gettext("This is missing.")


def test_nothing_reaches_the_database_that_it_cannot_keep() -> None:
    bound = bind(Person, FormData([("name", "L\x00i"), ("tongues", "z\x00h")]))
    assert bound.value == Person(name="Li", tongues=["zh"])


def test_files_are_closed_after_the_answer(client: Any) -> None:
    router, seen = APIRouter(), []

    @router.post("/upload")
    def upload(form: SentForm) -> str:
        file = form["sheet"]
        seen.append(file)
        return file.file.read().decode()

    client.app.include_router(router)
    assert client.post("/upload", files={"sheet": ("a.csv", BytesIO(b"a;b"))}).json() == "a;b"
    assert seen[0].file.closed


def test_the_box_of_errors_names_the_fields() -> None:
    page = (
        '<div class="error-box" id="errors"><ul><li><a href="#family-name">This is missing.</a></li>'
        '<li><a href="#origin">This is missing.</a></li><li><a href="#gone">This is missing.</a></li>'
        '<li><a href="#needs">At least 1.</a></li></ul></div><p class="error" id="needs" role="group" aria-label="Seeks"></p>'
        '<label for="family-name">Family\n name <span class="optional">optional</span></label><a href="#family-name">x</a>'
        '<fieldset class="field" id="origin" tabindex="-1">\n  <legend class="legend">Where you are from</legend></fieldset>'
    )
    named = name_fields(page)
    assert '<a href="#family-name">Family name: This is missing.</a>' in named
    assert '<a href="#origin">Where you are from: This is missing.</a>' in named
    assert '<a href="#gone">This is missing.</a>' in named
    assert '<a href="#needs">Seeks: At least 1.</a>' in named
    assert named.endswith(page[page.index("</ul>") :])


def test_a_large_form_is_read_in_pieces_and_others_get_on_between_them() -> None:
    """T40: however it came, the body is the same, and no piece holds up the server for long."""
    body = bytes(range(256)) * 100
    messages = [
        {"type": "http.request", "body": body[:10_000], "more_body": True},
        {"type": "http.request", "body": b"", "more_body": True},
        {"type": "http.request", "body": body[10_000:], "more_body": False},
        {"type": "http.disconnect"},
    ]
    turns = 0

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async def read() -> tuple[list[bytes], list[bool], str]:
        other = asyncio.create_task(count())
        next_piece = in_pieces(receive)
        pieces, follows = [], [True]
        while follows[-1]:
            message = await next_piece()
            pieces.append(message["body"])
            follows.append(message["more_body"])
        other.cancel()
        return pieces, follows, (await next_piece())["type"]

    pieces, follows, last = asyncio.run(read())
    assert b"".join(pieces) == body
    assert max(map(len, pieces)) == PIECE
    assert follows == [True] * len(pieces) + [False]
    assert turns >= 5, "between the pieces of one message"
    assert last == "http.disconnect"
