"""Whether the server is well, for machines."""

from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from starlette.responses import PlainTextResponse

from app.platform.database.engine import Database
from app.platform.errors import NotFound

router = APIRouter()


@router.get("/healthz", include_in_schema=False)
def healthz(request: Request) -> Response:
    """``well`` as long as the database answers."""
    database: Database = request.app.state.database
    try:
        with database.reading() as session:
            session.execute(text("SELECT 1"))
    except Exception:
        return PlainTextResponse("the database does not answer\n", status_code=503)
    return PlainTextResponse("well\n")


@router.get("/metrics", include_in_schema=False)
def metrics(request: Request) -> Response:
    """Counts and times, without a name or an address in them, for who asks the machine itself.

    Raises:
        NotFound: asked under the public address.
    """
    public = urlsplit(request.app.state.settings.base_url)
    if public.scheme == "https" and request.headers.get("host", "").lower() == public.netloc.lower():
        raise NotFound
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
