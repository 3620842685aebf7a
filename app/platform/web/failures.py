"""Errors of the business as pages, and as small blocks for htmx."""

import traceback
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from app.platform import errors
from app.platform.i18n import gettext as _
from app.platform.rendering import is_htmx, render

log = structlog.get_logger("bridge.web")


def install(app: FastAPI) -> None:
    """Answer every error with a page that says what happened, what is kept and what to do."""
    app.add_exception_handler(errors.NotFound, _not_found)
    app.add_exception_handler(errors.Forbidden, _forbidden)
    app.add_exception_handler(errors.SignInNeeded, _sign_in)
    app.add_exception_handler(errors.Refused, _refused)
    app.add_exception_handler(errors.Conflict, _conflict)
    app.add_exception_handler(errors.Gone, _gone)
    app.add_exception_handler(errors.TooMany, _too_many)
    app.add_exception_handler(RequestValidationError, _bad_address)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _fault)


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
    context = {"title": title, "message": message, "details": tuple(details), "number": number, "status": status}
    block = "fault" if is_htmx(request) else None
    return render(request, "errors/error.html", context, block=block, status=status, headers=headers)


def _not_found(request: Request, _error: Exception) -> Response:
    return page(
        request,
        status=404,
        title=_("Nothing here under this address"),
        message=_("It may have moved, or it is not for you to see."),
    )


def _forbidden(request: Request, error: Exception) -> Response:
    return page(request, status=403, title=_("Not for your role"), message=str(error))


def _sign_in(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.SignInNeeded)
    address = f"/sign-in?next={quote(error.return_to, safe='')}"
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


def _gone(request: Request, error: Exception) -> Response:
    return page(request, status=410, title=_("This link has ended"), message=str(error))


def _too_many(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.TooMany)
    wait = {"Retry-After": str(error.retry_after_seconds)}
    return page(request, status=429, title=_("Too many tries"), message=str(error), headers=wait)


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
    return page(
        request, status=error.status_code, title=str(error.detail), message="", headers=dict(error.headers or {})
    )


def _fault(request: Request, error: Exception) -> Response:
    number = str(getattr(request.state, "request_number", ""))
    log.error("fault", number=number, error="".join(traceback.format_exception(error)))
    return page(
        request,
        status=500,
        title=_("This did not work, and it is our fault"),
        message=_("What you typed is kept. Go back and try again, or call the desk and quote the number."),
        number=number,
    )
