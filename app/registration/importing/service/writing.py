"""Importing the rows that somebody looked at: all of them in one transaction, or none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.delegations.enums import HelixRole
from app.delegations.models import City, Delegate, Delegation, Need, Offer, Organisation, Party
from app.delegations.queries import delegates_by_id
from app.events.models import Event
from app.events.queries import challenges_of
from app.platform.actor import Actor
from app.platform.audit import record
from app.platform.database.base import Attestation
from app.platform.errors import Conflict, Refused
from app.platform.i18n import gettext as _
from app.registration.importing.columns import missing
from app.registration.importing.comparing.cities import LINKS, Taxonomy
from app.registration.importing.comparing.cities import wanted_of as wanted_of_city
from app.registration.importing.comparing.judged import PROTECTED, DryRun, Judged
from app.registration.importing.comparing.parties import NewParty, Parties
from app.registration.importing.comparing.people import wanted_of as wanted_of_person
from app.registration.importing.enums import ImportKind, ImportState, Outcome
from app.registration.importing.forms import CityRow, PersonRow
from app.registration.importing.models import ImportFile
from app.registration.importing.queries import cities_by_id, dry_run, first_delegations, parties_here
from app.registration.service import free_code, free_slug, slug_of


def import_rows(
    session: Session, *, event: Event, file: ImportFile, digest: str, actor: Actor, now: datetime
) -> dict[Outcome, int]:
    """Write what the dry run showed and leave out what it refused; one line in the log, and one for each changed row.

    Raises:
        Conflict: the list, or what is here, is not what was looked at any more; nothing is written.
        Refused: the list has no column for what a row must have.
    """
    if file.state is not ImportState.READY:
        raise Conflict(_("This list was imported already, or is being read."))
    if missing(file.kind, file.columns):
        raise Refused(_("Match the columns first."))
    found = dry_run(session, event=event, file=file)
    if found.digest() != digest:
        raise Conflict(_("What is here has changed since you looked at this list. Look at it again, then import."))
    counts = found.counts()
    desk = _Desk(session, event, file, actor, now)
    if file.kind is ImportKind.CITIES:
        desk.write_cities(found)
    else:
        desk.write_people(found)
    record(
        session,
        actor=actor,
        now=now,
        event_id=event.id,
        action=f"{file.kind.value}.imported",
        entity="import",
        entity_id=file.id,
        changes={"file": (None, file.name), **{one.value: (None, counts[one]) for one in Outcome}},
    )
    file.state, file.imported_at = ImportState.IMPORTED, now
    file.about = {**file.about, "counts": {one.value: counts[one] for one in Outcome}}
    file.content, file.cells = None, []
    session.flush()
    return counts


@dataclass(frozen=True)
class _Desk:
    session: Session
    event: Event
    file: ImportFile
    actor: Actor
    now: datetime

    @property
    def _origin(self) -> dict[str, Any]:
        return {"attestation": Attestation.ENTERED, "source": f"List {self.file.name}"}

    def write_people(self, found: DryRun[PersonRow]) -> None:
        parties = Parties(parties_here(self.session, self.event.id))
        delegations, made = first_delegations(self.session, self.event.id), dict[NewParty, Party]()
        for judged in found.of(Outcome.NEW):
            assert judged.row is not None
            row = judged.row
            party = parties.find(row.party, country=row.country, helix_role=row.helix_role)
            if isinstance(party, NewParty):
                party = made.get(party) or made.setdefault(party, self._new_party(party))
            delegation = delegations.get(party.id) or delegations.setdefault(party.id, self._new_delegation(party))
            self.session.add(
                Delegate(
                    event_id=self.event.id,
                    delegation_id=delegation.id,
                    locale=delegation.locale,
                    registered_at=self.now,
                    approved_at=self.now,
                    **wanted_of_person(self.event, row, None),
                    **self._origin,
                )
            )
        self.session.flush()
        changed = {one.target: one for one in found.of(Outcome.CHANGED) if one.target is not None}
        here = delegates_by_id(self.session, changed)
        for number, judged in changed.items():
            assert judged.row is not None
            self._change(here[number], judged, wanted_of_person(self.event, judged.row, here[number]), "delegate")

    def write_cities(self, found: DryRun[CityRow]) -> None:
        taxonomy = Taxonomy(challenges_of(self.session, self.event.id))
        ids = {code: one.id for code, one in taxonomy.by_code.items()}
        for judged in found.of(Outcome.NEW):
            assert judged.row is not None
            wanted = wanted_of_city(judged.row)
            city = City(
                event_id=self.event.id,
                slug=free_slug(self.session, self.event.id, slug_of(judged.row.name)),
                name=judged.row.name,
                needs=[],
                offers=[],
                **wanted,
                **self._origin,
            )
            self._link(city, judged.row, taxonomy, ids)
            self.session.add(city)
            self.session.flush()
        changed = {one.target: one for one in found.of(Outcome.CHANGED) if one.target is not None}
        here = cities_by_id(self.session, list(changed))
        for number, judged in changed.items():
            assert judged.row is not None
            self._link(here[number], judged.row, taxonomy, ids)
            self._change(here[number], judged, wanted_of_city(judged.row), "city")

    def _link(self, city: City, row: CityRow, taxonomy: Taxonomy, ids: Mapping[str, int]) -> None:
        """What a city seeks and offers, where the row says it: those that stay keep their rows."""
        for field, model in zip(LINKS, (Need, Offer), strict=True):
            given = getattr(row, field)
            if given is None:
                continue
            weights = {ids[code]: weight for code, weight in taxonomy.weights(field, given).items()}
            kept_links = [one for one in getattr(city, field) if one.challenge_id in weights]
            for one in kept_links:
                one.intensity = weights.pop(one.challenge_id)
            setattr(city, field, [*kept_links, *(model(challenge_id=one, intensity=n) for one, n in weights.items())])

    def _change(self, here: Any, judged: Judged[Any], wanted: Mapping[str, Any], entity: str) -> None:
        fields = {change.field for change in judged.changes}
        for field in fields & wanted.keys():
            setattr(here, field, wanted[field])
        record(
            self.session,
            actor=self.actor,
            now=self.now,
            event_id=self.event.id,
            action=f"{entity}.imported",
            entity=entity,
            entity_id=here.id,
            changes={
                one.field: (None, None) if one.field in PROTECTED else (one.before, one.after) for one in judged.changes
            },
        )

    def _new_party(self, new: NewParty) -> Party:
        shared = {
            "event_id": self.event.id,
            "slug": free_slug(self.session, self.event.id, slug_of(new.name)),
            "name": new.name,
            "country": new.country,
            **self._origin,
        }
        is_city = new.helix_role is HelixRole.GOVERNMENT
        party: Party = City(**shared) if is_city else Organisation(**shared, helix_role=new.helix_role)
        self.session.add(party)
        self.session.flush()
        return party

    def _new_delegation(self, party: Party) -> Delegation:
        delegation = Delegation(
            event_id=self.event.id,
            party_id=party.id,
            code=free_code(self.session, self.event.id, party.slug),
            name=party.name,
            native_name=party.native_name,
            native_language=party.native_language,
            **self._origin,
        )
        self.session.add(delegation)
        self.session.flush()
        return delegation
