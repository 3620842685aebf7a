"""Where each role begins."""

from app.accounts.enums import Role
from app.accounts.principal import Principal


def home_of(principal: Principal) -> str:
    """The address of the page that a person in this role needs first."""
    if principal.role is Role.ADMINISTRATOR:
        return "/admin/accounts"
    if principal.event_slug is None:
        return "/account"
    event = f"/e/{principal.event_slug}"
    homes = {
        Role.DELEGATE: f"{event}/my",
        Role.FOCAL_POINT: f"{event}/delegations/{principal.delegation_id}",
        Role.DESK: f"{event}/manage/print",
        Role.PROTOCOL: f"{event}/manage/delegations",
        Role.ORGANISER: f"{event}/manage",
    }
    return homes.get(principal.role, event)
