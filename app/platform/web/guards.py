"""ASGI guards in front of every route: host, size, cross-site requests, headers, language, one log line."""

import time
import uuid
from urllib.parse import parse_qs, urlsplit

import structlog
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.platform import i18n
from app.platform.settings import Settings

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

REQUESTS = Counter("bridge_requests_total", "Requests by method and status class", ("method", "status"))
SECONDS = Histogram("bridge_request_seconds", "Seconds to the first byte of an answer", ("method",))

log = structlog.get_logger("bridge.web")


class Guard:
    """Refuses what must not reach a route, and gives every answer its headers."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self.app = app
        self.settings = settings
        self.origin = _origin(settings.base_url)
        self.language = language_cookie(settings)
        self.host = urlsplit(settings.base_url).netloc.lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        asked, started = _asked_locale(scope), time.perf_counter()
        number = uuid.uuid4().hex[:8].upper()
        scope.setdefault("state", {})["request_number"] = number
        is_static = scope["path"].startswith("/static/")

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                status, is_https = message["status"], self.origin.startswith("https")
                answered = MutableHeaders(scope=message)
                _add_headers(answered, keep_for=_keep_for(scope, status) if is_static else None, is_https=is_https)
                if asked and not is_static:
                    secure = "; Secure" if is_https else ""
                    answered.append(
                        "Set-Cookie",
                        f"{self.language}={asked}; Max-Age=34560000; Path=/; HttpOnly; SameSite=Lax{secure}",
                    )
                REQUESTS.labels(scope["method"], f"{status // 100}xx").inc()
                SECONDS.labels(scope["method"]).observe(time.perf_counter() - started)
                if not is_static:
                    log.info(
                        "request",
                        number=number,
                        method=scope["method"],
                        route=_route_of(scope),
                        status=status,
                        milliseconds=round((time.perf_counter() - started) * 1000, 1),
                    )
            await send(message)

        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await refusal(scope, receive, answer)
            return
        i18n.begin_request(
            i18n.negotiate(
                asked=asked,
                chosen=None,
                kept=cookie_parser(headers.get("cookie", "")).get(self.language),
                accepts=headers.get("accept-language", ""),
            )
        )
        await self.app(scope, receive, answer)

    def _refusal(self, scope: Scope, headers: Headers) -> PlainTextResponse | None:
        if headers.get("host", "").lower() != self.host and not self._is_probe(scope, headers):
            return PlainTextResponse(f"This address is not served here. Open {self.origin}.\n", status_code=400)
        length = headers.get("content-length")
        if length is not None and (not length.isdecimal() or int(length) > self.settings.largest_body_bytes):
            return PlainTextResponse("This is too large. At most 10 MB can be sent.\n", status_code=413)
        if scope["method"] not in SAFE_METHODS and not self._is_own(headers):
            return PlainTextResponse("This form came from another site and was not accepted.\n", status_code=403)
        return None

    def _is_probe(self, scope: Scope, headers: Headers) -> bool:
        """Health checks may come by any name of the machine; they change nothing and show nothing private."""
        return scope["path"] in {"/healthz", "/metrics"} and bool(headers.get("host"))

    def _is_own(self, headers: Headers) -> bool:
        """Whether an unsafe request comes from our own pages. Same-site is refused: siblings are not ours."""
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site in {"same-origin", "none"}
        origin = headers.get("origin")
        if origin is not None:
            return origin == self.origin
        return "cookie" not in headers


def language_cookie(settings: Settings) -> str:
    """The cookie that keeps the language; browsers bind it to this host under https alone."""
    return "__Host-lang" if settings.base_url.startswith("https://") else "lang"


def _add_headers(headers: MutableHeaders, *, keep_for: str | None, is_https: bool) -> None:
    headers.setdefault("Content-Security-Policy", CSP)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(self), geolocation=(), microphone=()"
    if is_https:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    headers.setdefault("Cache-Control", keep_for or "no-store, private")


def _asked_locale(scope: Scope) -> str | None:
    """The language that the address asks for with ``?lang=``, if it is one of ours."""
    asked = parse_qs(scope["query_string"].decode("latin-1")).get("lang", [""])[-1]
    return asked if asked in i18n.LOCALES else None


def _keep_for(scope: Scope, status: int) -> str:
    """How long browsers may keep a static file: for ever only what was found under the digest of its content.

    A script that another one imports has no digest in its address: it is asked for anew, so that both are of one age.
    """
    if status not in {200, 206, 304}:
        return "no-store"
    if b"v=" in scope["query_string"]:
        return "public, max-age=31536000, immutable"
    return "public, no-cache" if scope["path"].endswith(".js") else "public, max-age=3600"


def _route_of(scope: Scope) -> str:
    """The pattern of the route, never the address itself: addresses carry tokens."""
    return str(getattr(scope.get("route"), "path", "unmatched"))


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
