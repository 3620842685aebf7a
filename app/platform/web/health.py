"""Whether the server is well, for machines."""

from urllib.parse import urlsplit

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from starlette.datastructures import State
from starlette.responses import PlainTextResponse

from app.platform.database.engine import Database
from app.platform.errors import NotFound

router = APIRouter()


@router.get("/healthz", include_in_schema=False)
async def healthz(request: Request) -> Response:
    """``well`` as long as the database answers. It waits for no thread that pages and files use."""
    try:
        await to_thread.run_sync(_ask, request.app.state.database, limiter=_own_thread(request.app.state))
    except Exception:
        return PlainTextResponse("the database does not answer\n", status_code=503)
    return PlainTextResponse("well\n")


def _ask(database: Database) -> None:
    with database.reading() as session:
        session.execute(text("SELECT 1"))


def _own_thread(state: State) -> CapacityLimiter:
    """A thread beside those of the requests; made when it is asked for first, inside the loop that it belongs to."""
    if not hasattr(state, "well_thread"):
        state.well_thread = CapacityLimiter(1)
    limiter: CapacityLimiter = state.well_thread
    return limiter


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
