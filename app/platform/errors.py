"""What can go wrong in words of the business. ``app.main`` turns each into a page; nobody below knows HTTP."""

from collections.abc import Mapping, Sequence
from typing import Any


class BusinessError(Exception):
    """The base of all errors that a person can do something about."""


class NotFound(BusinessError):
    """It is not there, or it is another's: both read the same."""


class Forbidden(BusinessError):
    """The role in use may not do this; the message says who may."""


class SignInNeeded(BusinessError):
    """Nobody is signed in, or not by as many steps as it takes; ``at`` is where to do it, ``return_to`` what for."""

    def __init__(self, *, return_to: str = "/", at: str = "/sign-in") -> None:
        super().__init__("Sign in first.")
        self.return_to = return_to
        self.at = at


class Refused(BusinessError):
    """Input that cannot be accepted: a message by field, or one message under the empty name."""

    def __init__(self, errors: Mapping[str, str] | str) -> None:
        self.errors = {"": errors} if isinstance(errors, str) else dict(errors)
        super().__init__("; ".join(self.errors.values()))


class Conflict(BusinessError):
    """It changed or was taken meanwhile; ``alternatives`` and ``versions`` say what is left to choose from."""

    def __init__(
        self, message: str, *, alternatives: Sequence[Any] = (), versions: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.alternatives = tuple(alternatives)
        self.versions = versions


class DoneAlready(Conflict):
    """A form that was sent before, with the same words: what it asked for is done."""


class Gone(BusinessError):
    """A link that was used or has ended."""


class TooMany(BusinessError):
    """Too many tries; ``retry_after_seconds`` says when to try again."""

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class Busy(BusinessError):
    """The database could not do it now; nothing was changed and the same request may be sent again."""

    def __init__(self, *, retry_after_seconds: int) -> None:
        super().__init__("Too many people are changing things right now.")
        self.retry_after_seconds = retry_after_seconds


class Away(Busy):
    """The database cannot be reached, or the line to it broke before the commit; nothing was changed."""


class NoRoom(BusinessError):
    """The disk of the database is full; nothing was changed, and reading goes on."""
