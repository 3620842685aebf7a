"""The made-up people who can sign in to the demonstration, one for each role."""

from dataclasses import dataclass

from app.accounts.enums import Role
from app.accounts.service.roles import ensure_account, grant_role
from app.delegations.models import Delegate
from app.demo.writing.desk import ACTOR, Desk


@dataclass(frozen=True, kw_only=True)
class DemoAccount:
    """Who signs in, and as what. ``delegate`` is a key ``party/member``; the account then has that member's address.

    An assistant is a ``delegate`` too and acts for the member that ``acting_for`` names, by the same kind of key.
    """

    key: str
    role: Role
    display_name: str
    email: str
    locale: str = "en"
    delegate: str | None = None
    acting_for: str | None = None


DEMO_ACCOUNTS: tuple[DemoAccount, ...] = (
    DemoAccount(key="organiser", role=Role.ORGANISER, display_name="Organiser", email="organiser@bridge.example"),
    DemoAccount(key="agenda-lead", role=Role.ORGANISER, display_name="Agenda lead", email="agenda@bridge.example"),
    DemoAccount(key="desk", role=Role.DESK, display_name="Registration desk", email="desk@bridge.example"),
    DemoAccount(key="protocol", role=Role.PROTOCOL, display_name="Protocol", email="protocol@bridge.example"),
    DemoAccount(
        key="administrator", role=Role.ADMINISTRATOR, display_name="Administrator", email="administrator@bridge.example"
    ),
    DemoAccount(
        key="focal-point",
        role=Role.FOCAL_POINT,
        display_name="Focal point of Shenzhen",
        email="international@shenzhen.example",
        delegate="shenzhen/international",
    ),
    DemoAccount(
        key="delegate",
        role=Role.DELEGATE,
        display_name="Deputy Mayor of Shenzhen",
        email="deputy-mayor@shenzhen.example",
        delegate="shenzhen/deputy-mayor",
    ),
    DemoAccount(
        key="business",
        role=Role.DELEGATE,
        display_name="Sales director, a battery maker",
        email="sales@battery-maker.example",
        delegate="battery-maker/sales",
    ),
    DemoAccount(
        key="assistant",
        role=Role.DELEGATE,
        display_name="Focal point of Phnom Penh",
        email="focal-point@phnom-penh.example",
        delegate="phnom-penh/focal-point",
        acting_for="phnom-penh/mayor",
    ),
    DemoAccount(
        key="applicant",
        role=Role.APPLICANT,
        display_name="Founder, a maker of cargo bicycles",
        email="founder@cargo-bicycles.example",
    ),
)
"""In the order in which their links are printed."""


def write_accounts(desk: Desk) -> None:
    """Open the accounts and give their roles; a delegate's account is linked to the delegate."""
    for person in DEMO_ACCOUNTS:
        account = ensure_account(
            desk.session,
            email=person.email,
            display_name=person.display_name,
            locale=person.locale,
            actor=ACTOR,
            now=desk.now,
        )
        own = desk.session.get_one(Delegate, desk.delegates[person.delegate]) if person.delegate else None
        represented = desk.session.get_one(Delegate, desk.delegates[person.acting_for]) if person.acting_for else None
        scope = represented or own
        grant_role(
            desk.session,
            account_id=account.id,
            role=person.role,
            event_id=None if person.role is Role.ADMINISTRATOR else desk.event.id,
            delegation_id=scope.delegation_id if scope else None,
            delegate_id=scope.id if scope else None,
            acting_for=represented.badge_name if represented else None,
            actor=ACTOR,
            now=desk.now,
        )
        if own is not None:
            own.account_id = account.id
    desk.session.flush()
