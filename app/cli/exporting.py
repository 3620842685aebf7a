"""Commands that write files about an event: its planning problems, its schedules."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.telling import (
    COMMAND_LINE,
    EventSlug,
    commands,
    event_named,
    give_up,
    imported,
    opened,
    settings_in_use,
    time_of,
    told,
)


@commands.command()
def export_problem(
    kind: Annotated[str, typer.Argument(help="pairing, agenda or meetings")],
    event: EventSlug,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="a file in place of standard output")] = None,
) -> None:
    """Write an event's planning problem as JSON for `python -m scheduler`."""
    if kind not in {"pairing", "agenda", "meetings"}:
        give_up(f"There is no kind of problem '{kind}'. Choose pairing, agenda or meetings.")
    with opened(settings_in_use(), needs_tables=True) as database, database.reading() as session:
        problem = imported(f"app.{kind}.planner", "problem_of")(session, event_named(session, event).id)
    text = problem.model_dump_json(indent=1)
    if output is None:
        typer.echo(text)
        return
    output.write_text(text + "\n", encoding="utf-8")
    told.print(f"Written: {output}")


@commands.command(name="print")
def print_(
    event: EventSlug,
    folder: Annotated[Path | None, typer.Option(help="where the PDFs go; var/prints when not given")] = None,
) -> None:
    """Write a PDF for each delegation with its pack, and one under people/ with a sheet for each of its persons."""
    settings = settings_in_use()
    target = folder or settings.var / "prints" / event
    with opened(settings, needs_tables=True) as database:
        with database.reading() as session:
            event_id = event_named(session, event).id
        what, now = imported("app.printing.enums", "JobWhat"), time_of(settings, database)
        written = [
            path
            for one, place in ((what.PACKS, target), (what.PERSONS, target / "people"))
            for path in imported("app.printing.jobs.folder", "print_folder")(
                database, event_id, place, what=one, base_url=settings.base_url, actor=COMMAND_LINE, now=now
            )
        ]
    told.print(f"Written: {len(written)} files under {target}")
