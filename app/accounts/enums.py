"""The roles a person can act in."""

import enum


class Role(enum.StrEnum):
    """What somebody is to an event. A person may hold several, and acts in one at a time."""

    PUBLIC = "public"
    APPLICANT = "applicant"
    DELEGATE = "delegate"
    FOCAL_POINT = "focal_point"
    DESK = "desk"
    PROTOCOL = "protocol"
    ORGANISER = "organiser"
    ADMINISTRATOR = "administrator"


STAFF_ROLES: frozenset[Role] = frozenset({Role.DESK, Role.PROTOCOL, Role.ORGANISER, Role.ADMINISTRATOR})


class AttemptKind(enum.StrEnum):
    """What a sign-in attempt is counted by."""

    ADDRESS = "address"
    PEER = "peer"


ROLE_NAMES: dict[Role, str] = {
    Role.PUBLIC: "visitors",
    Role.APPLICANT: "applicants",
    Role.DELEGATE: "delegates",
    Role.FOCAL_POINT: "focal points",
    Role.DESK: "the registration desk",
    Role.PROTOCOL: "protocol",
    Role.ORGANISER: "organisers",
    Role.ADMINISTRATOR: "administrators",
}
"""Who acts in a role, as it stands in a sentence."""
