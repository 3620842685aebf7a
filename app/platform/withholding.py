"""What templates cannot reach: the protected columns of a row, by whatever way they ask for them."""

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment
from jinja2.exceptions import SecurityError

from app.platform.database.base import Base

FORMATTING = frozenset({"format", "format_map"})
"""Of texts: these would read attributes by themselves. The filter ``format`` does not."""


class Withholding(Environment):
    """Templates in which a row gives what its model does not withhold; what is protected comes as values of its own.

    Every way from a template to an attribute leads through the two methods below. The ways past them are closed: the
    filter ``attr``, names with a low line before them, and the formatting of texts by attribute.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.filters["attr"]

    def getattr(self, obj: Any, attribute: str) -> Any:
        """``obj.attribute``.

        Raises:
            SecurityError: the model withholds it, or it is a way around that.
        """
        _check(obj, attribute)
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """``obj["argument"]``, and what ``map(attribute=…)`` and its like ask for.

        Raises:
            SecurityError: the model withholds it, or it is a way around that.
        """
        if isinstance(argument, str):
            _check(obj, argument)
        return super().getitem(obj, argument)


def _check(obj: Any, name: str) -> None:
    is_hidden = name[:1] == "_" and not isinstance(obj, Mapping)
    is_around = isinstance(obj, str) and name in FORMATTING
    if is_hidden or is_around or (isinstance(obj, Base) and name in obj.withheld):
        raise SecurityError(f"{type(obj).__name__}.{name} is withheld from templates")
