"""Page forms: bound by hand, so that a refused one comes back with what was typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar, get_origin

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData as Typed

from app.platform.i18n import gettext as _

Model = TypeVar("Model", bound=BaseModel)


async def form_of(request: Request) -> Typed:
    """The form in a request's body, read before the handler's thread begins."""
    return await request.form(max_files=10, max_fields=2000)


FormData = Annotated[Typed, Depends(form_of)]


@dataclass(frozen=True)
class Bound(Generic[Model]):
    """A form that was sent: its value or nothing, messages by field, and what was typed."""

    value: Model | None
    errors: dict[str, str]
    typed: dict[str, Any]


def bind(model: type[Model], form: Typed | Mapping[str, Any]) -> Bound[Model]:
    """Read a form into a model. Empty text counts as not given; a list field takes all entries of its name."""
    typed = _typed(model, form)
    given = {name: content for name, content in typed.items() if content not in ("", [], None)}
    try:
        return Bound(model.model_validate(given), {}, typed)
    except ValidationError as error:
        messages: dict[str, str] = {}
        for fault in error.errors(include_url=False):
            name = ".".join(str(part) for part in fault["loc"])
            messages.setdefault(name, _said(fault))
        return Bound(None, messages, typed)


def _typed(model: type[BaseModel], form: Typed | Mapping[str, Any]) -> dict[str, Any]:
    typed: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        key = field.alias or name
        is_list = get_origin(field.annotation) in (list, tuple, set, frozenset)
        if is_list and isinstance(form, Typed):
            typed[key] = [entry for entry in form.getlist(key) if entry != ""]
        elif key in form:
            content = form[key]
            typed[key] = content.replace("\x00", "") if isinstance(content, str) else content
    return typed


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
        "int_parsing": _("A whole number is wanted."),
        "enum": _("Choose one from the list."),
        "literal_error": _("Choose one from the list."),
        "bool_parsing": _("Choose yes or no."),
        "greater_than_equal": _("At least %(number)s.") % {"number": limits.get("ge")},
        "less_than_equal": _("At most %(number)s.") % {"number": limits.get("le")},
    }
    if kind.startswith(("datetime", "date")):
        return _("A date and time is wanted, such as 2019-09-03T09:30.")
    return messages.get(kind, str(fault["msg"]))
