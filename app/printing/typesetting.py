"""Sheets into one PDF with typst: our fonts alone, a fixed time, accessible (PDF/UA-1)."""

import json
import re
import threading
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import typst

from app.platform.errors import Refused
from app.platform.rendering import STATIC, TEMPLATES

FONTS = STATIC / "fonts" / "print"
_one_at_a_time = threading.Lock()


def typeset(sheets: Sequence[dict[str, Any]], *, title: str, at: datetime) -> bytes:
    """One PDF of all sheets, in order. The same sheets at the same time give the same bytes.

    Raises:
        Refused: a letter is missing from our fonts; the message names the sheet.
    """
    try:
        return _compiled(sheets, title=title, at=at)
    except typst.TypstError as error:
        raise Refused({"sheet": _said(sheets, title=title, at=at, error=error)}) from error


def _compiled(sheets: Sequence[dict[str, Any]], *, title: str, at: datetime) -> bytes:
    # The compiler refuses a second thread while it works ("Already borrowed").
    with _one_at_a_time:
        pdf: bytes = _compiler().compile(
            format="pdf",
            pdf_standards=["ua-1"],
            timestamp=int(at.timestamp()),
            sys_inputs={"sheets": json.dumps(list(sheets), ensure_ascii=False), "title": title},
        )
    return pdf


@lru_cache(maxsize=1)
def _compiler() -> Any:
    """One warm compiler: reading the fonts takes longer than setting a sheet."""
    return typst.Compiler(
        str(TEMPLATES / "printing" / "sheet.typ"),
        root=str(TEMPLATES / "printing"),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
    )


def _said(sheets: Sequence[dict[str, Any]], *, title: str, at: datetime, error: Exception) -> str:
    """Which sheet cannot be set, and why."""
    reason = re.sub(r"\s+", " ", str(error)).strip()
    if len(sheets) == 1:
        return f"The sheet of {sheets[0]['name']} cannot be set: {reason}"
    for sheet in sheets:
        try:
            _compiled([sheet], title=title, at=at)
        except typst.TypstError as own:
            return _said([sheet], title=title, at=at, error=own)
    return f"The sheets cannot be set together: {reason}"
