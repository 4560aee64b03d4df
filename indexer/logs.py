"""Logs: one event a line, with its fields; for people, or as JSON. No mail address and no secret ever gets there."""

import logging
import re
import sys
import time
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TextIO

import structlog
from structlog.stdlib import ProcessorFormatter

from indexer.schema import JST
from indexer.settings import Settings

SECRET = re.compile(r"password|secret|token|authorization|cookie|api[_-]?key|^key$|signature", re.IGNORECASE)
"""Fields whose values are never told."""
HIDDEN = "…"
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_WORDS = (
    # Links that are keys, keys of webhooks, names and passwords in addresses, and what headers carry.
    (re.compile(r"(/alerts/(?:confirm/|refuse/)?)(?!new\b)[\w.-]{20,}"), rf"\1{HIDDEN}"),
    (re.compile(r"whsec_[\w+/=-]+"), f"whsec_{HIDDEN}"),
    (re.compile(r"(\w+://)[^\s/@]+@"), rf"\1{HIDDEN}@"),
    (re.compile(r"(Bearer )\S+"), rf"\1{HIDDEN}"),
)
Event = MutableMapping[str, Any]


def plain() -> None:
    """Until somebody configures it, what is logged goes the way of Python's own logging, never to standard output."""
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.stdlib.render_to_log_kwargs],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


plain()


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger of events with fields."""
    return structlog.stdlib.get_logger(name)


def clean(text: str) -> str:
    """The text without addresses of people and without what opens something.

    >>> clean("no mailbox owner@example.jp at postgresql://shien:pass@db/x")
    'no mailbox … at postgresql://…@db/x'
    >>> clean("GET /alerts/abcdefghijklmnopqrst.uvw/drop")
    'GET /alerts/…/drop'
    """
    for pattern, instead in _WORDS:
        text = pattern.sub(instead, text)
    return _ADDRESS.sub(HIDDEN, text)


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {key: HIDDEN if SECRET.search(str(key)) else _cleaned(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set):
        return [_cleaned(each) for each in value]
    return value


def harmless(_: Any, __: str, event: Event) -> Event:
    """Structlog's processor that does it to every field."""
    for key, value in event.items():
        if not key.startswith("_"):
            event[key] = HIDDEN if SECRET.search(key) and value not in (None, "") else _cleaned(value)
    return event


def _timed(_: Any, __: str, event: Event) -> Event:
    event["timestamp"] = datetime.now(JST).isoformat(timespec="milliseconds")
    return event


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Has all that anybody logs (structlog, logging, uvicorn, APScheduler) written one way, to `stream` or stderr."""
    out = stream or sys.stderr
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(),
        _timed,
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        harmless,
    ]
    last: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_json
        else structlog.dev.ConsoleRenderer(colors=out.isatty(), pad_event_to=0)
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared[:-1],
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=shared[:-1], processors=[ProcessorFormatter.remove_processors_meta, harmless, last]
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        # They bring handlers of their own.
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    # Requests are told once, by search_api/requests.py, without what is asked.
    logging.getLogger("uvicorn.access").disabled = True


@contextmanager
def stage(name: str, **fields: Any) -> Iterator[None]:
    """Tells how long a stage of the night took, and when it failed."""
    log = get_logger("shien.stages").bind(stage=name, **fields)
    started = time.perf_counter()
    try:
        yield
    except BaseException as error:
        log.warning(
            "stage failed", seconds=round(time.perf_counter() - started, 2), error=f"{type(error).__name__}: {error}"
        )
        raise
    log.info("stage", seconds=round(time.perf_counter() - started, 2))
