"""Judged of issue 7: every name, time and room of F-BIG is found again in the text of what is printed of it."""

import os
import re
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.demo.load import load_fixture
from app.events.models import Event
from app.platform.clock import FixedClock
from app.printing import words
from app.printing.enums import JobForm, JobState, JobWhat, Sorting
from app.printing.itinerary import Itinerary
from app.printing.jobs.running import run_job
from app.printing.jobs.service import ask_job
from app.printing.models import PrintJob
from app.printing.queries import itineraries_of_event, personal_itineraries_of_event
from app.printing.sheets import rows_of

pytestmark = [pytest.mark.long, pytest.mark.poppler]


@pytest.fixture
def big(database: Any, release_everything: Any, actor: Any, now: datetime, clock: FixedClock, tmp_path: Path) -> Any:
    """``big(what)`` prints F-BIG in one document and gives the text of each sheet, in the order of the printer."""
    if shutil.which("pdftotext") is None:
        if os.environ.get("BRIDGE_REQUIRE_BROWSER") == "1":
            pytest.fail("pdftotext is not installed, and this run requires it")
        pytest.skip("pdftotext is not installed")
    with database.writing() as session:
        event = load_fixture(session, name="F-BIG", seed=0, now=now)
        release_everything(session, event, meetings=960)

    def run(what: JobWhat) -> list[str]:
        with database.writing() as session:
            event = session.scalars(select(Event)).one()
            job_id = ask_job(
                session, event=event, what=what, form=JobForm.PDF, sorting=Sorting.DELEGATION, copies=1, actor=actor,
                now=now,
            ).id  # fmt: skip
        run_job(database, job_id, folder=tmp_path, base_url="http://x.example", actor=actor, clock=clock)
        with database.reading() as session:
            job = session.get_one(PrintJob, job_id)
            assert (job.state, job.message) == (JobState.DONE, None)
            path = tmp_path / str(job.file)
        text = subprocess.run(["pdftotext", str(path), "-"], check=True, capture_output=True, text=True).stdout
        return _sheets(text.split("\f")[:-1])

    return run


def _sheets(pages: list[str]) -> list[str]:
    """Pages put together to sheets: the foot of each says which page of how many it is."""
    sheets: list[str] = []
    for page in pages:
        number, _of = re.findall(r"(\d+) ?/ ?(\d+)", page)[-1]
        if number == "1":
            sheets.append("")
        sheets[-1] += page
    return sheets


def _bare(text: str) -> str:
    """Without blanks, breaks and marks of direction: a line may end anywhere."""
    return re.sub(r"[\s\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", text)


def _missing(event: Event, itinerary: Itinerary, text: str) -> list[str]:
    said, bare = [itinerary.name, *(one.name for one in itinerary.travellers)], _bare(text)
    natives = [itinerary.native_name, *(one.native_name for one in itinerary.travellers)]
    missing = [one for one in said if _bare(one) not in bare]
    # A right-to-left line may come out in another order of words; each word is whole.
    missing += [word for native in natives for word in (native or "").split() if _bare(word) not in bare]
    for row in rows_of(event, itinerary).values():
        wanted = (row["start"], row["end"], row["place"], row["table"])
        missing += [one for one in wanted if _bare(one) not in bare]
    return missing


@pytest.mark.parametrize("what", [JobWhat.PERSONS, JobWhat.PACKS])
def test_every_name_time_and_room_of_f_big_is_found_again(big: Any, database: Any, what: JobWhat) -> None:
    sheets = big(what)
    with database.reading() as session:
        event = session.scalars(select(Event)).one()
        read = personal_itineraries_of_event if what is JobWhat.PERSONS else itineraries_of_event
        itineraries = read(session, event)
        assert len(sheets) == len(itineraries) == (1000 if what is JobWhat.PERSONS else 238)
        rows = sum(len(one.items) for one in itineraries)
        assert rows > 1900
        lost = {
            one.name: found
            for one, text in zip(itineraries, sheets, strict=True)
            if (found := _missing(event, one, text))
        }
        assert lost == {}
        languages = {one.locale for one in itineraries}
        assert what is JobWhat.PERSONS or languages == {"ar", "en", "es", "fr", "ru", "zh"}
        # The control: what stands on somebody else's sheet is missed.
        other = next(one for one in itineraries if one.items and one.name != itineraries[0].name)
        assert _missing(event, other, sheets[0])
        assert words.clock_words(other.items[0].starts_at, event.timezone)
