"""Documents set by children, two at a time, each with a part of the work."""

import json
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from app.platform.errors import Refused
from app.printing.jobs import gathering
from app.printing.jobs.gathering import Document
from app.printing.press import Template
from app.printing.typesetting import why_unset
from app.solver_runs.child import Child
from app.solver_runs.limits import RunLimits

COMMAND = (sys.executable, "-m", "app.printing.press")
LIMITS = RunLimits(memory_bytes=2 * 2**30, niceness=0)
"""Address space, of which a child uses a twentieth: fonts and threads reserve most of it."""
SECONDS = 120.0
CHILDREN = 2
TICK_SECONDS = 0.1


class Stopped(Exception):
    """Somebody stopped the job."""


class BrokeOff(Exception):
    """A child died of something, or took too long."""


@dataclass(frozen=True, kw_only=True)
class Press:
    """Where documents are set, and whom to tell; ``tell`` raises ``Stopped`` where nobody waits any more."""

    folder: Path
    title: str
    at: datetime
    template: Template
    tell: Callable[[int], None]


def set_documents(documents: Sequence[Document], press: Press) -> list[Path]:
    """Every document as a file in the folder, in order.

    Raises:
        Refused: a sheet cannot be set; the message names it.
        Stopped: ``tell`` said so.
        BrokeOff: a child did not come back.
    """
    paths = [press.folder / f"{number:06d}.pdf" for number in range(len(documents))]
    orders = iter(enumerate(_orders(documents, paths)))
    done = 0
    with ExitStack() as stack:
        at_work: list[tuple[Child, Path, list[int]]] = []
        while True:
            while len(at_work) < CHILDREN and (order := next(orders, None)) is not None:
                at_work.append(_begun(order, press, stack))
            if not at_work:
                return paths
            for one in list(at_work):
                child, answer, sizes = one
                said = sum('"documents"' in line for line in child.lines(TICK_SECONDS))
                done += sum(sizes[:said])
                del sizes[:said]
                code = child.exit_code()
                if code is not None:
                    done += sum(sizes)
                    at_work.remove(one)
                    _judge(code, answer)
                elif child.seconds > SECONDS:
                    raise BrokeOff
            press.tell(done)


def _orders(documents: Sequence[Document], paths: Sequence[Path]) -> Iterator[list[tuple[Document, Path]]]:
    """Small documents go to one child together, up to what a child can bear."""
    order: list[tuple[Document, Path]] = []
    size = 0
    for document, path in zip(documents, paths, strict=True):
        weight = sum(gathering.weight_of(sheet) for sheet in document.sheets)
        if order and size + weight > gathering.MOST_WEIGHT:
            yield order
            order, size = [], 0
        order.append((document, path))
        size += weight
    if order:
        yield order


def _begun(
    numbered: tuple[int, list[tuple[Document, Path]]], press: Press, stack: ExitStack
) -> tuple[Child, Path, list[int]]:
    number, order = numbered
    asked = {
        "title": press.title,
        "timestamp": int(press.at.timestamp()),
        "template": press.template,
        "documents": [{"file": str(path), "sheets": document.sheets} for document, path in order],
    }
    source, answer = press.folder / f"order-{number}.json", press.folder / f"answer-{number}.json"
    source.write_text(json.dumps(asked, ensure_ascii=False), encoding="utf-8")
    child = Child([*COMMAND, "set", str(source), str(answer)], folder=press.folder, limits=LIMITS)
    return stack.enter_context(child), answer, [len(document.sheets) for document, _path in order]


def _judge(code: int, answer: Path) -> None:
    if code == 0:
        return
    if not answer.exists():
        raise BrokeOff
    said = json.loads(answer.read_text(encoding="utf-8"))
    raise Refused({"sheet": why_unset(said["name"], said["reason"])})


def bind_document(paths: Sequence[Path], target: Path, *, folder: Path) -> None:
    """All documents as one, joined by a child.

    Raises:
        BrokeOff: it did not come back.
    """
    order, made = folder / "join.json", folder / "joined.pdf"
    order.write_text(json.dumps([str(path) for path in paths]), encoding="utf-8")
    with Child([*COMMAND, "join", str(order), str(made)], folder=folder, limits=LIMITS) as child:
        while child.exit_code() is None:
            child.lines(TICK_SECONDS)
            if child.seconds > SECONDS:
                raise BrokeOff
        if child.exit_code() != 0:
            raise BrokeOff
    # The folder of a server is often another file system than that of what is at work.
    shutil.move(made, target)


def bind_archive(documents: Sequence[Document], paths: Sequence[Path], target: Path, *, at: datetime) -> None:
    """Each document under its name in one archive; the same documents at the same time give the same bytes."""
    moment = (at.year, at.month, at.day, at.hour, at.minute, at.second // 2 * 2)
    with ZipFile(target, "w", ZIP_STORED) as archive:
        for document, path in zip(documents, paths, strict=True):
            entry = ZipInfo(f"{document.name}.pdf", date_time=moment)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())
