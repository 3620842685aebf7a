"""Who did something, as the log names them."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Actor:
    """An account with its name, and for whom it acted; the system has no account."""

    account_id: int | None
    label: str
    acting_for: str | None = None

    @classmethod
    def system(cls, name: str) -> "Actor":
        """A part of the program that acts on its own."""
        return cls(account_id=None, label=f"system: {name}")
