"""Who holds a browser's token, and whether a page that was made for somebody may go out to them again."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.idle import UNASKED, LastUses
from app.accounts.principal import Principal
from app.accounts.queries import principal_of_session
from app.platform.clock import Clock


@dataclass(frozen=True)
class Readers:
    """The browsers of one process. What a policy lets in, it lets in again as long as the principal is the same."""

    uses: LastUses
    clock: Clock

    def of_tokens(self, session: Session, tokens: Collection[str]) -> dict[str, Principal]:
        """Who holds these tokens, by token; those that are good for nothing are left out."""
        now = self.clock.now()
        found = {token: principal_of_session(session, token=token, now=now) for token in sorted(tokens)}
        return {token: principal for token, principal in found.items() if principal is not None}

    def admits(self, found: Principal, reader: Principal, *, headers: Mapping[str, str], now: datetime) -> bool:
        """Whether who was found is the reader of a page, in all that is known of them, and is signed in still."""
        if found.holds_until is not None and found.holds_until <= now:
            return False
        if replace(found, used_at=None) != replace(reader, used_at=None):
            return False
        return goes_on(found, self.uses, headers=headers, now=now)


def goes_on(principal: Principal, uses: LastUses, *, headers: Mapping[str, str], now: datetime) -> bool:
    """Whether a browser is in use still; that it is used now is noted, unless the page asks by itself."""
    if principal.session_id is None or principal.used_at is None:
        return False
    if uses.ends_at(session_id=principal.session_id, role=principal.role, written_at=principal.used_at) <= now:
        return False
    if UNASKED not in headers:
        uses.note(session_id=principal.session_id, now=now)
    return True
