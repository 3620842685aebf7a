"""Logs: one JSON object a line on standard output, without addresses of pages, tokens or names."""

import logging
import sys

import structlog


def log_as_json(level: str) -> None:
    """Send our own lines and those of every library through one shape."""
    number = logging.getLevelNamesMapping()[level.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    if any(isinstance(one.formatter, structlog.stdlib.ProcessorFormatter) for one in root.handlers):
        return
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    # Libraries are heard from warnings upwards: their chattier lines may hold addresses of pages.
    handler.setLevel(max(number, logging.WARNING))
    root.addHandler(handler)
