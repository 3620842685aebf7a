"""Two plans side by side: which partnerships differ, and what that does to the cities."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from app.pairing.models import Partnership as Row
from app.pairing.planner import PairingFacts, judge
from app.pairing.queries import title_of
from app.pairing.wanted import SHARED
from scheduler.pairing.modality import GroupedMember, Role, modality_of
from scheduler.pairing.problem import PairingProblem
from scheduler.pairing.score import Pool, partnership_of
from scheduler.pairing.solution import Member, PairingSolution, Partnership, UnpairedCity


@dataclass(frozen=True, kw_only=True)
class Change:
    """One partnership that differs: ``sign`` is − for one that ends, + for a new one, ~ for other roles.

    ``row`` is the one that stands, where it ends or changes. ``returning`` is one that an earlier plan left out and of
    whose end nobody has heard: it would stand again with its answers.
    """

    sign: str
    members: tuple[Member, ...]
    modality: str
    value: int
    row: Row | None = None
    returning: Row | None = None


@dataclass(frozen=True, kw_only=True)
class Figures:
    """A plan in numbers: points of the cities, how many have a partner, how many partnerships of each modality."""

    total: int
    lowest: int
    middle: float
    spread: int
    paired: int
    count: int
    modalities: Mapping[str, int]
    terms: Mapping[str, int]

    def percent_of(self, modality: str) -> int:
        """The share of a modality, rounded, in percent."""
        return round(100 * self.modalities[modality] / self.count) if self.count else 0


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What would change, and both plans in numbers, by the same weights."""

    changes: tuple[Change, ...]
    before: Figures
    after: Figures
    losing: int
    lost: int
    gaining: int
    gained: int

    @property
    def confirmed(self) -> int:
        """How many of the partnerships that end or change have the consent of all."""
        return sum(one.row is not None and one.row.state.value == "confirmed" for one in self.changes)


def plan_of_rows(facts: PairingFacts, problem: PairingProblem) -> PairingSolution:
    """The partnerships that stand, as the problem counts them; those that no longer have a form are left out."""
    known = set(facts.parties)
    groups = [members_of(row) for row in facts.standing]
    return _counted(problem, [members for members in groups if known.issuperset(one.id for one in members)], ())


def renewed(problem: PairingProblem, plan: PairingSolution) -> PairingSolution:
    """The same partnerships with the points and reasons of today; what has no form any more stays for the check."""
    return _counted(problem, [one.members for one in plan.partnerships], plan.partnerships)


def _counted(
    problem: PairingProblem, groups: Sequence[tuple[Member, ...]], fallback: Sequence[Partnership]
) -> PairingSolution:
    pool = Pool(problem)
    counted = []
    for position, members in enumerate(groups):
        try:
            counted.append(partnership_of(pool, members))
        except ValueError:
            counted += fallback[position : position + 1]
    together = {member.id for one in counted for member in one.members}
    alone = tuple(UnpairedCity(id=city.id) for city in problem.cities if city.id not in together)
    return PairingSolution(partnerships=tuple(counted), unpaired=alone)


def members_of(row: Row) -> tuple[Member, ...]:
    """The members of a partnership with their roles, by slug."""
    return tuple(Member(id=member.party.slug, role=_role(member.role.value)) for member in row.members)


def compare(
    problem: PairingProblem,
    before: PairingSolution,
    after: PairingSolution,
    *,
    rows: Sequence[Row],
    left_out: Iterable[Row],
) -> Comparison:
    """Both plans by the weights of ``problem``, and by the labels that the partnerships have and would have.

    Args:
        before: the partnerships of ``rows`` as the problem counts them.
        rows: those that stand, with their state and label.
        left_out: those that applying the plan would bring back, where it has them.
    """
    by_ids = {frozenset(member.party.slug for member in row.members): row for row in rows}
    worth_before, worth_after = worth_of(before), worth_of(after)
    differences = {city: worth_after[city] - worth_before[city] for city in {*worth_before, *worth_after}}
    return Comparison(
        changes=_with_returning(changes_between(before, after, by_ids), left_out),
        before=_standing(problem, before, rows),
        after=figures_of(problem, after, labels=[label_after(one, by_ids.get(one.ids)) for one in after.partnerships]),
        losing=sum(one < 0 for one in differences.values()),
        lost=-sum(one for one in differences.values() if one < 0),
        gaining=sum(one > 0 for one in differences.values()),
        gained=sum(one for one in differences.values() if one > 0),
    )


def label_after(one: Partnership, row: Row | None) -> str:
    """The modality that a partnership of a plan will carry: the one that its members agreed to, where they have."""
    keeps = row is not None and row.has_agreed_label and set(members_of(row)) == set(one.members)
    return row.modality.value if row is not None and keeps else one.modality


def _standing(problem: PairingProblem, plan: PairingSolution, rows: Sequence[Row]) -> Figures:
    """What stands in numbers: rows count by their label, as on the workbench, also one whose form is gone by now."""
    cities = {city.id for city in problem.cities}
    return replace(
        figures_of(problem, plan, labels=[row.modality.value for row in rows]),
        paired=len(cities & {member.party.slug for row in rows for member in row.members}),
    )


def figures_of(problem: PairingProblem, plan: PairingSolution, *, labels: Sequence[str]) -> Figures:
    """A plan in numbers; ``labels`` are the modalities that its partnerships carry."""
    judged = judge(problem, plan)
    cities = {city.id for city in problem.cities}
    worth = sorted(points for party, points in worth_of(plan).items() if party in cities)
    counts = Counter(labels)
    return Figures(
        total=judged.stages["value"],
        lowest=judged.stages["lowest"],
        middle=median(worth) if worth else 0,
        spread=worth[-1] - worth[0] if worth else 0,
        paired=judged.stages["paired"],
        count=len(labels),
        modalities={modality: counts[modality] for modality in SHARED},
        terms={name: term.cost for name, term in judged.terms.items()},
    )


def worth_of(plan: PairingSolution) -> Counter[str]:
    """The value of each member: the sum over its partnerships, whatever its role."""
    worth: Counter[str] = Counter()
    for one in plan.partnerships:
        for member in one.members:
            worth[member.id] += one.value
    return worth


def changes_between(
    before: PairingSolution, after: PairingSolution, rows: Mapping[frozenset[str], Row] | None = None
) -> tuple[Change, ...]:
    """What ends, what is new, and what has other roles; ``rows`` are those that stand, by their members' slugs."""
    rows = rows or {}
    old = {one.ids: one for one in before.partnerships}
    new = {one.ids: one for one in after.partnerships}
    gone = [_change("−", one, rows.get(ids)) for ids, one in old.items() if ids not in new]
    # A row whose members no longer form a partnership stands in no plan, but ends like the others.
    gone += [
        Change(sign="−", members=members_of(row), modality=row.modality.value, value=row.value, row=row)
        for ids, row in rows.items()
        if ids not in old and ids not in new
    ]
    formed = [_change("+", one, None) for ids, one in new.items() if ids not in old]
    other_roles = [
        _change("~", one, rows.get(ids))
        for ids, one in new.items()
        if ids in old and set(old[ids].members) != set(one.members)
    ]
    return (*gone, *formed, *other_roles)


def _with_returning(changes: Iterable[Change], left_out: Iterable[Row]) -> tuple[Change, ...]:
    by_members = {frozenset(members_of(row)): row for row in left_out}
    return tuple(
        one if one.sign == "−" else replace(one, returning=by_members.get(frozenset(one.members))) for one in changes
    )


def _change(sign: str, one: Partnership, row: Row | None) -> Change:
    modality = row.modality.value if row and sign == "−" else one.modality
    return Change(sign=sign, members=one.members, modality=modality, value=one.value, row=row)


@dataclass(frozen=True, kw_only=True)
class KeptLabel:
    """A partnership whose label is another than by the groups of today: a side has agreed to the one it has.

    ``today`` is what it would be, or nothing where these members form no partnership by the groups of today.
    """

    row: Row
    title: str
    today: str | None


def kept_labels(facts: PairingFacts) -> tuple[KeptLabel, ...]:
    """The partnerships whose label an override, or another list, has left behind since a side agreed to it."""
    known = facts.parties.keys()
    found = []
    for row in facts.standing:
        members = members_of(row)
        if not row.has_agreed_label or not known >= {one.id for one in members}:
            continue
        grouped = [GroupedMember(id=one.id, group=facts.counted_as(one.id), role=one.role) for one in members]
        today = modality_of(grouped).modality
        if today != row.modality.value:
            found.append(KeptLabel(row=row, title=title_of(row), today=today))
    return tuple(found)


def _role(word: str) -> Role:
    roles: dict[str, Role] = {
        "partner": "partner",
        "beneficiary": "beneficiary",
        "pivotal": "pivotal",
        "facilitating": "facilitating",
    }
    return roles[word]
