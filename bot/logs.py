"""Logging: ids and references only, never bodies, tokens or what people wrote."""

import logging
import sys
import threading
from typing import TextIO

import structlog

from bot.delivery.trouble import frames

_OURS = "bot."
_CONSTANT = ("apscheduler", "uvicorn")
"""Libraries that see no body, and whose texts are constants before their arguments are put in."""


class _Lost:
    """Counts the lines that could not be written."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self.count = 0

    def one_more(self) -> None:
        with self._guard:
            self.count += 1


_LOST = _Lost()


def lost_lines() -> int:
    """How many lines of the log could not be written since the start."""
    return _LOST.count


class _Printer(structlog.PrintLogger):
    """Prints a line, or loses it where standard error is closed or its disk is full.

    Nobody can be told of it there, and whoever logs at the top of a thread must not end by it.
    """

    def msg(self, message: str) -> None:
        """Print it, if it can be printed."""
        try:
            super().msg(message)
        except (OSError, ValueError):  # A ValueError says that it is closed.
            _LOST.one_more()

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg


class _Outline(str):
    """What is left of a message whose own text was taken out."""


class _NoBodies(logging.Filter):
    """Cuts the libraries' own messages down to where they come from: they quote payloads."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the record, without its text."""
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        record.msg = _Outline(f"{_where(record)} {kind}".rstrip())
        record.args, record.exc_info, record.exc_text = (), None, None
        return True


class _Libraries(logging.Handler):
    """Writes that a library had something to say, and where, never what.

    An SDK quotes the answer that it cannot read, a driver the row, and an address of Slack's is a
    key by itself. So a text is only kept where it is ours or known to be a constant.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """One line in the form of our own, so that a log has one form."""
        log = structlog.get_logger()
        tell = log.error if record.levelno >= logging.ERROR else log.warning
        # A library that quotes an error in its text mostly does so while it handles it.
        error = (record.exc_info or sys.exc_info())[1]
        more: dict[str, object] = {"error": type(error).__name__} if error else {}
        if error and record.exc_info:
            more["frames"] = frames(error)
        tell(_text(record), logger=record.name, where=_where(record), **more)


def _text(record: logging.LogRecord) -> str:
    if record.name.startswith(_OURS):
        return record.getMessage()
    known = isinstance(record.msg, _Outline) or record.name.startswith(_CONSTANT)
    if known and isinstance(record.msg, str):
        return record.msg.strip()
    return "words of a library left out"


def _where(record: logging.LogRecord) -> str:
    return f"{record.module}:{record.lineno}"


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
    stream: TextIO = sys.stderr
    terminal = stream.isatty()
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
        logger_factory=lambda *_: _Printer(stream),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(handlers=[_Libraries()], level=logging.WARNING)
