"""Errors of the business as pages, and as small blocks for htmx."""

import traceback
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.platform import errors
from app.platform.i18n import gettext as _
from app.platform.rendering import is_htmx, render

log = structlog.get_logger("bridge.web")

_KEEPING = frozenset({409, 422, 429, 503})
"""Answers whose page shows again what was written, since nothing of it was stored."""


def install(app: FastAPI) -> None:
    """Answer every error with a page that says what happened, what is kept and what to do."""
    app.add_exception_handler(errors.NotFound, _not_found)
    app.add_exception_handler(errors.Forbidden, _forbidden)
    app.add_exception_handler(errors.SignInNeeded, _sign_in)
    app.add_exception_handler(errors.Refused, _refused)
    app.add_exception_handler(errors.Conflict, _conflict)
    app.add_exception_handler(errors.DoneAlready, _done_already)
    app.add_exception_handler(errors.Gone, _gone)
    app.add_exception_handler(errors.TooMany, _too_many)
    app.add_exception_handler(errors.Busy, _busy)
    app.add_exception_handler(errors.Away, _away)
    app.add_exception_handler(errors.NoRoom, _no_room)
    app.add_exception_handler(RequestValidationError, _bad_address)
    app.add_exception_handler(HTTPException, _http)
    app.add_middleware(Faults)


class Faults:
    """Answers what nobody foresaw, inside the guard: a server fault has the same headers and log line as any answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_started = False

        async def watch(message: Message) -> None:
            nonlocal is_started
            is_started = is_started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception as error:
            if scope["type"] != "http" or is_started:
                raise
            await _fault(Request(scope), error)(scope, receive, send)


def page(
    request: Request,
    *,
    status: int,
    title: str,
    message: str,
    details: Any = (),
    number: str | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """An error as a page, or as a block where htmx asks."""
    context = {
        "title": title,
        "message": message,
        "details": tuple(details),
        "number": number,
        "status": status,
        "back": _page_above(request),
        "typed": _sentences(request) if status in _KEEPING else (),
    }
    block = "fault" if is_htmx(request) else None
    return render(request, "errors/error.html", context, block=block, status=status, headers=headers)


def _page_above(request: Request) -> str | None:
    """The page that a form stands on, by its address: the nearest one above that can be read."""
    if request.method in {"GET", "HEAD"}:
        return None
    path = request.url.path
    while path.strip("/"):
        scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.routes):
            return path
        path = path.rpartition("/")[0]
    return None


def _sentences(request: Request) -> tuple[str, ...]:
    """What somebody wrote into a form that was refused, to be copied: whole sentences, no keys or choices."""
    typed: FormData = getattr(request.state, "typed", FormData())
    said = (value.strip() for _name, value in typed.multi_items() if isinstance(value, str))
    return tuple(one for one in said if " " in one)


def _not_found(request: Request, error: Exception) -> Response:
    return page(
        request,
        status=404,
        title=_("Nothing here under this address"),
        message=str(error) or _("It may have moved, or it is not for you to see."),
    )


def _forbidden(request: Request, error: Exception) -> Response:
    return page(request, status=403, title=_("Not for your role"), message=str(error))


def _sign_in(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.SignInNeeded)
    address = f"{error.at}?next={quote(error.return_to, safe='')}"
    if is_htmx(request):
        return Response(status_code=204, headers={"HX-Redirect": address})
    return RedirectResponse(address, status_code=303)


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.Refused)
    return page(
        request,
        status=422,
        title=_("This cannot be accepted"),
        message=_("Nothing was changed. Mend this and try again:"),
        details=error.errors.values(),
    )


def _conflict(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.Conflict)
    return page(
        request,
        status=409,
        title=_("Changed meanwhile"),
        message=error.message,
        details=[str(one) for one in error.alternatives],
    )


def _done_already(request: Request, error: Exception) -> Response:
    return page(request, status=409, title=_("This was sent already"), message=str(error))


def _gone(request: Request, error: Exception) -> Response:
    return page(request, status=410, title=_("This link has ended"), message=str(error))


def _too_many(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.TooMany)
    wait = {"Retry-After": str(error.retry_after_seconds)}
    return page(request, status=429, title=_("Too many tries"), message=str(error), headers=wait)


def _busy(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.Busy)
    return _send_again(request, error, title=_("Too many changes at once"))


def _away(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.Away)
    log.error("database away", number=str(getattr(request.state, "request_number", "")), error=str(error.__cause__))
    return _send_again(request, error, title=_("The database does not answer"))


def _send_again(request: Request, error: errors.Busy, *, title: str) -> Response:
    return page(
        request,
        status=503,
        title=title,
        message=_("Nothing was changed, and what you typed is kept. Send it again in a few seconds."),
        headers={"Retry-After": str(error.retry_after_seconds)},
    )


def _no_room(request: Request, error: Exception) -> Response:
    log.error("disk full", number=str(getattr(request.state, "request_number", "")), error=str(error.__cause__))
    return page(
        request,
        status=503,
        title=_("No room is left to keep this"),
        message=_("Nothing was changed, and what you typed is kept. Tell the desk, and send it again a little later."),
    )


def _bad_address(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if any(fault["loc"][0] == "path" for fault in error.errors()):
        return _not_found(request, error)
    names = sorted({".".join(str(part) for part in fault["loc"][1:]) for fault in error.errors()})
    return page(
        request,
        status=422,
        title=_("This address cannot be read"),
        message=_("These parts of it are wrong:"),
        details=names,
    )


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return _not_found(request, error)
    titles = {
        400: _("This could not be read"),
        405: _("This address does not take that"),
        413: _("This is too large"),
    }
    messages = {
        400: _("Nothing was changed. Go back and send it again."),
        405: _("Nothing was changed. Go back and use the buttons of the page."),
        413: _("Nothing was changed. At most 10 MB can be sent at once."),
    }
    return page(
        request,
        status=error.status_code,
        title=titles.get(error.status_code, str(error.detail)),
        message=messages.get(error.status_code, ""),
        headers=dict(error.headers or {}),
    )


def _fault(request: Request, error: Exception) -> Response:
    number = str(getattr(request.state, "request_number", ""))
    log.error("fault", number=number, error="".join(traceback.format_exception(error)))
    title = _("This did not work, and it is our fault")
    message = _("What you typed is kept. Go back and try again, or call the desk and quote the number.")
    try:
        return page(request, status=500, title=title, message=message, number=number)
    except Exception as second:
        # The page's own template is at fault: the sentence goes out without it.
        log.error("fault in the page of a fault", number=number, error="".join(traceback.format_exception(second)))
        return PlainTextResponse(f"{title}.\n{message}\n{number}\n", status_code=500)
