"""What stands against a plan or keeps a city without partner, in words, and the what-if that goes without it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.pairing.choices import Choices
from app.pairing.planner import PairingFacts
from app.pairing.refusing import RefusedTriangle
from app.pairing.wanted import SWITCHES, Wanted, direction_of
from app.pairing.workbench import words
from app.pairing.workbench.words import Names
from scheduler.core.explanation import Fact
from scheduler.core.paths import parts_of
from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.score import Pool, no_triangle_of


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """A fact in a sentence, the choice that goes without it, and what that choice says."""

    sentence: str
    easing: Choices
    offer: str


def obstacles_of(
    facts: Sequence[Fact], problem: PairingProblem, *, wanted: Wanted, names: Names, fixes: dict[str, Any] | None = None
) -> tuple[Obstacle, ...]:
    """The facts of an explanation of ``problem``.

    Args:
        wanted: what the problem was built from, to tell an organiser's veto from a city's own no.
        fixes: values by path that the explanation proved to be enough.
    """
    return tuple(_obstacle(fact, problem, wanted, names, (fixes or {}).get(fact.path)) for fact in facts)


def size_for_pins(facts: Sequence[Fact], problem: PairingProblem) -> dict[str, Any]:
    """By path, the least population with which the pins of an explanation can be kept: that of their smallest city."""
    pinned = {one for fact in facts if parts_of(fact.path)[0] == "pins" for one in fact.ids}
    smallest = min((city.population for city in problem.cities if city.id in pinned), default=0)
    return {"rules.min_population": smallest} if 0 < smallest < problem.rules.min_population else {}


def ways_past(refused: RefusedTriangle, facts: PairingFacts, names: Names) -> Iterator[Obstacle]:
    """What a what-if can ask for where a plan holds a triangle to which its organisation said no."""
    members = refused.cities | {refused.organisation}
    if refused.is_resting:
        # It is in the plan in place of one that the organisation has: where that stays, there is no room for it.
        held = [frozenset(member.party.slug for member in row.members) for row in facts.standing]
        held = [one for one in held if refused.organisation in one]
        if held:
            yield _said(refused.sentence, Choices(pin=tuple(held)), " ".join(words.pinned(names, one) for one in held))
    else:
        yield _said(refused.sentence, Choices(pin=(members,)), words.pinned(names, members))
    apart = words.vetoed(names, refused.cities, None)
    yield _said(refused.sentence, Choices(veto={refused.cities: None}), apart)


def _obstacle(fact: Fact, problem: PairingProblem, wanted: Wanted, names: Names, fixed: Any) -> Obstacle:
    parts = parts_of(fact.path)
    couple = frozenset(fact.ids)
    match parts[0]:
        case "pins":
            return _said(_pin(fact, problem, names), Choices(unpin=(couple,)), words.unpinned(names, couple))
        case "wishes":
            return _no(fact, wanted, names)
        case "ties":
            sentence = names.within(fact.message)
            return _said(sentence, Choices(untie=(couple,)), words.untied(names, couple))
        case "excluded_country_pairs":
            sentence = words.countries_apart(couple)
            return _said(sentence, Choices(unapart=(couple,)), words.countries_together(couple))
        case "rules":
            return _rule(str(parts[1]), problem, fixed)
        case "shares":
            return _share(str(parts[1]), str(parts[2]), wanted)
        case _:
            return _limit(fact.ids[0], problem, wanted, names, fixed)


def _said(sentence: str, easing: Choices, offer: str) -> Obstacle:
    return Obstacle(sentence=sentence, easing=easing, offer=offer)


def _pin(fact: Fact, problem: PairingProblem, names: Names) -> str:
    """The pin, and where its members can form nothing whatever the rules, why."""
    sentence = words.pinned(names, fact.ids)
    formless = no_triangle_of(Pool(problem), fact.ids) if len(fact.ids) > 2 else None
    return sentence if formless is None else f"{sentence} {words.formless(names, formless)}"


def _no(fact: Fact, wanted: Wanted, names: Names) -> Obstacle:
    couple = frozenset(fact.ids)
    said = (fact.ids[0], fact.ids[1])
    if couple in wanted.vetoes and said == direction_of(couple, wanted.vetoes[couple]):
        sentence = words.vetoed(names, couple, wanted.vetoes[couple])
        return _said(sentence, Choices(unveto=(couple,)), words.unvetoed(names, couple))
    return _said(names.within(fact.message), Choices(unsay=(said,)), words.unsaid(names, said))


def _rule(name: str, problem: PairingProblem, fixed: Any) -> Obstacle:
    value = int(getattr(problem.rules, name))
    eased = 1 if name in SWITCHES else int(fixed or 0)
    return _said(words.ruled(name, value), Choices(rules={name: eased}), words.ruled(name, eased))


def _share(modality: str, end: str, wanted: Wanted) -> Obstacle:
    least, most = wanted.share(modality)
    eased = (least * 0, most) if end == "min" else (least, most * 0 + 100)
    this_end = (least, most * 0 + 100) if end == "min" else (least * 0, most)
    return _said(words.shared(modality, this_end), Choices(shares={modality: eased}), words.shared(modality, eased))


def _limit(slug: str, problem: PairingProblem, wanted: Wanted, names: Names, fixed: Any) -> Obstacle:
    most = next(
        (city.engagements.max for city in problem.cities if city.id == slug),
        next((one.max for one in problem.facilitators if one.id == slug), 0),
    )
    eased = int(fixed) if fixed is not None else (most or 0) + 1
    name, alone = names.of(slug), frozenset((slug,))
    if alone in wanted.resting:
        stored = wanted.limits.get(slug)
        higher = {slug: eased} if stored is not None and stored < eased else {}
        return _said(
            words.rested(names, alone), Choices(again=(alone,), limits=higher), words.asked_again(names, alone)
        )
    return _said(words.limited(name, most or 0), Choices(limits={slug: eased}), words.limited(name, eased))
