"""The one cookie that says who a browser is."""

from datetime import datetime

from fastapi import Request, Response

from app.platform.settings import Settings
from app.platform.web.guards import language_cookie


def cookie_name(settings: Settings) -> str:
    """``__Host-`` makes browsers insist on https, this host and the root path; plain http (loopback) cannot have it."""
    return "__Host-bridge" if _is_https(settings) else "bridge"


def session_token(request: Request) -> str | None:
    """The session token that the browser sent, if any."""
    return request.cookies.get(cookie_name(request.app.state.settings))


def keep_session(response: Response, settings: Settings, *, token: str, expires_at: datetime, now: datetime) -> None:
    """Hand the browser its session. Scripts cannot read it, other sites' forms do not send it."""
    response.set_cookie(
        cookie_name(settings),
        token,
        max_age=int((expires_at - now).total_seconds()),
        path="/",
        secure=_is_https(settings),
        httponly=True,
        samesite="lax",
    )


def keep_language(response: Response, settings: Settings, locale: str) -> None:
    """Let the pages speak the person's language from the first byte, before anybody looks at the account."""
    response.set_cookie(
        language_cookie(settings),
        locale,
        max_age=400 * 24 * 3600,
        path="/",
        secure=_is_https(settings),
        httponly=True,
        samesite="lax",
    )


def forget_session(response: Response, settings: Settings) -> None:
    """Take the cookie back, and with it what the browser stored of private pages."""
    response.delete_cookie(cookie_name(settings), path="/", secure=_is_https(settings), httponly=True, samesite="lax")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def _is_https(settings: Settings) -> bool:
    return settings.base_url.startswith("https://")
