"""What goes by itself: the last uses of browsers are written down."""

import structlog
from sqlalchemy import or_, update

from app.accounts.idle import LastUses
from app.accounts.models import SignInSession
from app.platform.database.engine import Database
from app.platform.rounds import keep_going

log = structlog.stdlib.get_logger("accounts")
ROUND_SECONDS = 60.0


def write_uses(database: Database, uses: LastUses) -> int:
    """Write down when sessions were used last; how many there were. Never backwards: other processes write too."""
    found = uses.unwritten()
    if not found:
        return 0
    with database.writing() as session:
        for session_id, at in found.items():
            session.execute(
                update(SignInSession)
                .where(SignInSession.id == session_id, or_(SignInSession.used_at.is_(None), SignInSession.used_at < at))
                .values(used_at=at)
                .execution_options(synchronize_session=False)
            )
    uses.forget(found)
    return len(found)


async def keep_uses(database: Database, uses: LastUses) -> None:
    """Write them down every minute until cancelled: each process its own."""

    def work() -> None:
        write_uses(database, uses)

    await keep_going(
        work,
        every_seconds=ROUND_SECONDS,
        log=log,
        broke_off="a round of writing down the last uses broke off",
    )
