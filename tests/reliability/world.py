"""The whole application on a copy of the planned demonstration, asked as anybody, without a server in between."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastapi.routing import iter_route_contexts
from sqlalchemy import select, text
from starlette.testclient import TestClient

from app.accounts.enums import Role
from app.accounts.models import RoleGrant
from app.accounts.service.browsers import open_session
from app.accounts.service.roles import ensure_account, grant_role
from app.events.models import Event
from app.main import create_app
from app.platform import audit
from app.platform.actor import Actor
from app.platform.clock import FixedClock
from app.platform.database.engine import Database
from app.platform.settings import Settings
from app.platform.web import failures

NOW = datetime(2019, 8, 20, 7, 12, tzinfo=UTC)
SIGNED_IN = tuple(role for role in Role if role is not Role.PUBLIC)


class World:
    """A client that asks as any role; ``faults`` has the traces of what was answered with 500."""

    def __init__(self, planned: Path, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = self.path = folder / "bridge.sqlite"
        shutil.copy(planned, path)
        settings = Settings(
            database_url=f"sqlite:///{path}",
            base_url="http://testserver",
            secret="a key for tests",
            var=folder,
            log_level="CRITICAL",
        )
        audit.use_key(settings.key())
        # Without the lifespan no engine runs: a solve that is asked for stays in the queue.
        self.client = TestClient(
            create_app(settings, clock=FixedClock(NOW)), base_url="http://testserver", follow_redirects=False
        )
        self.client.headers["Sec-Fetch-Site"] = "same-origin"
        self.database: Database = self.client.app.state.database  # type: ignore[attr-defined]
        self.routes = [
            route
            for route in iter_route_contexts(self.client.app.routes)  # type: ignore[attr-defined]
            if getattr(route, "dependant", None) is not None
        ]
        self.faults: list[str] = []
        self._tokens: dict[Role, str] = {}
        with self.database.reading() as session:
            event = session.scalars(select(Event).order_by(Event.id)).first()
            assert event is not None
            self.slug, self.event_id = event.slug, event.id
            own = session.execute(
                select(RoleGrant.delegation_id, RoleGrant.delegate_id)
                .where(RoleGrant.role == Role.DELEGATE, RoleGrant.event_id == event.id)
                .order_by(RoleGrant.id)
            ).first()
            assert own is not None
            self.delegation_id, self.delegate_id = own

    def ask(self, role: Role, method: str, address: str, **sent: Any) -> Any:
        """One request; whoever was signed out by an earlier one is signed in again."""
        headers = {**sent.pop("headers", {})}
        if role is not Role.PUBLIC:
            headers["Cookie"] = f"bridge={self._token(role)}"
        answer = self.client.request(method, address, headers=headers, **sent)
        self.client.cookies.clear()
        is_signed_out = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
        if is_signed_out or address.startswith(("/account", "/sign", "/admin")):
            self._tokens.pop(role, None)
        return answer

    def numbers(self, table: str) -> list[str]:
        """The IDs of a table's rows."""
        with self.database.reading() as session:
            return [str(one) for one in session.scalars(text(f"SELECT id FROM {table} ORDER BY id"))]

    def column(self, statement: str) -> list[str]:
        with self.database.reading() as session:
            return [str(one) for one in session.scalars(text(statement))]

    def close(self) -> None:
        self.client.close()
        self.database.close()

    def _token(self, role: Role) -> str:
        if role in self._tokens:
            return self._tokens[role]
        actor = Actor.system("test")
        scope: dict[str, Any] = {"event_id": None if role is Role.ADMINISTRATOR else self.event_id}
        if role in {Role.DELEGATE, Role.FOCAL_POINT}:
            scope |= {"delegation_id": self.delegation_id}
        if role is Role.DELEGATE:
            scope |= {"delegate_id": self.delegate_id}
        with self.database.writing() as session:
            account = ensure_account(
                session, email=f"{role}@world.example", display_name=f"World {role}", actor=actor, now=NOW
            )
            account.is_active = True
            grant = grant_role(session, account_id=account.id, role=role, actor=actor, now=NOW, **scope)
            signed_in = open_session(
                session, account_id=account.id, grant_id=grant.id, device="", replaces=None, now=NOW
            )
        assert signed_in is not None
        self._tokens[role] = signed_in.token
        return self._tokens[role]


def watch_faults(world: World, monkeypatch: Any) -> None:
    """Keep the trace of each fault, so that a test can show where it came from."""

    class Log:
        def error(self, _event: str, *, number: str, error: str) -> None:
            world.faults.append(error)

    monkeypatch.setattr(failures, "log", Log())
