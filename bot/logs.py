"""Logging: ids and references only, never bodies, tokens or what people wrote."""

import logging
import sys

import structlog


class _NoBodies(logging.Filter):
    """Cuts the libraries' own messages down to where they come from: they quote payloads."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the record, without its text."""
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        record.msg = f"{record.module}:{record.lineno} {kind}".rstrip()
        record.args, record.exc_info, record.exc_text = (), None, None
        return True


def quiet_logger(name: str) -> logging.Logger:
    """A logger to hand to a library whose messages quote what people wrote."""
    logger = logging.getLogger(f"handoff.{name}")
    # Bolt's warnings are about how it is set up, and come at every start.
    logger.setLevel(logging.ERROR)
    if not any(isinstance(known, _NoBodies) for known in logger.filters):
        logger.addFilter(_NoBodies())
    return logger


def configure_logs() -> None:
    """One line of JSON an event to standard error, or coloured text at a terminal."""
    terminal = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            *([] if terminal else [structlog.processors.format_exc_info]),
            structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
            if terminal
            else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(name)s %(message)s")
