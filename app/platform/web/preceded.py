"""An answer that goes out only after something was done outside the transaction of its request."""

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class Preceded(Response):
    """A whole answer as it is, sent once ``work`` has been done; what ``work`` raises is a fault of the server.

    The transaction of the request is committed by then: ``work`` may open its own.
    """

    def __init__(self, answer: Response, work: Callable[[], object]) -> None:
        super().__init__(answer.body, status_code=answer.status_code, headers=dict(answer.headers))
        self._work = work

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await run_in_threadpool(self._work)
        await super().__call__(scope, receive, send)
