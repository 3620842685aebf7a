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


SECOND_STEP_ROLES: frozenset[Role] = frozenset({Role.PROTOCOL, Role.ORGANISER, Role.ADMINISTRATOR})
"""Who reads everybody's days and needs: an installation may demand a second step of them. The desk shares tablets."""


GIVEN_BY_HAND = (Role.DESK, Role.PROTOCOL, Role.ORGANISER, Role.ADMINISTRATOR)
"""Roles that an administrator gives on the page; the others come with a registration."""


class AttemptKind(enum.StrEnum):
    """What a try is counted by: links and forms by mail address and peer, forms also by whom they ask to join.

    Questions about a partnership are counted by the side that asks, and by peer as forms are; codes of the second step
    by account, in minutes and in a day.
    """

    ADDRESS = "address"
    PEER = "peer"
    FORM_ADDRESS = "form_address"
    FORM_PEER = "form_peer"
    FORM_JOINS = "form_joins"
    QUESTION = "question"
    SECOND_STEP = "second_step"
    SECOND_STEP_OF_DAY = "second_step_of_day"
