"""Structured logs, without secrets and without what people wrote: ids, states and reasons only."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

_URL_SECRET = re.compile(r"((?:key|token|sig|signature|code|password)=)[^&\s\"']+", re.IGNORECASE)
_CREDENTIALS = re.compile(r"(\w+://[^:/\s]*:)[^@\s]+(@)")
_BEARER = re.compile(r"(Bearer\s+|xox[abprs]-|xapp-)[\w.\-]+", re.IGNORECASE)


def redact(words: str) -> str:
    """``words`` with the values of secrets in URLs and headers struck out: a last net, under not logging them."""
    return _BEARER.sub(r"\1…", _CREDENTIALS.sub(r"\1…\2", _URL_SECRET.sub(r"\1…", words)))


def _redact_event(_logger: object, _name: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    return {key: redact(value) if isinstance(value, str) else value for key, value in event.items()}


def set_up_logs(level: str, *, as_json: bool) -> None:
    """Send all logs, the libraries' too, to standard error in one form."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    finish: list[structlog.typing.Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        *([structlog.processors.format_exc_info] if as_json else []),
        _redact_event,
        structlog.processors.JSONRenderer()
        if as_json
        # Not the default: it prints the local variables of each frame, and what people typed with them.
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        ),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=finish, foreign_pre_chain=shared))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for noisy in ("aiosqlite", "apscheduler", "sqlalchemy.engine", "asyncio", "aiohttp.access", "alembic"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level.upper())))
    # Below that, discord.py logs every event whole: what people write, and the tokens of their interactions.
    logging.getLogger("discord").setLevel(max(logging.INFO, logging.getLevelName(level.upper())))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        cache_logger_on_first_use=True,
    )
