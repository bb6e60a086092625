"""Structured logs: JSON lines off a terminal, coloured lines on one. Never a payload, never personal data."""

import logging
import sys

import structlog

from hub.settings import Settings


def configure_logging(settings: Settings, role: str) -> None:
    """Send structlog and the standard library's loggers to standard error, in one form.

    Every line carries `role`, `event`, `level` and `timestamp` (RFC 3339, UTC).
    """
    as_json = settings.log_format == "json" or (settings.log_format == "auto" and not sys.stderr.isatty())
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False) if as_json else structlog.dev.ConsoleRenderer()
    )
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        *([structlog.processors.format_exc_info] if as_json else []),
    ]
    level = logging.getLevelName(settings.log_level.upper())
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("aiokafka", "faust", "mode", "kafka", "httpx", "httpcore", "alembic", "granian.access"):
        logging.getLogger(chatty).setLevel(max(level, logging.WARNING))
    structlog.contextvars.bind_contextvars(role=role)
