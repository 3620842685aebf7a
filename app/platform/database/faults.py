"""What a database says, or leaves to be seen, when it cannot be used or could not do a thing."""

RETRYABLE = frozenset({"40001", "40P01", "0A000"})
"""Two that stand in each other's way; and a statement that was prepared before a migration changed what it gives: the
driver forgets what it had prepared when the transaction is undone.
"""
LOCKED = "55P03"
"""Another had a lock for longer than is waited."""


class UnsafeSqlite(RuntimeError):
    """The SQLite library in use can corrupt a database in WAL mode."""


class AlreadyServed(RuntimeError):
    """Another process serves this SQLite file."""


class Undone(RuntimeError):
    """SQLite undid the transaction in which this was written, for want of room or for a fault of the disk."""


class LineLost(RuntimeError):
    """The line to PostgreSQL broke before the commit, and with it the transaction in which this was written."""


def state_of(error: BaseException | None) -> str | None:
    """PostgreSQL's five letters for what went wrong; nothing where it said none, or another database did."""
    return getattr(getattr(error, "orig", None), "sqlstate", None)
