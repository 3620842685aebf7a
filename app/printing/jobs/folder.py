"""Everything of an edition into a folder, as the command line wants it: gathered, set and noted like a job."""

import shutil
import tempfile
from datetime import datetime
from pathlib import Path

from app.events.models import Event
from app.platform.actor import Actor
from app.platform.database.engine import Database
from app.printing.enums import JobForm, JobWhat, Sorting
from app.printing.jobs.gathering import Order, documents_of, gathered
from app.printing.jobs.noting import note_works
from app.printing.jobs.setting import Press, set_documents


def print_folder(
    database: Database, event_id: int, folder: Path, *, what: JobWhat, base_url: str, actor: Actor, now: datetime
) -> list[Path]:
    """A PDF for each delegation, with its pack or with a sheet for each of its persons; returns the paths.

    Raises:
        Refused: a sheet cannot be set, or somebody printed one meanwhile; nothing is noted.
        BrokeOff: a child did not come back.
    """
    order = Order(what=what, form=JobForm.ZIP, sorting=Sorting.DELEGATION)
    with database.reading() as session:
        event = session.get_one(Event, event_id)
        title = event.name
        works = gathered(session, event, order, base_url=base_url, now=now)
    documents = documents_of(works, order)
    folder.mkdir(parents=True, exist_ok=True)
    targets = [folder / f"{document.name}.pdf" for document in documents]
    with tempfile.TemporaryDirectory(prefix="bridge-print-") as name:
        press = Press(folder=Path(name), title=title, at=now, template="sheet", tell=lambda _done: None)
        for path, target in zip(set_documents(documents, press), targets, strict=True):
            shutil.move(path, target)
    with database.writing() as session:
        note_works(session, session.get_one(Event, event_id), works, actor=actor, now=now)
    return targets
