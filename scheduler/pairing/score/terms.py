"""What makes a partnership worth forming: one function a term, each giving the grounds that a page can show."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from scheduler.pairing.modality import GroupedMember, modality_of
from scheduler.pairing.problem import City
from scheduler.pairing.score.pool import Pool
from scheduler.pairing.solution import Member


class Form(NamedTuple):
    """A partnership by its cities: partners, or beneficiary and pivotal with the member that facilitates."""

    first: City
    second: City
    facilitating: str | None


class Ground(NamedTuple):
    """Units of one term: who gives, who gains and on what challenge, where that applies."""

    from_: str | None
    to: str | None
    challenge: str | None
    units: int


Term = Callable[[Pool, Form], Iterator[Ground]]


def need_met(_pool: Pool, form: Form) -> Iterator[Ground]:
    """For each need of one that the other offers, the smaller intensity; in a triangle from pivotal to beneficiary."""
    yield from _met(giver=form.second, taker=form.first)
    if form.facilitating is None:
        yield from _met(giver=form.first, taker=form.second)


def need_shared(_pool: Pool, form: Form) -> Iterator[Ground]:
    """For each need that both have, the smaller intensity."""
    theirs = form.second.needs
    for challenge, intensity in form.first.needs.items():
        if challenge in theirs:
            yield Ground(None, None, challenge, min(intensity, theirs[challenge]))


def reciprocity(_pool: Pool, form: Form) -> Iterator[Ground]:
    """The smaller of what the two meet for each other; pairs only."""
    if form.facilitating is None:
        there = sum(ground.units for ground in _met(giver=form.second, taker=form.first))
        back = sum(ground.units for ground in _met(giver=form.first, taker=form.second))
        yield Ground(None, None, None, min(there, back))


def language(pool: Pool, form: Form) -> Iterator[Ground]:
    """One unit if the two share a language."""
    if not pool.languages[form.first.id].isdisjoint(pool.languages[form.second.id]):
        yield Ground(None, None, None, 1)


def replan(pool: Pool, form: Form) -> Iterator[Ground]:
    """One unit if the two have a dormant tie to take up again."""
    if frozenset((form.first.id, form.second.id)) in pool.dormant:
        yield Ground(None, None, None, 1)


def wish(pool: Pool, form: Form) -> Iterator[Ground]:
    """One unit for each want and two for each must, of either direction."""
    for from_, to, units in pool.wishes.get(frozenset((form.first.id, form.second.id)), ()):
        yield Ground(from_, to, None, units)


def facilitation(pool: Pool, form: Form) -> Iterator[Ground]:
    """One unit for each challenge that joins all three members of a triangle."""
    if form.facilitating is None:
        return
    able = pool.able[form.facilitating]
    for challenge in form.first.needs:
        if challenge in form.second.offers and challenge in able:
            yield Ground(form.facilitating, form.first.id, challenge, 1)


TERMS: dict[str, Term] = {
    "need_met": need_met,
    "need_shared": need_shared,
    "reciprocity": reciprocity,
    "language": language,
    "replan": replan,
    "wish": wish,
    "facilitation": facilitation,
}


def units_of(pool: Pool, form: Form) -> tuple[int, ...]:
    """The units of each term, in the order of ``TERMS``."""
    return tuple(sum(ground.units for ground in term(pool, form)) for term in TERMS.values())


def form_of(pool: Pool, members: Sequence[Member]) -> Form | None:
    """The members as a pair or a triangle with its roles filled and a challenge that joins it, else ``None``."""
    ruling = modality_of(
        [GroupedMember(id=member.id, group=pool.group_of(member.id), role=member.role) for member in members]
    )
    if ruling.modality is None:
        return None
    if ruling.modality != "triangular":
        return Form(pool.cities[members[0].id], pool.cities[members[1].id], None)
    by_role = {member.role: member.id for member in members}
    form = Form(pool.cities[by_role["beneficiary"]], pool.cities[by_role["pivotal"]], by_role["facilitating"])
    return form if any(True for _ in facilitation(pool, form)) else None


def _met(*, giver: City, taker: City) -> Iterator[Ground]:
    offers = giver.offers
    for challenge, intensity in taker.needs.items():
        if challenge in offers:
            yield Ground(giver.id, taker.id, challenge, min(intensity, offers[challenge]))
