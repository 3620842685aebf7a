"""What a room has, in the form in which it is typed."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from app.events.models import Room
from app.platform.forms import parts
from app.platform.i18n import gettext as _


def _names(text: Any) -> Any:
    """Names typed with commas, each once, as they stand: sessions ask for the very same."""
    return list(dict.fromkeys(parts(text))) if isinstance(text, str) else text


Names = Annotated[list[Annotated[str, Field(max_length=40)]], BeforeValidator(_names), Field(max_length=20)]


class FurnishingForm(BaseModel):
    """What a room has, and the version of the room that was seen."""

    capacity: int = Field(ge=0, le=100_000)
    booths: int = Field(ge=0, le=50)
    layouts: Names = []
    features: Names = []
    turnover_minutes: int = Field(ge=0, le=720)
    version: int = 0


def as_typed(room: Room) -> dict[str, str]:
    """A room as its form would have it typed."""
    return {
        "capacity": str(room.capacity),
        "booths": str(room.booths),
        "layouts": ", ".join(room.layouts),
        "features": ", ".join(room.features),
        "turnover_minutes": str(room.turnover_minutes),
    }


def field_names() -> dict[str, str]:
    """What pages call the fields."""
    return {
        "capacity": _("Seats"),
        "booths": _("Booths"),
        "layouts": _("Layouts"),
        "features": _("Equipment"),
        "turnover_minutes": _("Minutes to set up again"),
    }
