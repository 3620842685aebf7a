"""Who was asked, who has answered, who waits: each partnership with its sides, for the page that chases answers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.delegations.models import Delegate, Delegation
from app.pairing.enums import Consent, PartnershipState
from app.pairing.models import Partnership, PartnershipLink, PartnershipMember, PartnershipQuestion
from app.pairing.queries import title_of
from app.platform.outbox import MailState, OutboxMail

DUE_AFTER = timedelta(days=5)
"""So long after the last mail a side that has not answered is reminded."""

Filter = Literal["", "proposed", "waiting", "due", "questions", "accepted", "declined", "withdrawn"]
FILTERS: tuple[Filter, ...] = ("", "proposed", "waiting", "due", "questions", "accepted", "declined", "withdrawn")


@dataclass(frozen=True, kw_only=True)
class Side:
    """A member: when it was asked first and last, how often since, whether the mail went, its questions.

    ``mail`` is the state of the last mail; nothing where none could be written. ``is_due`` says to remind it now.
    """

    member: PartnershipMember
    asked_at: datetime | None
    reminded_at: datetime | None
    reminders: int
    until: datetime | None
    mail: MailState | None
    has_contact: bool
    questions: tuple[PartnershipQuestion, ...]
    is_due: bool

    @property
    def is_waiting(self) -> bool:
        return self.member.consent is Consent.PENDING and self.asked_at is not None


@dataclass(frozen=True, kw_only=True)
class AnswerRow:
    """A partnership and its sides."""

    partnership: Partnership
    title: str
    sides: tuple[Side, ...]

    @property
    def due(self) -> tuple[int, ...]:
        """IDs of the members to remind."""
        return tuple(side.member.id for side in self.sides if side.is_due)

    def fits(self, wanted: str) -> bool:
        """Whether the row stands under this filter; without one all but those taken back do."""
        state = self.partnership.state
        return {
            "": state is not PartnershipState.WITHDRAWN,
            "proposed": state is PartnershipState.PROPOSED,
            "waiting": state is PartnershipState.ASKED,
            "due": bool(self.due),
            "questions": any(question.reply is None for side in self.sides for question in side.questions),
            "accepted": state is PartnershipState.CONFIRMED,
            "declined": state is PartnershipState.DECLINED,
            "withdrawn": state is PartnershipState.WITHDRAWN,
        }[wanted]


def answers_of(session: Session, event_id: int, *, now: datetime) -> tuple[AnswerRow, ...]:
    """All partnerships that were ever proposed, those that wait longest first."""
    partnerships = list(
        session.scalars(
            select(Partnership)
            .where(Partnership.event_id == event_id)
            .options(selectinload(Partnership.members).selectinload(PartnershipMember.party))
        )
    )
    links = _links(session, event_id)
    mails = _mails(session, [sent[-1] for sent in links.values()])
    questions = questions_of(session, event_id)
    reached = _reached(session, event_id)
    rows = []
    for one in partnerships:
        sides = tuple(
            _side(
                one,
                member,
                sent=links.get(member.id, ()),
                mails=mails,
                questions=tuple(question for question in questions.get(one.id, ()) if question.member_id == member.id),
                has_contact=member.party_id in reached,
                now=now,
            )
            for member in one.members
        )
        rows.append(AnswerRow(partnership=one, title=title_of(one), sides=sides))
    return tuple(sorted(rows, key=_order))


def questions_of(session: Session, event_id: int) -> Mapping[int, tuple[PartnershipQuestion, ...]]:
    """The questions of all members by the partnership's ID, the oldest first."""
    found: dict[int, list[PartnershipQuestion]] = defaultdict(list)
    for question in session.scalars(
        select(PartnershipQuestion)
        .join(Partnership, Partnership.id == PartnershipQuestion.partnership_id)
        .where(Partnership.event_id == event_id)
        .order_by(PartnershipQuestion.id)
    ):
        found[question.partnership_id].append(question)
    return {number: tuple(asked) for number, asked in found.items()}


def _links(session: Session, event_id: int) -> Mapping[int, Sequence[PartnershipLink]]:
    found: dict[int, list[PartnershipLink]] = defaultdict(list)
    for link in session.scalars(
        select(PartnershipLink)
        .join(PartnershipMember, PartnershipMember.id == PartnershipLink.member_id)
        .join(Partnership, Partnership.id == PartnershipMember.partnership_id)
        .where(Partnership.event_id == event_id)
        .order_by(PartnershipLink.id)
    ):
        found[link.member_id].append(link)
    return found


def _mails(session: Session, links: Sequence[PartnershipLink]) -> Mapping[str, MailState]:
    keys = [f"partnership link {link.id}" for link in links]
    rows = session.execute(select(OutboxMail.key, OutboxMail.state).where(OutboxMail.key.in_(keys)))
    return dict(rows.all())


def _reached(session: Session, event_id: int) -> frozenset[int]:
    """The parties of whose delegation somebody has a mail address."""
    return frozenset(
        session.scalars(
            select(Delegation.party_id)
            .join(Delegate, Delegate.delegation_id == Delegation.id)
            .where(Delegation.event_id == event_id, Delegate.is_active.is_(True), Delegate.email.is_not(None))
        )
    )


def _side(
    partnership: Partnership,
    member: PartnershipMember,
    *,
    sent: Sequence[PartnershipLink],
    mails: Mapping[str, MailState],
    questions: tuple[PartnershipQuestion, ...],
    has_contact: bool,
    now: datetime,
) -> Side:
    last = sent[-1] if sent else None
    reminders = len({link.created_at for link in sent}) - 1 if sent else 0
    waits = partnership.state is PartnershipState.ASKED and member.consent is Consent.PENDING
    return Side(
        member=member,
        asked_at=sent[0].created_at if sent else None,
        reminded_at=last.created_at if last and reminders else None,
        reminders=reminders,
        until=last.expires_at if last else None,
        mail=mails.get(f"partnership link {last.id}") if last else None,
        has_contact=has_contact,
        questions=questions,
        is_due=waits and has_contact and (last is None or last.created_at + DUE_AFTER <= now or last.expires_at <= now),
    )


def _order(row: AnswerRow) -> tuple[bool, bool, datetime, int]:
    asked = [side.asked_at for side in row.sides if side.is_waiting and side.asked_at]
    state = row.partnership.state
    first = min(asked, default=row.partnership.proposed_at)
    return (state is not PartnershipState.ASKED, state is not PartnershipState.PROPOSED, first, row.partnership.id)
