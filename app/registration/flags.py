"""What must be asked before a form is approved: worked out from the form, with what was asked and waived already."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.delegations.enums import PartyKind
from app.delegations.models import City
from app.events.enums import CountryGroup
from app.events.models import Event
from app.events.queries import GroupBook, group_book
from app.platform.wording import folded, words_key
from app.registration.duplicates import OPEN_STATES, Pair, duplicates_of_forms
from app.registration.enums import Door, QuestionKind, QuestionState, RegistrationState
from app.registration.models import Question, Registration


@dataclass(frozen=True, kw_only=True)
class Flag:
    """One thing to ask. It blocks until it was answered or waived, or the form no longer gives cause."""

    kind: QuestionKind
    question: Question | None
    pairs: tuple[Pair, ...] = ()
    nominations: tuple[int, ...] = ()
    """Other forms that nominate the same city."""

    @property
    def blocks(self) -> bool:
        return self.question is None or self.question.state is QuestionState.ASKED


@dataclass(frozen=True, kw_only=True)
class ReviewFacts:
    """What the flags of an edition's forms are worked out from, read once for all of them."""

    book: GroupBook
    overrides: Mapping[str, CountryGroup] = field(default_factory=dict)
    duplicates: Mapping[int, Sequence[Pair]] = field(default_factory=dict)
    questions: Mapping[int, Sequence[Question]] = field(default_factory=dict)
    nominations: Mapping[tuple[str, str], Sequence[int]] = field(default_factory=dict)


def read_review_facts(session: Session, event: Event) -> ReviewFacts:
    """Read all at once; nothing is asked again for each form."""
    overrides = session.execute(
        select(City.name, City.group_override).where(City.event_id == event.id, City.group_override.is_not(None))
    )
    questions: dict[int, list[Question]] = {}
    for question in session.scalars(select(Question).where(Question.event_id == event.id).order_by(Question.id)):
        questions.setdefault(question.registration_id, []).append(question)
    return ReviewFacts(
        book=group_book(session, event),
        overrides={folded(name): group for name, group in overrides if group is not None},
        duplicates=duplicates_of_forms(session, event.id),
        questions=questions,
        nominations=_nominations(session, event.id),
    )


def _nominations(session: Session, event_id: int) -> dict[tuple[str, str], list[int]]:
    """The forms that nominate a city and count, by city: approved, or waiting for a decision."""
    statement = select(Registration).where(
        Registration.event_id == event_id,
        Registration.door == Door.CITY,
        Registration.state.in_([*OPEN_STATES, RegistrationState.APPROVED]),
    )
    found: dict[tuple[str, str], list[int]] = {}
    for form in session.scalars(statement.order_by(Registration.id)):
        found.setdefault(_city_of(form), []).append(form.id)
    return found


def _city_of(form: Registration) -> tuple[str, str]:
    return words_key(form.party_name), form.answers.get("country", "")


def _other_nominations(form: Registration, facts: ReviewFacts) -> tuple[int, ...]:
    if form.door is not Door.CITY:
        return ()
    return tuple(one for one in facts.nominations.get(_city_of(form), ()) if one != form.id)


def flags_of(registration: Registration, facts: ReviewFacts) -> tuple[Flag, ...]:
    """The flags of one form; none for a form that waits for no decision."""
    if registration.state not in OPEN_STATES:
        return ()
    asked = facts.questions.get(registration.id, ())
    pairs, nominations = tuple(facts.duplicates.get(registration.id, ())), _other_nominations(registration, facts)
    found = [
        Flag(kind=kind, question=_last(asked, kind), pairs=pairs, nominations=nominations)
        if kind is QuestionKind.DUPLICATE
        else Flag(kind=kind, question=_last(asked, kind))
        for kind in _causes(registration, facts)
    ]
    given = {flag.kind for flag in found}
    found += [
        Flag(kind=question.kind, question=question)
        for question in asked
        if question.state is QuestionState.ASKED and question.kind not in given
    ]
    return tuple(found)


def blocking_of(registration: Registration, facts: ReviewFacts) -> tuple[Flag, ...]:
    """The flags that stand against approval."""
    return tuple(flag for flag in flags_of(registration, facts) if flag.blocks)


def _causes(registration: Registration, facts: ReviewFacts) -> Iterable[QuestionKind]:
    answers = registration.answers
    country = answers.get("country")
    if registration.door is Door.CITY and not (answers.get("commitment") or {}).get("is_given"):
        yield QuestionKind.COMMITMENT
    if facts.duplicates.get(registration.id) or _other_nominations(registration, facts):
        yield QuestionKind.DUPLICATE
    if country is None or (facts.book.groups and facts.book.group_of(country) is None):
        yield QuestionKind.COUNTRY
    elif _is_city(registration) and facts.book.is_contested(
        country, said=facts.overrides.get(folded(registration.party_name))
    ):
        yield QuestionKind.GROUP
    members = answers.get("members")
    if members is not None and not any(member.get("is_head") for member in members):
        yield QuestionKind.HEAD
    if registration.door is not Door.INDIVIDUAL and not answers.get("contact_phone"):
        yield QuestionKind.CONTACT


def _is_city(registration: Registration) -> bool:
    return registration.door is Door.CITY or registration.answers.get("party_kind") == PartyKind.CITY.value


def _last(questions: Iterable[Question], kind: QuestionKind) -> Question | None:
    return next((question for question in reversed(tuple(questions)) if question.kind is kind), None)
