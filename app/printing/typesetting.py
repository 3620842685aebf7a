"""Sheets and badges into one PDF with typst: our fonts alone, a fixed time, accessible (PDF/UA-1)."""

import json
import re
import threading
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

import typst

from app.platform.errors import Refused
from app.platform.rendering import STATIC, TEMPLATES

Template = Literal["sheet", "badge", "list", "door", "dossier"]
FONTS = STATIC / "fonts" / "print"
_one_at_a_time = threading.Lock()


def typeset(sheets: Sequence[dict[str, Any]], *, title: str, at: datetime, template: Template = "sheet") -> bytes:
    """One PDF of all sheets, in order. The same sheets at the same time give the same bytes.

    Raises:
        Refused: a letter is missing from our fonts; the message names the sheet.
    """
    try:
        return _compiled(sheets, title=title, at=at, template=template)
    except typst.TypstError as error:
        raise Refused({"sheet": _said(sheets, title=title, at=at, template=template, error=error)}) from error


def _compiled(sheets: Sequence[dict[str, Any]], *, title: str, at: datetime, template: Template) -> bytes:
    # The compiler refuses a second thread while it works ("Already borrowed").
    with _one_at_a_time:
        pdf: bytes = _compiler(template).compile(
            format="pdf",
            pdf_standards=["ua-1"],
            timestamp=int(at.timestamp()),
            sys_inputs={"sheets": json.dumps(list(sheets), ensure_ascii=False), "title": title},
        )
    return pdf


@lru_cache
def _compiler(template: Template) -> Any:
    """One warm compiler for each template: reading the fonts takes longer than setting a sheet."""
    return typst.Compiler(
        str(TEMPLATES / "printing" / f"{template}.typ"),
        root=str(TEMPLATES / "printing"),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
    )


def _said(sheets: Sequence[dict[str, Any]], *, title: str, at: datetime, template: Template, error: Exception) -> str:
    """Which sheet cannot be set, and why."""
    reason = re.sub(r"\s+", " ", str(error)).strip()
    if len(sheets) == 1:
        return f"The sheet of {sheets[0]['name']} cannot be set: {reason}"
    for sheet in sheets:
        try:
            _compiled([sheet], title=title, at=at, template=template)
        except typst.TypstError as own:
            return _said([sheet], title=title, at=at, template=template, error=own)
    return f"The sheets cannot be set together: {reason}"
