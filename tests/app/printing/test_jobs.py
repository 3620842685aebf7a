"""PRT-02: everything at once as one document or an archive by delegation; it can be stopped; equal input, equal bytes."""

import io
import threading
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from app.delegations.models import Delegate
from app.events.models import Event
from app.platform.clock import FixedClock
from app.platform.errors import Conflict
from app.printing.enums import JobForm, JobState, JobWhat, Sorting
from app.printing.jobs import gathering, running, setting
from app.printing.jobs.running import run_job
from app.printing.jobs.service import KEPT, ask_job, stop_job, throw_away_old
from app.printing.joining import NotOurs, joined
from app.printing.models import PrintedSheet, PrintJob, SheetKind
from app.printing.queries import itineraries_of_event, personal_itineraries_of_event
from app.printing.reprints import reprint_queue
from app.printing.sheets import Edition, sheet_of
from app.printing.typesetting import typeset


@pytest.fixture
def office(released: Any, database: Any, clock: FixedClock, tmp_path: Path) -> Any:
    """``office(what, …)`` asks for a job, runs it and gives its row and its file."""
    released.session.commit()

    def run(
        what: JobWhat, *, form: JobForm = JobForm.PDF, sorting: Sorting = Sorting.DELEGATION, copies: int = 1
    ) -> Any:
        with database.writing() as session:
            event = session.scalars(select(Event)).one()
            job_id = ask_job(
                session, event=event, what=what, form=form, sorting=sorting, copies=copies, actor=released.actor,
                now=clock.now(),
            ).id  # fmt: skip
        run_job(database, job_id, folder=tmp_path, base_url="http://x.example", actor=released.actor, clock=clock)
        with database.reading() as session:
            job = session.get_one(PrintJob, job_id)
            return job, tmp_path / job.file if job.file else None

    return run


def _text(content: bytes) -> str:
    return " ".join("".join(page.extract_text() + " " for page in PdfReader(io.BytesIO(content)).pages).split())


def _sheets(database: Any) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(PrintedSheet)) or 0


def test_prt_02_one_document_holds_every_person_and_notes_each(office: Any, database: Any, released: Any) -> None:
    job, path = office(JobWhat.PERSONS)
    assert (job.state, job.message) == (JobState.DONE, None)
    with database.reading() as session:
        event = session.scalars(select(Event)).one()
        people = personal_itineraries_of_event(session, event)
        assert _sheets(database) == len(people) == job.total == job.done
        assert len(reprint_queue(session, event)) == 0
    reader = PdfReader(path, strict=True)
    assert [one.title for one in reader.outline] == [one.name for one in people]
    text = _text(path.read_bytes())
    for one in people:
        assert one.name in text
    assert "http" not in text, "the address stands in the code alone"


def test_prt_02_an_archive_holds_a_document_for_each_delegation(office: Any, database: Any) -> None:
    job, path = office(JobWhat.PACKS, form=JobForm.ZIP)
    with zipfile.ZipFile(path) as archive, database.reading() as session:
        event = session.scalars(select(Event)).one()
        packs = itineraries_of_event(session, event)
        assert archive.namelist() == [f"{one.delegation_code}.pdf" for one in packs]
        for one in packs:
            assert one.name in _text(archive.read(f"{one.delegation_code}.pdf"))
        assert job.total == len(packs)


def test_prt_02_sheets_of_a_delegation_stand_together_in_the_archive(office: Any, database: Any) -> None:
    _job, path = office(JobWhat.PERSONS, form=JobForm.ZIP)
    with zipfile.ZipFile(path) as archive, database.reading() as session:
        event = session.scalars(select(Event)).one()
        titles = {
            name.removesuffix(".pdf"): [line.title for line in PdfReader(io.BytesIO(archive.read(name))).outline]
            for name in archive.namelist()
        }
        people = personal_itineraries_of_event(session, event)
    assert sum(len(own) for own in titles.values()) == len(people)
    for one in people:
        assert one.name in titles[one.delegation_code]


def test_prt_02_by_name_is_by_name(office: Any) -> None:
    _job, path = office(JobWhat.PERSONS, sorting=Sorting.NAME)
    titles = [str(one.title) for one in PdfReader(path).outline]
    assert titles == sorted(titles, key=lambda name: gathering.folded(name))


@pytest.mark.parametrize("form", list(JobForm))
def test_prt_02_equal_input_gives_equal_bytes(
    office: Any, database: Any, monkeypatch: pytest.MonkeyPatch, form: JobForm
) -> None:
    monkeypatch.setattr(gathering, "MOST_WEIGHT", 100)
    once = office(JobWhat.PACKS, form=form)[1].read_bytes()
    with database.writing() as session:
        session.execute(PrintedSheet.__table__.delete())
    assert office(JobWhat.PACKS, form=form)[1].read_bytes() == once
    assert office(JobWhat.PACKS, form=form)[1].read_bytes() != once, "the next sheets carry the next number"


def test_prt_02_joined_parts_are_the_whole(office: Any, released: Any, database: Any) -> None:
    """Text, outline, and for every page the tags that say in which order it is read."""
    with database.reading() as session:
        event = session.scalars(select(Event)).one()
        edition = Edition(number=1, printed_at=released.now, before=None, live_address="http://x.example")
        sheets = [sheet_of(event, one, edition) for one in itineraries_of_event(session, event)][:7]
    whole = typeset(sheets, title="All", at=released.now)
    made = joined([typeset(part, title="All", at=released.now) for part in (sheets[:3], sheets[3:4], sheets[4:])])
    one, other = PdfReader(io.BytesIO(whole), strict=True), PdfReader(io.BytesIO(made), strict=True)
    assert [page.extract_text() for page in one.pages] == [page.extract_text() for page in other.pages]
    assert [line.title for line in one.outline] == [line.title for line in other.outline]
    tags = other.trailer["/Root"]["/StructTreeRoot"]
    assert len(tags["/K"]) == 1
    keys = tags["/ParentTree"]["/Nums"]
    for number, page in enumerate(other.pages):
        assert keys[2 * number] == page["/StructParents"] == number
        pages = [entry.get_object().get("/Pg") for entry in keys[2 * number + 1].get_object()]
        assert all(found is None or found.get_object() == page.get_object() for found in pages)
    names = tags["/IDTree"]["/Names"][::2]
    assert len(set(names)) == len(names)
    assert names == sorted(names)
    assert "/MarkInfo" in other.trailer["/Root"]


def test_prt_02_what_is_no_document_of_ours_is_not_joined() -> None:
    with pytest.raises(NotOurs):
        joined([b"%PDF-1.4 something", b"else"])


def test_prt_02_a_stopped_job_leaves_nothing(
    office: Any, database: Any, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, released: Any
) -> None:
    monkeypatch.setattr(running, "TOLD_EVERY_SECONDS", 0.0)
    with database.writing() as session:
        event = session.scalars(select(Event)).one()
        job_id = ask_job(
            session, event=event, what=JobWhat.PERSONS, form=JobForm.PDF, sorting=Sorting.NAME, copies=1,
            actor=released.actor, now=clock.now(),
        ).id  # fmt: skip
    worker = threading.Thread(
        target=run_job, args=(database, job_id),
        kwargs={"folder": tmp_path, "base_url": "http://x", "actor": released.actor, "clock": clock},
    )  # fmt: skip
    with database.writing() as session:
        stop_job(session, job=session.get_one(PrintJob, job_id), actor=released.actor, now=clock.now())
    worker.start()
    worker.join(60)
    assert not worker.is_alive()
    with database.reading() as session:
        assert session.get_one(PrintJob, job_id).state is JobState.STOPPED
    assert _sheets(database) == 0
    assert list(tmp_path.glob("*.pdf")) == []


def test_prt_02_stopping_in_the_middle_kills_the_children(
    office: Any, database: Any, monkeypatch: pytest.MonkeyPatch, released: Any, tmp_path: Path
) -> None:
    """The press is told after the first document; no child is left and nothing was handed on."""
    begun: list[Any] = []
    original = setting.Child

    class Watched(original):  # type: ignore[misc,valid-type]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            begun.append(self)

    monkeypatch.setattr(setting, "Child", Watched)

    def tell(_done: int) -> None:
        raise setting.Stopped

    with database.reading() as session:
        event = session.scalars(select(Event)).one()
        edition = Edition(number=1, printed_at=released.now, before=None, live_address=None)
        sheets = [sheet_of(event, one, edition) | {"live": None} for one in itineraries_of_event(session, event)]
    press = setting.Press(folder=tmp_path, title="All", at=released.now, template="sheet", tell=tell)
    documents = [gathering.Document(name="a", sheets=tuple(sheets))] * 3
    with pytest.raises(setting.Stopped):
        setting.set_documents(documents, press)
    assert begun
    assert all(child.exit_code() is not None for child in begun)


def test_prt_02_a_letter_that_is_missing_names_the_sheet_and_notes_nothing(
    office: Any, database: Any, released: Any
) -> None:
    with database.writing() as session:
        person = session.scalars(select(Delegate).order_by(Delegate.id)).first()
        person.native_name, person.native_language = "አማርኛ", "am"
        name = person.badge_name
    job, path = office(JobWhat.PERSONS)
    assert (job.state, path) == (JobState.FAILED, None)
    assert name.split(",")[0] in job.message
    assert _sheets(database) == 0


def test_prt_02_what_was_printed_meanwhile_is_not_noted_twice(
    office: Any, database: Any, monkeypatch: pytest.MonkeyPatch, released: Any
) -> None:
    original = running.set_documents

    def slowly(documents: Any, press: Any) -> Any:
        released.session.expire_all()
        released.hand_out("tehran")
        released.session.commit()
        return original(documents, press)

    monkeypatch.setattr(running, "set_documents", slowly)
    job, path = office(JobWhat.PACKS)
    assert (job.state, path) == (JobState.FAILED, None)
    assert "meanwhile" in job.message
    assert _sheets(database) == 1


def test_prt_02_protected_sheets_are_counted(office: Any, database: Any) -> None:
    job, path = office(JobWhat.PERSONS, copies=3)
    with database.reading() as session:
        protected = session.scalar(
            select(func.count())
            .select_from(Delegate)
            .where(Delegate.is_protected.is_(True), Delegate.is_active.is_(True))
        )
        kept = session.scalars(select(PrintedSheet.copies).where(PrintedSheet.kind == SheetKind.PERSON)).all()
    assert protected
    assert kept.count(3) == protected
    assert job.total == len(kept) + 2 * protected
    assert "copy 3 of 3" in _text(path.read_bytes())


def test_prt_02_one_job_at_a_time_and_a_dead_one_blocks_nobody(released: Any, database: Any, clock: FixedClock) -> None:
    released.session.commit()
    asked = {"what": JobWhat.PACKS, "form": JobForm.PDF, "sorting": Sorting.NAME, "copies": 1, "actor": released.actor}
    with database.writing() as session:
        event = session.scalars(select(Event)).one()
        ask_job(session, event=event, now=clock.now(), **asked)
        with pytest.raises(Conflict):
            ask_job(session, event=event, now=clock.now(), **asked)
        assert ask_job(session, event=event, now=clock.now() + timedelta(minutes=3), **asked)


def test_files_of_jobs_are_thrown_away_after_a_day(tmp_path: Path, clock: FixedClock) -> None:
    import os

    old, new = tmp_path / "old.pdf", tmp_path / "new.pdf"
    for path, age in ((old, KEPT + timedelta(hours=1)), (new, timedelta(hours=1))):
        path.write_bytes(b"x")
        moment = (clock.now() - age).timestamp()
        os.utime(path, (moment, moment))
    throw_away_old(tmp_path, now=clock.now())
    assert [path.name for path in tmp_path.iterdir()] == ["new.pdf"]


def test_prt_02_from_the_button_to_the_file(client: Any, released: Any, sign_in: Any) -> None:
    slug, event_id = released.event.slug, released.event.id
    released.session.commit()
    sign_in("desk", event_id=event_id)
    room = client.get(f"/e/{slug}/manage/print").text
    assert f'action="/e/{slug}/manage/print/jobs"' in room
    began = client.post(f"/e/{slug}/manage/print/jobs", data={"what": "packs", "form": "zip"})
    assert began.status_code == 303
    address = began.headers["location"]
    page = client.get(address)
    assert "noted as handed out" in page.text
    file = client.get(f"{address}/file")
    assert file.headers["content-type"] == "application/zip"
    assert zipfile.ZipFile(io.BytesIO(file.content)).testzip() is None
    assert client.post(f"{address}/stop").status_code == 303
    assert "noted as handed out" in client.get(address).text, "what has ended is not stopped"
    wrong = client.post(f"/e/{slug}/manage/print/jobs", data={"what": "everything"})
    assert wrong.status_code == 422
    assert client.get(f"/e/{slug}/manage/print/jobs/999999").status_code == 404
    sign_in("focal_point", event_id=event_id, delegation_id=released.numbers["tehran"])
    assert client.get(address).status_code == 403
    assert client.get(f"{address}/file").status_code == 403


def test_prt_02_more_than_a_browser_should_wait_for_is_a_job(
    client: Any, released: Any, sign_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.printing.routes import room

    monkeypatch.setattr(room, "MOST_AT_ONCE", 3)
    slug, event_id = released.event.slug, released.event.id
    released.session.commit()
    sign_in("desk", event_id=event_id)
    answer = client.post(f"/e/{slug}/manage/print", data={"what": "packs"})
    assert answer.status_code == 422
    assert "print them below, all at once" in answer.text
