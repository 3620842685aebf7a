"""Who looks like somebody that is here already: the same address, or the same name and organisation.

People are found by indexed keys and compared within groups of equal keys, so that comparing 5,000 of them takes
no longer than reading them.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from typing import Literal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.delegations.models import Delegate, Delegation, Party
from app.delegations.names import latin_name
from app.platform.database.portions import portions
from app.platform.errors import NotFound
from app.platform.wording import words_key
from app.registration.enums import RegistrationState
from app.registration.models import DifferentPeople, Registration
from app.registration.people import people_of_form

OPEN_STATES = (RegistrationState.SUBMITTED, RegistrationState.WAITING)
MOST_DIGITS = 9
MOST_COMPARED = 6
"""Of a group that shares a key, such as the one address of an office, only so many are compared each with each."""

Because = Literal["mail", "name", "native_name"]
_KEYS: dict[Because, InstrumentedAttribute[str | None]] = {
    "mail": Delegate.mail_key,
    "name": Delegate.name_key,
    "native_name": Delegate.native_key,
}

_COMPARED = (
    *("version", "given_name", "family_name", "native_name", "native_language", "email", "function"),
    *("mail_key", "name_key", "native_key"),
)
"""Columns of a delegate that a ``Subject`` has under the same name."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Somebody who may be here twice: a delegate, or a person on a form that waits. ``key`` names them for good."""

    key: str
    delegate_id: int | None
    registration_id: int | None
    version: int
    given_name: str
    family_name: str
    native_name: str | None
    native_language: str | None
    email: str | None
    function: str | None
    organisation: str
    mail_key: str | None
    name_key: str | None
    native_key: str | None
    organisation_key: str

    @property
    def name(self) -> str:
        """The Latin form of the name."""
        return latin_name(
            family_name=self.family_name, given_name=self.given_name, native_language=self.native_language
        )

    def keys_by_cause(self) -> Iterator[tuple[Because, str]]:
        """The keys of the columns of ``Likened`` that this person has."""
        if self.mail_key:
            yield "mail", self.mail_key
        if self.name_key:
            yield "name", self.name_key
        if self.native_key:
            yield "native_name", self.native_key

    def marks(self) -> Iterator[tuple[Because, str]]:
        """By what they are recognised; a name counts within its organisation."""
        for because, key in self.keys_by_cause():
            yield because, key if because == "mail" else f"{key} {self.organisation_key}"


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two who may be one, and by what they were recognised."""

    one: Subject
    other: Subject
    because: tuple[Because, ...]

    @property
    def key(self) -> str:
        """What an address calls this pair."""
        return f"{self.one.key}~{self.other.key}"


def duplicates_of(session: Session, event_id: int) -> list[Pair]:
    """All pairs of an edition that nobody has decided on, forms that wait first."""
    forms = form_subjects(session, event_id)
    twins = _delegates(session, event_id, _repeated_keys(session, event_id))
    alike = _delegates(session, event_id, _keys_of(forms))
    people = list({subject.key: subject for subject in (*twins, *alike)}.values())
    return _undecided(session, event_id, _pairs([*forms, *people]))


def duplicates_of_forms(session: Session, event_id: int) -> dict[int, list[Pair]]:
    """For each form that waits the pairs with people who are here, or with another form."""
    forms = form_subjects(session, event_id)
    found: dict[int, list[Pair]] = {}
    for pair in _undecided(session, event_id, _pairs([*forms, *_delegates(session, event_id, _keys_of(forms))])):
        for number in {pair.one.registration_id, pair.other.registration_id} - {None}:
            assert number is not None
            found.setdefault(number, []).append(pair)
    return found


def duplicates_of_delegate(session: Session, event_id: int, delegate: Delegate) -> list[Pair]:
    """The pairs in which a delegate stands."""
    keys: dict[Because, set[str]] = {
        "mail": {delegate.mail_key} if delegate.mail_key else set(),
        "name": {delegate.name_key} if delegate.name_key else set(),
        "native_name": {delegate.native_key} if delegate.native_key else set(),
    }
    key = delegate_key(delegate.id)
    pairs = _pairs([*form_subjects(session, event_id), *_delegates(session, event_id, keys)])
    return _undecided(session, event_id, [pair for pair in pairs if key in {pair.one.key, pair.other.key}])


def delegate_key(delegate_id: int) -> str:
    return f"d{delegate_id}"


def subject_of_key(session: Session, event_id: int, key: str) -> Subject:
    """The person of a key, among active delegates and forms that wait.

    Raises:
        NotFound: the event has nobody of this key.
    """
    number = key[1:].partition("-")[0]
    if not number.isdecimal() or len(number) > MOST_DIGITS:
        raise NotFound
    if key == delegate_key(int(number)):
        found = _delegates_where(session, event_id, Delegate.id == int(number))
    else:
        form = session.scalar(
            select(Registration).where(
                Registration.event_id == event_id,
                Registration.id == int(number),
                Registration.state.in_(OPEN_STATES),
            )
        )
        found = [subject for subject in subjects_of_form(form) if subject.key == key] if form else []
    if not found:
        raise NotFound
    return found[0]


def pair_of(one: Subject, other: Subject) -> Pair:
    """Two as a pair, with whatever makes them alike; nothing may."""
    theirs = set(other.marks())
    return Pair(
        one=one, other=other, because=tuple(because for because, key in one.marks() if (because, key) in theirs)
    )


def form_subjects(session: Session, event_id: int) -> list[Subject]:
    """Everybody on a form that waits for a decision."""
    statement = select(Registration).where(Registration.event_id == event_id, Registration.state.in_(OPEN_STATES))
    subjects = []
    for registration in session.scalars(statement.order_by(Registration.submitted_at, Registration.id)):
        subjects += subjects_of_form(registration)
    return subjects


def subjects_of_form(registration: Registration) -> list[Subject]:
    """The people of one form; who has neither address nor name key there stands on the form by number."""
    return [
        Subject(
            key=f"r{registration.id}-{person.name_key or person.mail_key or number}",
            delegate_id=None,
            registration_id=registration.id,
            version=registration.version,
            given_name=person.given_name,
            family_name=person.family_name,
            native_name=person.native_name,
            native_language=person.native_language,
            email=person.email,
            function=person.function,
            organisation=registration.party_name,
            mail_key=person.mail_key,
            name_key=person.name_key,
            native_key=person.native_key,
            organisation_key=words_key(registration.party_name),
        )
        for number, person in enumerate(people_of_form(registration))
    ]


def _keys_of(subjects: Iterable[Subject]) -> dict[Because, set[str]]:
    found: dict[Because, set[str]] = {because: set() for because in _KEYS}
    for subject in subjects:
        for because, key in subject.keys_by_cause():
            found[because].add(key)
    return found


def _repeated_keys(session: Session, event_id: int) -> dict[Because, set[str]]:
    """Keys that more than one active delegate has."""
    found: dict[Because, set[str]] = {}
    for because, column in _KEYS.items():
        statement = (
            select(column)
            .where(Delegate.event_id == event_id, Delegate.is_active.is_(True), column.is_not(None))
            .group_by(column)
            .having(func.count() > 1)
        )
        found[because] = {key for key in session.scalars(statement) if key is not None}
    return found


def _delegates(session: Session, event_id: int, keys: dict[Because, set[str]]) -> list[Subject]:
    """The active delegates who have one of these keys."""
    found: dict[int, Subject] = {}
    for because, wanted in keys.items():
        ordered = sorted(wanted)
        for portion in portions(ordered):
            among = _delegates_where(session, event_id, _KEYS[because].in_(portion))
            found |= {one.delegate_id or 0: one for one in among}
    return [found[number] for number in sorted(found)]


def _delegates_where(session: Session, event_id: int, condition: ColumnElement[bool]) -> list[Subject]:
    # Values in place of rows: many are compared, and few columns of a delegate are needed for it.
    statement = (
        select(*(getattr(Delegate, name) for name in ("id", *_COMPARED)), Party.name.label("organisation"))
        .join(Delegation, Delegation.id == Delegate.delegation_id)
        .join(Party, Party.id == Delegation.party_id)
        .where(Delegate.event_id == event_id, Delegate.is_active.is_(True), condition)
    )
    rows = session.execute(statement).mappings().all()
    keys = {name: words_key(name) for name in {row["organisation"] for row in rows}}
    return [
        Subject(
            key=delegate_key(row["id"]),
            delegate_id=row["id"],
            registration_id=None,
            organisation=row["organisation"],
            organisation_key=keys[row["organisation"]],
            **{name: row[name] for name in _COMPARED},
        )
        for row in rows
    ]


def _pairs(subjects: Sequence[Subject]) -> list[Pair]:
    """Pairs within groups of equal keys; people on one form may share its address."""
    groups: dict[tuple[Because, str], list[Subject]] = {}
    for subject in subjects:
        for key in subject.marks():
            groups.setdefault(key, []).append(subject)
    reasons: dict[tuple[str, str], list[Because]] = {}
    by_key = {subject.key: subject for subject in subjects}
    for (because, _key), group in groups.items():
        for one, other in _compared(group):
            is_one_form = one.registration_id is not None and one.registration_id == other.registration_id
            if one.key == other.key or (because == "mail" and is_one_form):
                continue
            reasons.setdefault((one.key, other.key), []).append(because)
    return [
        Pair(one=by_key[one], other=by_key[other], because=tuple(because)) for (one, other), because in reasons.items()
    ]


def _compared(group: Sequence[Subject]) -> Iterator[tuple[Subject, Subject]]:
    """Each with each in a small group; in a large one the first few with all."""
    if len(group) <= MOST_COMPARED:
        yield from combinations(group, 2)
        return
    for position, one in enumerate(islice(group, MOST_COMPARED)):
        for other in group[position + 1 :]:
            yield one, other


def _undecided(session: Session, event_id: int, pairs: Collection[Pair]) -> list[Pair]:
    decided = {
        (row.one, row.other)
        for row in session.execute(
            select(DifferentPeople.one, DifferentPeople.other).where(DifferentPeople.event_id == event_id)
        )
    }
    return [pair for pair in pairs if ordered(pair.one.key, pair.other.key) not in decided]


def ordered(one: str, other: str) -> tuple[str, str]:
    """The two keys as ``DifferentPeople`` keeps them."""
    return (one, other) if one < other else (other, one)
