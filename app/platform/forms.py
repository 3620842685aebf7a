"""Page forms: bound by hand, so that a refused one comes back with what was typed."""

import asyncio
import types
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData as Typed
from starlette.types import Message, Receive

from app.platform.i18n import gettext as _
from app.platform.wording import legible

Model = TypeVar("Model", bound=BaseModel)

PIECE = 4096
"""Bytes of a form that are read before others get a turn: a form of many fields takes 40 ms to read at one go."""


def parts(typed: Any) -> Any:
    """What was typed with commas between, for a field that is a list; what is none of text is left as it is."""
    return [part for one in typed.split(",") if (part := one.strip())] if isinstance(typed, str) else typed


async def form_of(request: Request) -> AsyncIterator[Typed]:
    """The form in a request's body, read before the handler's thread begins; its files are closed after the answer."""
    piecewise = Request(request.scope, in_pieces(request.receive))
    async with piecewise.form(max_files=10, max_fields=2000) as form:
        request.state.typed = form
        yield form


def in_pieces(receive: Receive) -> Receive:
    """The same body in pieces of ``PIECE`` bytes at most; between two of them whoever else is served gets on."""
    rest, is_more = memoryview(b""), True

    async def next_piece() -> Message:
        nonlocal rest, is_more
        if rest:
            await asyncio.sleep(0)
        else:
            message = await receive()
            if message["type"] != "http.request":
                return message
            rest, is_more = memoryview(message.get("body", b"")), message.get("more_body", False)
        piece, rest = bytes(rest[:PIECE]), rest[PIECE:]
        return {"type": "http.request", "body": piece, "more_body": is_more or len(rest) > 0}

    return next_piece


FormData = Annotated[Typed, Depends(form_of)]


@dataclass(frozen=True)
class Bound(Generic[Model]):
    """A form that was sent: its value or nothing, messages by field, and what was typed."""

    value: Model | None
    errors: dict[str, str]
    typed: dict[str, Any]


class Kept(dict[str, Any]):
    """What was typed, by field. One that was not sent reads as empty, one that the form has not is our fault."""

    def __init__(self, typed: Mapping[str, Any], fields: Collection[str]) -> None:
        super().__init__(typed)
        self._fields = fields

    def __missing__(self, name: str) -> str:
        if name in self._fields:
            return ""
        raise KeyError(name)


def bind(model: type[Model], form: Typed | Mapping[str, Any]) -> Bound[Model]:
    """Read a form into a model.

    Blanks around text are dropped and empty text counts as not given; a list field takes all entries of its name, and
    what is wrong with one of them is said at the list.
    """
    typed = _typed(model, form)
    trimmed = {name: content.strip() if isinstance(content, str) else content for name, content in typed.items()}
    given = {name: content for name, content in trimmed.items() if content not in ("", [], None)}
    try:
        return Bound(model.model_validate(given), {}, typed)
    except ValidationError as error:
        messages: dict[str, str] = {}
        for fault in error.errors(include_url=False):
            loc = fault["loc"]
            place = loc[:-1] if loc and isinstance(loc[-1], int) else loc
            name = ".".join(str(part) for part in place)
            messages.setdefault(name, _said(fault))
        return Bound(None, messages, typed)


def _typed(model: type[BaseModel], form: Typed | Mapping[str, Any]) -> dict[str, Any]:
    typed = Kept({}, {field.alias or name for name, field in model.model_fields.items()})
    for name, field in model.model_fields.items():
        key = field.alias or name
        if _is_list(field.annotation) and isinstance(form, Typed):
            typed[key] = [_clean(entry) for entry in form.getlist(key) if entry != ""]
        elif key in form:
            typed[key] = _clean(form[key])
    return typed


def _is_list(annotation: Any) -> bool:
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        return any(_is_list(one) for one in get_args(annotation))
    return origin in (list, tuple, set, frozenset)


def _clean(content: Any) -> Any:
    """Text composed (NFC), so that a name is one however it was typed, and without what nobody sees."""
    return legible(content) if isinstance(content, str) else content


def _said(fault: Any) -> str:
    kind = fault["type"]
    if kind == "missing":
        return _("This is missing.")
    if kind == "value_error":
        return str(fault["ctx"]["error"])
    limits = fault.get("ctx", {})
    messages = {
        "string_too_long": _("At most %(number)s letters.") % {"number": limits.get("max_length")},
        "string_too_short": _("At least %(number)s letters.") % {"number": limits.get("min_length")},
        "too_long": _("At most %(number)s.") % {"number": limits.get("max_length")},
        "too_short": _("At least %(number)s.") % {"number": limits.get("min_length")},
        "int_parsing": _("A whole number is wanted."),
        "enum": _("Choose one from the list."),
        "literal_error": _("Choose one from the list."),
        "bool_parsing": _("Choose yes or no."),
        "int_from_float": _("A whole number is wanted."),
        "float_parsing": _("A number is wanted."),
        "decimal_parsing": _("A number is wanted."),
        "string_pattern_mismatch": _("This is not written as it should be."),
        "greater_than": _("More than %(number)s.") % {"number": limits.get("gt")},
        "less_than": _("Less than %(number)s.") % {"number": limits.get("lt")},
        "greater_than_equal": _("At least %(number)s.") % {"number": limits.get("ge")},
        "less_than_equal": _("At most %(number)s.") % {"number": limits.get("le")},
    }
    if kind.startswith("datetime"):
        return _("A date and time is wanted, such as 2019-09-03T09:30.")
    if kind.startswith("date"):
        return _("A date is wanted, such as 2019-09-03.")
    if kind.startswith("time"):
        return _("A time of day is wanted, such as 09:30.")
    return messages.get(kind, str(fault["msg"]))
