"""The files of the demonstration read into one value."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from app.demo.story.facts import Fact, Plain
from app.demo.story.people import PartyFact
from app.demo.story.programme import (
    CityWish,
    ClashFact,
    FormFact,
    MeetingChoice,
    PairingChoice,
    PinFact,
    Pinned,
    RegistrationFact,
    SessionFact,
    TieFact,
    VetoFact,
    VisitFact,
    WishFact,
)
from app.demo.story.venue import (
    ChallengeFact,
    Day,
    Edition,
    HeadCount,
    OutcomeFact,
    Place,
    ResourceFact,
    RoomFact,
    SlotBlock,
    Tables,
    Way,
)
from app.platform.database.base import Attestation

FOLDER = Path(__file__).parents[1] / "bridge_2019"
FILES = (
    "event.yaml",
    "cities_attested.yaml",
    "cities_illustrative.yaml",
    "organisations.yaml",
    "agenda.yaml",
    "meetings.yaml",
    "visits.yaml",
    "registrations.yaml",
)


class Story(Plain):
    """Everything that the files hold."""

    sources: dict[str, str]
    event: Edition
    days: tuple[Day, ...]
    sites: tuple[Place, ...]
    walks: tuple[Way, ...]
    rooms: tuple[RoomFact, ...]
    tables: tuple[Tables, ...]
    slots: tuple[SlotBlock, ...]
    slot_minutes: int
    gap_minutes: int
    resources: tuple[ResourceFact, ...]
    challenges: tuple[ChallengeFact, ...]
    head_counts: tuple[HeadCount, ...]
    outcomes: tuple[OutcomeFact, ...]
    named_elsewhere: dict[str, str]
    parties: tuple[PartyFact, ...]
    sessions: tuple[SessionFact, ...]
    clashes: tuple[ClashFact, ...]
    draft: str
    pinned: tuple[Pinned, ...]
    pairing: PairingChoice
    pins: tuple[PinFact, ...]
    ties: tuple[TieFact, ...]
    wishes_of_cities: tuple[CityWish, ...]
    accepted: int
    seed: int
    settings: MeetingChoice
    by_hand: tuple[WishFact, ...]
    vetoes: tuple[VetoFact, ...]
    visits: tuple[VisitFact, ...]
    registrations: tuple[RegistrationFact, ...]
    forms: tuple[FormFact, ...]

    def provenance(self, fact: Fact) -> dict[str, Any]:
        """The two columns that say how sure a row is: ``attestation``, and ``source`` in words for a page."""
        words = "; ".join(self.sources[key] for key in fact.source)
        if fact.attestation is Attestation.ILLUSTRATIVE:
            elsewhere = next(
                (f" ({self.named_elsewhere[key]})" for key in fact.source if key in self.named_elsewhere), ""
            )
            made_up = f"Made up for the demonstration{elsewhere}."
            return {"attestation": fact.attestation, "source": f"{made_up} {words}" if words else made_up}
        made_up = f". Made up here: {', '.join(fact.completed)}" if fact.completed else ""
        return {"attestation": fact.attestation, "source": f"{words}{made_up}"}


@lru_cache
def read_story() -> Story:
    """Read and check the files.

    Raises:
        pydantic.ValidationError: a row lacks something, names no source, or has a field that nobody knows.
    """
    merged: dict[str, Any] = {"parties": []}
    for name in FILES:
        for key, value in yaml.safe_load((FOLDER / name).read_text(encoding="utf-8")).items():
            if key == "parties":
                merged["parties"] += value
            else:
                merged[key] = value
    return Story.model_validate(merged)
