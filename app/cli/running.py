"""Running a command: what a person can do something about is said in a sentence, not in a traceback."""

from collections.abc import Iterable

from psycopg import OperationalError as PostgresFault
from pydantic import ValidationError
from rich.console import Console
from sqlalchemy.exc import OperationalError

from app.cli.telling import commands
from app.platform.backup import BackupFault, OtherSchema
from app.platform.database.faults import AlreadyServed
from app.platform.errors import BusinessError
from app.platform.self_check import UnfitToServe
from app.platform.settings import WrongSetting, complaints_of

REFUSED, WRONG_SETTING = 1, 2
UNUSABLE_FILE = ("unable to open database file", "readonly database", "file is not a database", "disk I/O error")


def main() -> None:
    """Run a command. Ends with 1 where it was refused, with 2 where a setting or a backup's schema is wrong."""
    try:
        commands(prog_name="bridge")
    except OtherSchema as other:
        _end([str(other)], WRONG_SETTING)
    except (BusinessError, BackupFault, AlreadyServed, UnfitToServe) as refused:
        _end([str(refused)], REFUSED)
    except WrongSetting as wrong:
        _end([str(wrong)], WRONG_SETTING)
    except ValidationError as error:
        sentences = complaints_of(error)
        if not sentences:
            raise
        _end(sentences, WRONG_SETTING)
    except OperationalError as error:
        sentence = _unreachable(error)
        if sentence is None:
            raise
        _end([sentence], WRONG_SETTING)
    except OSError as error:
        # A path that was typed and leads nowhere names itself; whatever names no file is our own fault.
        if error.filename is None:
            raise
        _end([f"{error.filename} cannot be used: {error.strerror}."], WRONG_SETTING)


def _end(sentences: Iterable[str], status: int) -> None:
    console = Console(stderr=True, highlight=False, soft_wrap=True, markup=False)
    for sentence in sentences:
        console.print(sentence)
    raise SystemExit(status) from None


def _unreachable(error: OperationalError) -> str | None:
    """Why the database of ``DATABASE_URL`` cannot be used; nothing where it was reached and refused something else."""
    said = str(error.orig).strip()
    if isinstance(error.orig, PostgresFault):
        # Whatever a server answers to a statement has a code; a connection that never came about has none.
        is_reached = error.orig.sqlstate is not None
        lines = said.splitlines() or ["no answer"]
        return None if is_reached else f"DATABASE_URL: the PostgreSQL server cannot be reached. {lines[0]}"
    is_unusable = any(one in said for one in UNUSABLE_FILE)
    return f"DATABASE_URL: the SQLite file cannot be used: {said}." if is_unusable else None
