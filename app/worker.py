"""The process that solves: any number of them, on any machine that reaches the PostgreSQL database."""

import app.models  # noqa: F401  (every model must be known before the first query)
from app.platform.settings import Settings
from app.solver_runs.tasks import run_worker


def work(settings: Settings) -> None:
    """Take solver runs from the queue until told to stop (SIGTERM or SIGINT).

    Raises:
        ValueError: the database is SQLite, whose runs the web process does itself.
    """
    run_worker(settings)


if __name__ == "__main__":
    work(Settings())
