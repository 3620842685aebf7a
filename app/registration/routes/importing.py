"""Bringing a list in: upload, look at what would happen, then import."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.background import BackgroundTask
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse

from app.accounts.policies import ORGANISERS, Access, Policy
from app.accounts.principal import Principal
from app.events.models import Event
from app.events.queries import event_of_path
from app.platform.clock import Now
from app.platform.database.sessions import DbSession, ReadSession
from app.platform.errors import Conflict, Gone, Refused
from app.platform.forms import FormData
from app.platform.i18n import gettext as _
from app.platform.idempotency import FIELD, spend
from app.platform.rendering import is_htmx, render
from app.platform.spreadsheets import MEDIA_TYPES, Format, written
from app.registration.importing import service
from app.registration.importing.columns import columns_of, fields_of, missing
from app.registration.importing.enums import ImportKind, ImportState, Outcome
from app.registration.importing.models import ImportFile
from app.registration.importing.queries import dry_run, import_of_account, sheet_of_file
from app.registration.importing.reading.limits import MOST_ROWS
from app.registration.importing.reading.textfile import ENCODINGS

router = APIRouter()

MOST_SHOWN = 100
PATIENCE = timedelta(minutes=2)
"""After so long without an answer whoever read the file has gone."""
LETTERS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252, Western",
    "cp1251": "Windows-1251, Cyrillic",
    "cp1256": "Windows-1256, Arabic",
    "cp1250": "Windows-1250, Central European",
    "cp1254": "Windows-1254, Turkish",
    "gb18030": "GB 18030, Chinese",
    "cp1258": "Windows-1258, Vietnamese",
}


@dataclass(frozen=True)
class ImportIn:
    """An upload and the edition that it is for."""

    event: Event
    file: ImportFile


def import_of_path(session: Session, params: Mapping[str, Any], principal: Principal) -> ImportIn:
    """Loader of a policy: an upload of the one who asks."""
    event = event_of_path(session, params, principal)
    key = str(params["upload"])
    return ImportIn(event, import_of_account(session, event_id=event.id, account_id=principal.account_id, key=key))


IMPORT = Policy("import.begin", roles=ORGANISERS, loader=event_of_path)
ONE = Policy("import.one", roles=ORGANISERS, loader=import_of_path)


@router.get("/e/{slug}/manage/import")
def import_page(
    request: Request, access: Annotated[Access[Event], Depends(IMPORT)], kind: str = ImportKind.PEOPLE.value
) -> Response:
    """Can I bring in our list safely?"""
    return _upload_page(request, access.found, kind=kind, errors={})


# The form comes first: while its body is on its way no transaction is open.
@router.post("/e/{slug}/manage/import")
def upload(
    request: Request,
    form: FormData,
    session: DbSession,
    now: Now,
    access: Annotated[Access[Event], Depends(IMPORT)],
) -> Response:
    """Take a list; it is read in the background, and nothing of it is written."""
    event, sent, kind = access.found, form.get("file"), str(form.get("kind", ""))
    if kind not in set(ImportKind):
        return _upload_page(request, event, kind="", errors={"kind": _("Choose one from the list.")}, status=422)
    if not isinstance(sent, UploadFile) or not sent.filename:
        return _upload_page(request, event, kind=kind, errors={"file": _("Choose a file.")}, status=422)
    assert access.principal.account_id is not None
    try:
        file = service.take_upload(
            session,
            event=event,
            account_id=access.principal.account_id,
            kind=ImportKind(kind),
            name=sent.filename,
            content=sent.file.read(),
            now=now,
        )
    except Refused as refused:
        return _upload_page(request, event, kind=kind, errors=refused.errors, status=422)
    return _read_in_background(request, event, file.key)


@router.get("/e/{slug}/manage/import/{upload}")
def import_file(
    request: Request, session: ReadSession, now: Now, access: Annotated[Access[ImportIn], Depends(ONE)]
) -> Response:
    """What would happen with each row?"""
    event, file = access.found.event, _alive(access.found.file, now)
    if is_htmx(request) and file.state is not ImportState.READING:
        return Response(headers={"HX-Refresh": "true"})
    block = "progress" if is_htmx(request) else None
    return _file_page(request, session, event, file, now=now, errors={}, block=block)


@router.post("/e/{slug}/manage/import/{upload}")
def choose_columns(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[ImportIn], Depends(ONE)],
) -> Response:
    """Match columns with fields; then everything is checked again."""
    event, file = access.found.event, _alive(access.found.file, now)
    columns = {key.removeprefix("column-"): str(form[key]) for key in form if key.startswith("column-")}
    version = str(form.get("version", ""))
    try:
        reads_again = service.choose_columns(
            session,
            file=file,
            columns=columns,
            encoding=str(form["encoding"]) if "encoding" in form else None,
            version=int(version) if version.isdecimal() else -1,
        )
    except Refused as refused:
        return _file_page(request, session, event, file, now=now, errors=refused.errors, typed=columns, status=422)
    if reads_again:
        return _read_in_background(request, event, file.key)
    return RedirectResponse(_address(event, file.key), status_code=303)


@router.post("/e/{slug}/manage/import/{upload}/import")
def import_rows(
    request: Request,
    session: DbSession,
    form: FormData,
    now: Now,
    access: Annotated[Access[ImportIn], Depends(ONE)],
) -> Response:
    """Write what was shown, in one transaction."""
    event, file = access.found.event, _alive(access.found.file, now)
    sender = f"account {access.principal.account_id}"
    spend(session, sender=sender, key=str(form.get(FIELD, "")), now=now)
    digest, actor = str(form.get("digest", "")), access.principal.actor()
    try:
        service.import_rows(session, event=event, file=file, digest=digest, actor=actor, now=now)
    except Conflict as conflict:
        # Refused before anything was written: the page shows how things stand now.
        errors = {"": conflict.message}
        block = "dry_run" if is_htmx(request) else None
        return _file_page(request, session, event, file, now=now, errors=errors, status=409, block=block)
    return RedirectResponse(_address(event, file.key), status_code=303)


@router.get("/e/{slug}/manage/import/{upload}/refused.{format}")
def refused_rows(
    session: ReadSession, now: Now, access: Annotated[Access[ImportIn], Depends(ONE)], format: Format
) -> Response:
    """The rows that are left out, as they came, with the reason beside them: to mend and send again."""
    event, file = access.found.event, _alive(access.found.file, now)
    sheet = sheet_of_file(file)
    cells = dict(sheet.rows)
    width = len(sheet.headers)
    rows = [
        [*cells[one.number], *[""] * (width - len(cells[one.number])), _faults(one.faults)]
        for one in dry_run(session, event=event, file=file).of(Outcome.REFUSED)
    ]
    content = written(format, title="Refused rows", headers=[*sheet.headers, "What to mend"], rows=rows)
    headers = {"Content-Disposition": f'attachment; filename="refused-rows.{format}"'}
    return Response(content, media_type=MEDIA_TYPES[format], headers=headers)


def _faults(faults: Any) -> str:
    return "; ".join(f"{fault.label}: {fault.text}" if fault.label else fault.text for fault in faults)


def _alive(file: ImportFile, now: datetime) -> ImportFile:
    if file.expires_at <= now:
        raise Gone(_("This list was not imported in time and is gone. Send it again."))
    return file


def _address(event: Event, key: str) -> str:
    return f"/e/{event.slug}/manage/import/{key}"


def _read_in_background(request: Request, event: Event, key: str) -> Response:
    """To the page of the upload. The task starts after the answer, hence after the transaction."""
    state = request.app.state
    task = BackgroundTask(service.read_upload, state.database, key, clock=state.clock)
    return RedirectResponse(_address(event, key), status_code=303, background=task)


def _upload_page(
    request: Request, event: Event, *, kind: str, errors: Mapping[str, str], status: int = 200
) -> Response:
    context = {
        "event": event,
        "kind": kind,
        "errors": errors,
        "fields": {one.value: fields_of(one) for one in ImportKind},
        "most_rows": MOST_ROWS,
        "megabytes": request.app.state.settings.largest_body_bytes // 2**20,
    }
    return render(request, "registration/import.html", context, status=status)


def _file_page(
    request: Request,
    session: Session,
    event: Event,
    file: ImportFile,
    *,
    now: datetime,
    errors: Mapping[str, str],
    typed: Mapping[str, str] | None = None,
    status: int = 200,
    block: str | None = None,
) -> Response:
    context: dict[str, Any] = {
        "event": event,
        "file": file,
        "errors": errors,
        "here": _address(event, file.key),
        "seconds": int((now - file.uploaded_at).total_seconds()),
        "is_stuck": file.state is ImportState.READING and now - file.uploaded_at > PATIENCE,
        "fields": fields_of(file.kind),
        "letters": [(name, LETTERS.get(name, name)) for name in dict.fromkeys((file.encoding or "utf-8", *ENCODINGS))],
        "most": MOST_SHOWN,
        "found": None,
        "columns": (),
        "missing": (),
    }
    if file.state is ImportState.READY:
        chosen = file.columns if typed is None else typed
        sheet = sheet_of_file(file)
        context |= {
            "columns": columns_of(sheet, chosen),
            "missing": missing(file.kind, file.columns),
            "row_count": len(sheet.rows),
        }
        if not context["missing"] and typed is None:
            found = dry_run(session, event=event, file=file)
            context |= {"found": found, "counts": {one.value: n for one, n in found.counts().items()}}
    return render(request, "registration/import_file.html", context, status=status, block=block)
