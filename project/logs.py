"""Log lines through structlog: one line an event, with the request id, for people or as JSON."""

from typing import Any

import structlog

from cases.history import watch


class _Watcher:
    """Writes a line for each act and each refusal, with the request and the case that stand around it."""

    def acted(self, action: str, outcome: str, seconds: float) -> None:
        structlog.get_logger("relief.acts").info("acted", action=action, outcome=outcome, ms=round(seconds * 1000))

    def refused(self, action: str, code: str) -> None:
        structlog.get_logger("relief.acts").info("refused", action=action, code=code)

    def answered(self, view: str, method: str, status: int, seconds: float) -> None:
        line = {"view": view, "method": method, "status": status, "ms": round(seconds * 1000)}
        structlog.get_logger("relief.pages").info("answered", **line)

    def waited(self, seconds: float) -> None:
        if seconds >= LONG_WAIT:
            structlog.get_logger("relief.acts").warning("waited for a case", ms=round(seconds * 1000))


LONG_WAIT = 1.0
WATCHER = _Watcher()


def listen() -> None:
    """Write what is done and what is refused."""
    watch.add(WATCHER)


def configure(*, level: str, form: str) -> dict[str, Any]:
    """Sets structlog up and returns the LOGGING setting. `form` is console or json."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=False),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    if form == "json":
        last: list[Any] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    else:
        plain = structlog.dev.plain_traceback
        last = [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=plain)]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
        },
    }
