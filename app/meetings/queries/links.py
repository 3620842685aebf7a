"""Wishes by the links that answer them, one alone or many for those who answer at one moment."""

from collections.abc import Collection, Hashable

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from app.delegations.models import Delegate, Delegation
from app.meetings.models import MeetingWish, WishPerson
from app.meetings.queries.wishes import DELEGATE, introduced
from app.platform.database.ahead import take_ahead
from app.platform.errors import NotFound

# A rush of answers comes by links: one statement for all. Rows of people are wide, and an answer needs little of them.
_BY_TOKENS = (
    select(MeetingWish, WishPerson)
    .join(WishPerson, WishPerson.wish_id == MeetingWish.id)
    .order_by(MeetingWish.id, WishPerson.delegate_id)
    .options(
        DELEGATE.load_only(
            Delegate.event_id, Delegate.delegation_id, Delegate.honorific, Delegate.badge_name, Delegate.native_name,
            Delegate.native_language, Delegate.email, Delegate.locale, Delegate.arrives_at, Delegate.departs_at,
            Delegate.meetings_max,
            raiseload=True,
        ),
        DELEGATE.joinedload(Delegate.delegation, innerjoin=True).load_only(
            Delegation.party_id, Delegation.name, raiseload=True
        ),
    )
)  # fmt: skip
_BY_TOKEN = _BY_TOKENS.where(
    or_(MeetingWish.token_digest == bindparam("digest"), MeetingWish.counter_token_digest == bindparam("digest"))
)
# Two look-ups, for with "or" and lists the database reads all wishes.
_BY_LINK = _BY_TOKENS.where(MeetingWish.token_digest.in_(bindparam("digests", expanding=True)))


def wish_by_token(session: Session, digest: str) -> MeetingWish:
    """The wish that an answer link belongs to, with what its answer needs of its people, without its slot and times.

    Raises:
        NotFound: no such link.
    """
    ahead: tuple[MeetingWish, list[WishPerson]] | None = take_ahead(session, _link(digest))
    if ahead is not None:
        wish, people = ahead
        # Before it knows its people, who may stay without a session: to add all of them takes longer than to read them.
        session.add(wish)
        return introduced(session, wish, people)
    rows = session.execute(_BY_TOKEN, {"digest": digest}).all()
    if not rows:
        raise NotFound
    return introduced(session, rows[0][0], [person for _wish, person in rows])


def wishes_by_token_ahead(
    session: Session, digests: Collection[str]
) -> dict[Hashable, tuple[MeetingWish, list[WishPerson]]]:
    """The same for links of whoever was asked first, and their people, read ahead: of wishes with nobody in common.

    Each wish goes to a session of its own, and what is made known to its people there is not for others.
    """
    people: dict[MeetingWish, list[WishPerson]] = {}
    for wish, person in session.execute(_BY_LINK, {"digests": sorted(digests)}):
        people.setdefault(wish, []).append(person)
    found: dict[Hashable, tuple[MeetingWish, list[WishPerson]]] = {}
    met: set[int] = set()
    for wish, those in people.items():
        ids = {person.delegate_id for person in those} | {wish.from_delegate_id, wish.to_delegate_id}
        if met.isdisjoint(ids):
            found[_link(wish.token_digest)] = wish, those
        met |= ids
    return found


def _link(digest: str | None) -> tuple[str, str | None]:
    """Under which name the wish of a link is read ahead."""
    return "wish", digest
