"""An organisation's "no" to a triangle, of which no problem file can say to which one it was said.

What a file can say, and why it is kept to that: app/decisions/a-no-of-an-organisation.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.pairing.planner import PairingFacts, wanted_of
from app.pairing.queries import refused_triangles_of
from app.pairing.wanted import Couple, Wanted
from app.platform.i18n import gettext as _
from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.solution import PairingSolution


@dataclass(frozen=True, kw_only=True)
class RefusedTriangle:
    """A triangle of a plan to which its organisation said no; parties go by slug.

    ``is_resting`` says that the organisation takes on no further triangle at all; else an organiser has lifted that.
    """

    organisation: str
    cities: Couple
    sentence: str
    is_resting: bool


def refused_triangles(
    session: Session, facts: PairingFacts, solution: PairingSolution, wanted: Wanted | None = None
) -> tuple[RefusedTriangle, ...]:
    """Triangles of a plan that are not to be proposed again, because their organisation said no to them.

    That an organiser lifted the no lets the organisation be asked for others; for the same one it has to be pinned.
    One that stands was proposed again in knowledge of the no.

    Args:
        wanted: in place of what organisers have stored, for a what-if.
    """
    wanted = wanted or wanted_of(session, facts)
    planned = {one.ids for one in solution.partnerships}
    standing = {frozenset(member.party.slug for member in row.members) for row in facts.standing}
    found = []
    for organisation, cities in _said(session, facts):
        members = cities | {organisation}
        is_resting = frozenset((organisation,)) in wanted.resting
        if members not in planned - standing or (not is_resting and members in wanted.pins):
            continue
        names = {"name": facts.parties[organisation].name, "others": _named(facts, cities)}
        sentence = _("%(name)s said no to a triangle with %(others)s.") % names
        found.append(
            RefusedTriangle(organisation=organisation, cities=cities, sentence=sentence, is_resting=is_resting)
        )
    return tuple(found)


def refused_again(session: Session, facts: PairingFacts, solution: PairingSolution) -> tuple[str, ...]:
    """``refused_triangles`` by what organisers have stored, each in a sentence."""
    return tuple(one.sentence for one in refused_triangles(session, facts, solution))


def not_asked_about(
    session: Session, facts: PairingFacts, problem: PairingProblem, *, others: Iterable[frozenset[str]]
) -> frozenset[str]:
    """The organisations that a search for a replacement must not bring in, lest it offer what one said no to.

    Args:
        others: the members of each partnership that stays.
    """
    others = tuple(others)
    engaged = {city.id: sum(city.id in one for one in others) for city in problem.cities}
    with_room = {
        city.id for city in problem.cities if city.engagements.max is None or engaged[city.id] < city.engagements.max
    }
    return frozenset(organisation for organisation, cities in _said(session, facts) if cities <= with_room)


def said_no(session: Session, facts: PairingFacts) -> Mapping[frozenset[str], str]:
    """The members of each triangle to which an organisation ever said no, with that organisation; by slug."""
    return {cities | {organisation}: organisation for organisation, cities in _said(session, facts)}


def _said(session: Session, facts: PairingFacts) -> list[tuple[str, Couple]]:
    """Each organisation that ever said no, and to which two cities; without parties that are there no more."""
    slugs = {party.id: slug for slug, party in facts.parties.items()}
    said = {
        (slugs[organisation], frozenset(slugs[one] for one in cities))
        for organisation, cities in refused_triangles_of(session, facts.event.id)
        if {organisation, *cities} <= slugs.keys()
    }
    return sorted(said, key=lambda one: (one[0], sorted(one[1])))


def _named(facts: PairingFacts, cities: Couple) -> str:
    return ", ".join(sorted(facts.parties[one].name for one in cities))
