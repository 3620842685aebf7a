"""The typesetter: sheets into a document with our fonts alone, a fixed time, accessible (PDF/UA-1).

``python -m app.printing.press set|join <order> <answer>`` is the child that does it for many sheets: what it needs of
memory goes with it. It imports nothing of the office.
"""

import json
import re
import sys
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import typst

from app.platform.codes import code_of
from app.printing.joining import joined

Template = Literal["sheet", "badge", "badges", "list", "door", "dossier", "booklet"]

PROJECT = Path(__file__).parents[2]
TEMPLATES = PROJECT / "templates" / "printing"
FONTS = PROJECT / "static" / "fonts" / "print"


def compiled(sheets: Sequence[dict[str, Any]], *, title: str, timestamp: int, template: Template) -> bytes:
    """One PDF of all sheets, in order. The same sheets at the same time give the same bytes.

    Raises:
        TypstError: a letter is missing from our fonts, or a value is.
    """
    pdf: bytes = _compiler(template).compile(
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=timestamp,
        sys_inputs={"sheets": json.dumps(list(sheets), ensure_ascii=False), "title": title},
    )
    return pdf


def culprit(sheets: Sequence[dict[str, Any]], *, title: str, timestamp: int, template: Template) -> tuple[str, str]:
    """Which sheet cannot be set, by name, and why; no name where each can be set alone."""
    for sheet in sheets:
        try:
            compiled([sheet], title=title, timestamp=timestamp, template=template)
        except typst.TypstError as error:
            return str(sheet["name"]), reason_of(error)
    return "", ""


def reason_of(error: Exception) -> str:
    """What the typesetter says, on one line."""
    return re.sub(r"\s+", " ", str(error)).strip()


@lru_cache
def _compiler(template: Template) -> Any:
    """One warm compiler for each template: reading the fonts takes longer than setting a sheet."""
    return typst.Compiler(
        str(TEMPLATES / f"{template}.typ"), root=str(TEMPLATES), font_paths=[str(FONTS)], ignore_system_fonts=True
    )


def main(arguments: Sequence[str]) -> int:
    """Set documents, or join them. Says how many are done; a sheet that cannot be set goes into the answer."""
    verb, order, answer = arguments[0], Path(arguments[1]), Path(arguments[2])
    asked = json.loads(order.read_text(encoding="utf-8"))
    if verb == "join":
        answer.write_bytes(joined([Path(name).read_bytes() for name in asked]))
        return 0
    setting = {"title": asked["title"], "timestamp": asked["timestamp"], "template": asked["template"]}
    for number, document in enumerate(asked["documents"], start=1):
        for sheet in document["sheets"]:
            for part in sheet.get("badges", [sheet]):
                part["qr"] = code_of(part.pop("live"))
        try:
            pdf = compiled(document["sheets"], **setting)
        except typst.TypstError as error:
            name, reason = culprit(document["sheets"], **setting)
            answer.write_text(json.dumps({"name": name, "reason": reason or reason_of(error)}), encoding="utf-8")
            return 3
        Path(document["file"]).write_bytes(pdf)
        print(json.dumps({"documents": number}), file=sys.stderr, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
