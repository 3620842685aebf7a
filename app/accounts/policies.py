"""What a route asks of whoever calls it. Every route declares one ``Policy``; a test walks the routes and says so.

    access: Annotated[Access[Event], Depends(Policy("cities.read", roles=STAFF, loader=event_of_path))]

A policy answers in this order, so that nobody learns more than they may: not signed in → the sign-in page; a role of
which a second step is demanded, without one → the page that sets one up; another
event → 404, as if it did not exist; the wrong role → 403 with the roles that may; then the loader, which finds the
object inside the caller's scope or raises ``NotFound``.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial, update_wrapper
from inspect import Parameter, Signature, signature
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Request, Response
from sqlalchemy.orm import Session

from app.accounts.cookies import session_token
from app.accounts.enums import SECOND_STEP_ROLES, STAFF_ROLES, Role
from app.accounts.home import home_of
from app.accounts.principal import NOBODY, Principal
from app.accounts.queries import event_id_of_slug, principal_of_session
from app.accounts.readers import goes_on
from app.accounts.words import role_name
from app.platform.clock import Now
from app.platform.database.ahead import Asks, ReadAhead
from app.platform.database.sessions import READERS, ReadLogSession, RequestSession, read_in_one_go
from app.platform.database.writes import Writes
from app.platform.errors import Forbidden, NotFound, SignInNeeded
from app.platform.i18n import gettext as _
from app.platform.i18n import use_locale

Found = TypeVar("Found")
Loader = Callable[[Session, Mapping[str, Any], Principal], Found]

ANYONE: frozenset[Role] = frozenset(Role)
SIGNED_IN: frozenset[Role] = ANYONE - {Role.PUBLIC}
STAFF: frozenset[Role] = STAFF_ROLES
ORGANISERS: frozenset[Role] = frozenset({Role.ORGANISER, Role.ADMINISTRATOR})
ADMINISTRATORS: frozenset[Role] = frozenset({Role.ADMINISTRATOR})


@dataclass(frozen=True)
class Access(Generic[Found]):
    """Leave to go on: who asks, and what the loader found for them (None without a loader)."""

    principal: Principal
    found: Found


class Policy(Generic[Found]):
    """The one condition of a route, used as ``Depends(Policy(…))``; gives ``Access`` or raises."""

    def __init__(self, action: str, *, roles: frozenset[Role], loader: Loader[Found] | None = None) -> None:
        if not roles:
            raise ValueError(f"the policy {action} lets nobody in")
        self.action = action
        self.roles = roles
        self.loader = loader

    def __repr__(self) -> str:
        return f"Policy({self.action})"

    def __call__(self, request: Request, session: RequestSession, now: Now) -> Access[Any]:
        principal = principal_of_request(request, session, now=now)
        _show(request, principal)  # before any refusal: its page has the role menu too
        request.state.home = home_of(principal) if principal.is_signed_in else None
        principal = self._admitted(request, session, principal)
        _show(request, principal)
        found = None if self.loader is None else self.loader(session, request.path_params, principal)
        self._refuse_other_event(found, principal)
        return Access(principal=principal, found=found)

    def _admitted(self, request: Request, session: Session, principal: Principal) -> Principal:
        """The principal as they may act here: as a visitor on open pages of an event that is not theirs."""
        is_open = Role.PUBLIC in self.roles
        if not principal.is_signed_in:
            if is_open:
                return principal
            raise SignInNeeded(return_to=_return_address(request))
        if _lacks_second_step(request, principal):
            if is_open:
                return principal.as_visitor()
            raise SignInNeeded(return_to=_return_address(request), at="/account/second-step")
        slug = request.path_params.get("slug")
        if slug is not None and principal.event_id is not None and slug != principal.event_slug:
            event_id = event_id_of_slug(session, slug)
            if event_id != principal.event_id:
                if is_open:
                    return principal.as_visitor()
                if event_id is not None and principal.holds_in(event_id, self.roles):
                    raise Forbidden(
                        _("You act in another event now. Choose one of your roles in this event: %(roles)s.")
                        % {"roles": self._who()}
                    )
                raise NotFound
        if principal.role not in self.roles:
            raise Forbidden(
                _("This page is for %(roles)s. An administrator can give you that role.") % {"roles": self._who()}
            )
        return principal

    def _refuse_other_event(self, found: Any, principal: Principal) -> None:
        """A second look: an object of another event is not there, whatever the loader thought of it."""
        event_id = getattr(found, "event_id", None)
        if event_id is None or principal.event_id is None or Role.PUBLIC in self.roles:
            return
        if event_id != principal.event_id:
            raise NotFound

    def _who(self) -> str:
        return ", ".join(role_name(role) for role in Role if role in self.roles)


def _lacks_second_step(request: Request, principal: Principal) -> bool:
    """Whether the installation demands a second step of this role, and this browser did not pass one."""
    is_demanded = request.app.state.settings.second_step == "required" and principal.role in SECOND_STEP_ROLES
    return is_demanded and principal.second_step_at is None


def _show(request: Request, principal: Principal) -> None:
    """Whom the page's header names, and whose language it speaks unless the address asks for another."""
    request.state.principal = principal if principal.is_signed_in else None
    if principal.locale and "lang" not in request.query_params:
        use_locale(principal.locale)


def principal_of_request(request: Request, session: Session, *, now: datetime) -> Principal:
    """Who asks, by the cookie alone; nobody when it is missing, ended, unused, revoked, or its account is closed."""
    token = session_token(request)
    principal = principal_of_session(session, token=token, now=now) if token is not None else None
    if principal is None or not goes_on(principal, request.app.state.uses, headers=request.headers, now=now):
        return NOBODY
    return principal


def _return_address(request: Request) -> str:
    """Where to go after signing in: pages only, a form that was refused is not sent again."""
    if request.method not in {"GET", "HEAD"}:
        return "/"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


class _Later(Policy[Any]):
    """A policy that is declared with its route, and asked within the piece of work."""

    def __init__(self, policy: Policy[Any]) -> None:
        super().__init__(policy.action, roles=policy.roles, loader=policy.loader)

    async def __call__(self) -> Policy[Any]:  # type: ignore[override]
        return self


def in_one_go(handler: Callable[..., Response]) -> Callable[..., Awaitable[Response]]:
    """For a page that is asked for often, or a handler that changes a little: one piece of work in one thread."""
    return _in_one_go(handler, ahead=None)


def asking_ahead(read: ReadAhead) -> Callable[[Callable[..., Response]], Callable[..., Awaitable[Response]]]:
    """The same for a change that many ask for at one moment: what it asks for is read for all of them at once.

    Args:
        read: reads it, by what the addresses of these requests say.
    """
    return partial(_in_one_go, ahead=read)


def _in_one_go(handler: Callable[..., Response], *, ahead: ReadAhead | None) -> Callable[..., Awaitable[Response]]:
    """One piece of work in one thread.

    Its policy, itself and the commit follow each other without waiting for another thread. A page has a turn of those
    who read; a change is done by ``Writes``, and on SQLite shares its commit with those that wait at the same moment.

    Args:
        handler: with ``session`` and ``access: Annotated[Access[...], Depends(Policy(...))]``; a page may have a
            ``log: ReadLogSession`` too.
    """
    own = signature(handler).parameters
    assert own["session"].annotation == RequestSession
    policy = own["access"].annotation.__metadata__[0].dependency
    log = {name for name, one in own.items() if one.annotation == ReadLogSession}

    async def answer(request: Request, _now: Now, _policy: Any, **values: Any) -> Response:
        if "request" in own:
            values["request"] = request

        def work(session: Session, **logs: Session) -> Response:
            return handler(**values, **logs, session=session, access=policy(request, session, _now))

        if request.method in READERS:
            return await read_in_one_go(request, work, logs=log)
        assert not log
        writes: Writes = request.app.state.writes
        return await writes.do(work, asks=None if ahead is None else Asks(ahead, request.path_params))

    added = signature(answer).parameters
    parameters = [
        added["request"],
        added["_now"],
        added["_policy"].replace(annotation=Annotated[Any, Depends(_Later(policy))]),
        *(
            own[name].replace(kind=Parameter.KEYWORD_ONLY)
            for name in own
            if name not in {"request", "session", "access", *log}
        ),
    ]
    update_wrapper(answer, handler)
    answer.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    return answer
