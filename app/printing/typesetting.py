"""Sheets and badges into one PDF, in this process: for one sheet or some. Many are set by children of a job."""

import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import typst

from app.platform.errors import Refused
from app.platform.i18n import gettext as _
from app.printing.press import Template, compiled, culprit, reason_of

_one_at_a_time = threading.Lock()


def typeset(sheets: Sequence[dict[str, Any]], *, title: str, at: datetime, template: Template = "sheet") -> bytes:
    """One PDF of all sheets, in order. The same sheets at the same time give the same bytes.

    Raises:
        Refused: a letter is missing from our fonts; the message names the sheet.
    """
    timestamp = int(at.timestamp())
    # The compiler refuses a second thread while it works ("Already borrowed").
    with _one_at_a_time:
        try:
            return compiled(sheets, title=title, timestamp=timestamp, template=template)
        except typst.TypstError as error:
            name, reason = culprit(sheets, title=title, timestamp=timestamp, template=template)
            raise Refused({"sheet": why_unset(name, reason or reason_of(error))}) from error


def why_unset(name: str, reason: str) -> str:
    """Which sheet cannot be set, and why."""
    if not name:
        return _("The sheets cannot be set together: %(reason)s") % {"reason": reason}
    return _("The sheet of %(name)s cannot be set: %(reason)s") % {"name": name, "reason": reason}
