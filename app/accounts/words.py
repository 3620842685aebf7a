"""How roles are named in sentences."""

from app.accounts.enums import Role
from app.platform.i18n import gettext as _


def role_name(role: Role) -> str:
    """Who acts in a role, as it stands in a sentence, in the language of the request."""
    names = {
        Role.PUBLIC: _("visitors"),
        Role.APPLICANT: _("applicants"),
        Role.DELEGATE: _("delegates"),
        Role.FOCAL_POINT: _("focal points"),
        Role.DESK: _("the registration desk"),
        Role.PROTOCOL: _("protocol"),
        Role.ORGANISER: _("organisers"),
        Role.ADMINISTRATOR: _("administrators"),
    }
    return names[role]
