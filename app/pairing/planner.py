"""Rows into a pairing problem, and a solution back into partnerships."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from app.delegations.models import City, Organisation, Party
from app.delegations.queries import case_cities_of, organisations_of, ties_of
from app.events.enums import CountryGroup
from app.events.models import Challenge, Event
from app.events.queries import GroupBook, challenges_of, group_book
from app.pairing.classification import Classification, MemberClassified, SetBy
from app.pairing.models import PairingSettings, Partnership
from app.pairing.queries import excluded_pairs_of, partnerships_of, pins_of, settings_of, wishes_of
from app.platform.errors import Refused
from scheduler.core.outcome import TermScore
from scheduler.core.violation import Violation
from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.score import score, stage_values
from scheduler.pairing.solution import PairingOutcome, PairingSolution
from scheduler.pairing.validation import validate


@dataclass(frozen=True, kw_only=True)
class PairingFacts:
    """Everything that a pairing problem of an edition is built from, read once."""

    event: Event
    cities: tuple[City, ...]
    facilitators: tuple[Organisation, ...]
    challenges: tuple[Challenge, ...]
    book: GroupBook
    settings: PairingSettings
    standing: tuple[Partnership, ...]

    @property
    def parties(self) -> Mapping[str, Party]:
        """Cities and facilitators by slug."""
        return {party.slug: party for party in (*self.cities, *self.facilitators)}

    def group_of(self, city: City) -> CountryGroup | None:
        """North or South of a city: the organisers' word on the city, else on its country, else the list's."""
        return city.group_override or self.book.group_of(city.country)

    def classified(self, slugs: Collection[str]) -> Classification:
        """The list of today, and how each of these cities is counted by whose word."""
        cities = [city for city in self.cities if city.slug in slugs]
        return Classification(
            list_name=self.book.list_name,
            as_of=self.book.as_of,
            source=self.book.source,
            members=tuple(self._counted(city) for city in cities),
        )

    def _counted(self, city: City) -> MemberClassified:
        set_by: SetBy = "list"
        note: str | None = None
        of_country = self.book.overrides.get(city.country or "")
        if city.group_override:
            set_by, note = "city", city.group_override_note
        elif of_country:
            set_by, note = "country", of_country[1]
        group = self.group_of(city)
        if group is None:
            raise Refused({"city": f"Neither the list nor an organiser says how {city.name} counts."})
        return MemberClassified(party_id=city.id, party=city.name, group=group.value, set_by=set_by, note=note)


def read_facts(session: Session, event: Event) -> PairingFacts:
    """Read what the pairing of an edition depends on.

    A city of which neither the list nor an organiser says whether it counts as North or South is left out.
    """
    book = group_book(session, event)
    cities = [city for city in case_cities_of(session, event.id) if city.group_override or book.group_of(city.country)]
    return PairingFacts(
        event=event,
        cities=tuple(cities),
        facilitators=tuple(one for one in organisations_of(session, event.id) if one.is_facilitator),
        challenges=tuple(challenges_of(session, event.id)),
        book=book,
        settings=settings_of(session, event.id),
        standing=tuple(partnerships_of(session, event.id)),
    )


def problem_of(session: Session, event_id: int) -> PairingProblem:
    """The pairing problem of an edition as its rows are now."""
    return build_problem(session, read_facts(session, session.get_one(Event, event_id)))


def build_problem(session: Session, facts: PairingFacts) -> PairingProblem:
    """Turn facts into a problem; IDs are the slugs of parties, challenges go by their codes."""
    slugs = {party.id: slug for slug, party in facts.parties.items()}
    event_id = facts.event.id
    return PairingProblem.model_validate(
        {
            "format": "bridge-pairing/1",
            "cities": tuple(_city(facts, city) for city in facts.cities),
            "facilitators": tuple(
                {
                    "id": one.slug,
                    "facilitates": tuple(sorted(row.challenge.code for row in one.facilitations)),
                    "max": one.facilitations_max,
                }
                for one in facts.facilitators
            ),
            "ties": tuple(
                {"cities": (slugs[tie.city_id], slugs[tie.other_city_id]), "state": tie.state.value}
                for tie in ties_of(session, event_id)
                if tie.city_id in slugs and tie.other_city_id in slugs
            ),
            "wishes": tuple(
                {"from": slugs[wish.from_city_id], "to": slugs[wish.to_city_id], "level": wish.level.value}
                for wish in wishes_of(session, event_id)
                if wish.from_city_id in slugs and wish.to_city_id in slugs
            ),
            "excluded_country_pairs": tuple(
                (pair.country, pair.other_country) for pair in excluded_pairs_of(session, event_id)
            ),
            "pins": tuple(
                tuple(slugs[party_id] for party_id in pin.party_ids)
                for pin in pins_of(session, event_id)
                if all(party_id in slugs for party_id in pin.party_ids)
            ),
            "previous": tuple(
                tuple(slugs[member.party_id] for member in partnership.members)
                for partnership in facts.standing
                if all(member.party_id in slugs for member in partnership.members)
            ),
            **_chosen(facts.settings),
        }
    )


def outcome_of(facts: PairingFacts, outcome_json: str | None) -> PairingSolution:
    """The partnerships that a run proposes.

    Raises:
        Refused: the run has none, or they speak of parties that are there no more.
    """
    solution = PairingOutcome.model_validate_json(outcome_json).solution if outcome_json else None
    if solution is None:
        raise Refused({"run": "This run has no partnerships to accept."})
    named = {member.id for one in solution.partnerships for member in one.members}
    if not named <= facts.parties.keys():
        raise Refused({"run": "Cities came or went since this run began. Run again."})
    return solution


@dataclass(frozen=True)
class Judgement:
    """What validation and score say of a pairing."""

    violations: tuple[Violation, ...]
    terms: Mapping[str, TermScore]
    stages: Mapping[str, int]


def judge(problem: PairingProblem, solution: PairingSolution) -> Judgement:
    """Broken rules, points by term and the value of each stage."""
    return Judgement(tuple(validate(problem, solution)), score(problem, solution), stage_values(problem, solution))


def _city(facts: PairingFacts, city: City) -> dict[str, object]:
    group = facts.group_of(city)
    return {
        "id": city.slug,
        "country": city.country,
        "group": group.value if group else None,
        "region": city.region,
        "population": city.population or 0,
        "languages": tuple(city.languages),
        "needs": {need.challenge.code: need.intensity for need in city.needs},
        "offers": {offer.challenge.code: offer.intensity for offer in city.offers},
        "facilitates": tuple(sorted(row.challenge.code for row in city.facilitations)),
        "engagements": {"min": city.engagements_min, "max": city.engagements_max},
    }


def _chosen(settings: PairingSettings) -> dict[str, object]:
    """What organisers set; what they left alone takes the defaults of the scheduler's files."""
    chosen: dict[str, object] = {}
    if settings.rules:
        chosen["rules"] = settings.rules
    if settings.weights:
        chosen["weights"] = settings.weights
    if settings.shares:
        chosen["shares"] = {
            modality: {bound: None if value is None else Decimal(str(value)) for bound, value in bounds.items()}
            for modality, bounds in settings.shares.items()
        }
    return chosen
