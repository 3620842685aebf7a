"""Text that a spreadsheet would calculate, and the quote that keeps it from doing so. Knows nothing but the library."""

import re

DANGEROUS = re.compile(r"\s*[=+\-@\t\r＝＋－＠﹢﹣﹦﹫]")
"""How formulas begin, after any blanks, and in the wide forms that some programs take for the same."""


def quoted(text: str) -> str:
    """A text as CSV may hold it: with a quote before it where a program might calculate."""
    return f"'{text}" if _may_calculate(text.lstrip("'")) else text


def unquoted(text: str) -> str:
    """The text that ``quoted`` was given."""
    return text[1:] if text.startswith("'") and _may_calculate(text.lstrip("'")) else text


def _may_calculate(text: str) -> bool:
    return DANGEROUS.match(text) is not None
