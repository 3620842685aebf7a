"""One thing to do, as the organiser's home shows it."""

from dataclasses import dataclass
from typing import Literal

Harm = Literal["danger", "warn", "accent"]


@dataclass(frozen=True, kw_only=True)
class Needed:
    """One thing to do; ``harm`` orders the list: what stops people first."""

    title: str
    why: str
    harm: Harm
    icon: str
    href: str
    verb: str
