"""Rows into a pairing problem, and a solution back into partnerships."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from app.delegations.enums import TieState
from app.delegations.models import City, Organisation, Party
from app.delegations.queries import case_cities_of, organisations_of, ties_of
from app.events.enums import CountryGroup
from app.events.models import Challenge, Event
from app.events.queries import GroupBook, challenges_of, group_book
from app.pairing.classification import Classification, MemberClassified, SetBy
from app.pairing.models import PairingSettings, Partnership, PartnershipReason
from app.pairing.queries import (
    excluded_pairs_of,
    partnerships_of,
    pins_of,
    refusals_of,
    settings_of,
    vetoes_of,
    wishes_of,
)
from app.pairing.wanted import RULED, SHARED, SWITCHES, WEIGHED, Wanted, direction_of
from app.platform.errors import Refused
from scheduler.core.outcome import TermScore
from scheduler.core.violation import Violation
from scheduler.pairing.modality import MemberGroup
from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.score import score, stage_values
from scheduler.pairing.solution import PairingOutcome, PairingSolution
from scheduler.pairing.solution import Partnership as ProposedPartnership
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

    def counted_as(self, slug: str) -> MemberGroup:
        """North, South or an organisation: a member as its modality needs it."""
        party = self.parties[slug]
        if not isinstance(party, City):
            return "organisation"
        return "north" if self.group_of(party) is CountryGroup.NORTH else "south"

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


def wanted_of(session: Session, facts: PairingFacts) -> Wanted:
    """What organisers want of the pairing, as stored; what speaks of parties that are there no more is left out."""
    slugs = {party.id: slug for slug, party in facts.parties.items()}
    event_id = facts.event.id
    limits = {
        **{city.slug: city.engagements_max for city in facts.cities},
        **{one.slug: one.facilitations_max for one in facts.facilitators if one.facilitations_max is not None},
    }
    return Wanted(
        pins=frozenset(
            frozenset(slugs[party_id] for party_id in pin.party_ids)
            for pin in pins_of(session, event_id)
            if all(party_id in slugs for party_id in pin.party_ids)
        ),
        vetoes={
            frozenset((slugs[veto.city_id], slugs[veto.other_city_id])): slugs.get(veto.said_by_id or 0)
            for veto in vetoes_of(session, event_id)
            if veto.city_id in slugs and veto.other_city_id in slugs
        },
        apart=frozenset(frozenset((pair.country, pair.other_country)) for pair in excluded_pairs_of(session, event_id)),
        shares={name: percents_of(bounds) for name, bounds in facts.settings.shares.items()},
        weights={**WEIGHED, **facts.settings.weights},
        rules={**RULED, **{name: int(value) for name, value in facts.settings.rules.items()}},
        limits=limits,
        untied=frozenset(
            frozenset((slugs[tie.city_id], slugs[tie.other_city_id]))
            for tie in ties_of(session, event_id)
            if tie.state is TieState.DORMANT and tie.city_id in slugs and tie.other_city_id in slugs
        ),
        noes=frozenset(couple for couple, level in _said(session, facts).items() if level == "no"),
        resting=frozenset(
            frozenset((slugs[one.organisation_id],))
            for one in refusals_of(session, event_id)
            if one.organisation_id in slugs
        ),
    )


def build_problem(session: Session, facts: PairingFacts, wanted: Wanted | None = None) -> PairingProblem:
    """Turn facts into a problem; IDs are the slugs of parties, challenges go by their codes.

    Equal rows give equal text, so that the hash of a problem tells whether anything has changed.

    Args:
        wanted: in place of what organisers have stored, for a what-if.
    """
    slugs = {party.id: slug for slug, party in facts.parties.items()}
    wanted = wanted or wanted_of(session, facts)
    event_id = facts.event.id
    return PairingProblem.model_validate(
        {
            "format": "bridge-pairing/1",
            "cities": tuple(_city(facts, city, wanted) for city in facts.cities),
            "facilitators": tuple(
                {
                    "id": one.slug,
                    "facilitates": tuple(sorted(row.challenge.code for row in one.facilitations)),
                    "max": _most_triangles(facts, one, wanted),
                }
                for one in facts.facilitators
            ),
            "ties": tuple(
                _tie(slugs[tie.city_id], slugs[tie.other_city_id], tie.state.value, wanted)
                for tie in ties_of(session, event_id)
                if tie.city_id in slugs and tie.other_city_id in slugs
            ),
            "wishes": _wishes(session, facts, wanted),
            "excluded_country_pairs": tuple(_both(pair) for pair in sorted(map(sorted, wanted.apart))),
            "pins": tuple(sorted(tuple(sorted(pin)) for pin in wanted.pins)),
            "previous": tuple(
                tuple(slugs[member.party_id] for member in partnership.members)
                for partnership in facts.standing
                if all(member.party_id in slugs for member in partnership.members)
            ),
            "changes_first": wanted.few_changes,
            "rules": {name: bool(value) if name in SWITCHES else value for name, value in wanted.rules.items()},
            "shares": {name: _limits(wanted.share(name)) for name in SHARED if name in wanted.shares},
            "weights": dict(wanted.weights),
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


def reasons_of(facts: PairingFacts, proposed: ProposedPartnership) -> list[PartnershipReason]:
    """The reasons of a proposed partnership as rows, not yet in any session."""
    ids = {slug: party.id for slug, party in facts.parties.items()}
    challenges = {challenge.code: challenge.id for challenge in facts.challenges}
    return [
        PartnershipReason(
            kind=reason.kind,
            from_party_id=ids.get(reason.from_) if reason.from_ else None,
            to_party_id=ids.get(reason.to) if reason.to else None,
            challenge_id=challenges.get(reason.challenge) if reason.challenge else None,
            points=reason.value,
        )
        for reason in proposed.reasons
    ]


@dataclass(frozen=True)
class Judgement:
    """What validation and score say of a pairing."""

    violations: tuple[Violation, ...]
    terms: Mapping[str, TermScore]
    stages: Mapping[str, int]


def judge(problem: PairingProblem, solution: PairingSolution) -> Judgement:
    """Broken rules, points by term and the value of each stage."""
    return Judgement(tuple(validate(problem, solution)), score(problem, solution), stage_values(problem, solution))


def _city(facts: PairingFacts, city: City, wanted: Wanted) -> dict[str, object]:
    group = facts.group_of(city)
    return {
        "id": city.slug,
        "country": city.country,
        "group": group.value if group else None,
        "region": city.region,
        "population": city.population or 0,
        "languages": tuple(city.languages),
        "needs": dict(sorted((need.challenge.code, need.intensity) for need in city.needs)),
        "offers": dict(sorted((offer.challenge.code, offer.intensity) for offer in city.offers)),
        "facilitates": tuple(sorted(row.challenge.code for row in city.facilitations)),
        "engagements": {"min": city.engagements_min, "max": wanted.limits[city.slug]},
    }


def _most_triangles(facts: PairingFacts, one: Organisation, wanted: Wanted) -> int | None:
    """How many triangles an organisation may be in; after a "no" those that it is in."""
    limit = wanted.limits.get(one.slug)
    if frozenset((one.slug,)) not in wanted.resting:
        return limit
    engaged = sum(member.party_id == one.id for row in facts.standing for member in row.members)
    return engaged if limit is None else min(limit, engaged)


def _tie(city: str, other: str, state: str, wanted: Wanted) -> dict[str, object]:
    return {"cities": (city, other), "state": "dormant" if frozenset((city, other)) in wanted.untied else state}


def percents_of(bounds: Mapping[str, float | None]) -> tuple[Decimal, Decimal]:
    """A share's limits as stored, from 0 to 1, in percent; without limit 0 and 100."""
    least, most = bounds.get("min"), bounds.get("max")
    return (Decimal(str(least or 0)) * 100, Decimal(100) if most is None else Decimal(str(most)) * 100)


def _limits(percents: tuple[Decimal, Decimal]) -> dict[str, Decimal | None]:
    least, most = percents
    return {"min": least / 100 if least else None, "max": most / 100 if most != 100 else None}


def _wishes(session: Session, facts: PairingFacts, wanted: Wanted) -> tuple[dict[str, str], ...]:
    """What cities said, and the vetoes of organisers in place of what was said the same way."""
    said = {couple: level for couple, level in _said(session, facts).items() if level != "no" or couple in wanted.noes}
    vetoed = {direction_of(couple, said_by): "no" for couple, said_by in wanted.vetoes.items()}
    levels = {**said, **vetoed}
    return tuple({"from": one, "to": other, "level": level} for (one, other), level in sorted(levels.items()))


def _said(session: Session, facts: PairingFacts) -> dict[tuple[str, str], str]:
    """What cities that can be paired said about each other: who, about whom."""
    slugs = {party.id: slug for slug, party in facts.parties.items()}
    return {
        (slugs[wish.from_city_id], slugs[wish.to_city_id]): wish.level.value
        for wish in wishes_of(session, facts.event.id)
        if wish.from_city_id in slugs and wish.to_city_id in slugs
    }


def _both(pair: list[str]) -> tuple[str, str]:
    return (pair[0], pair[-1])
