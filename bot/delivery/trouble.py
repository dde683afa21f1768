"""What is logged of an error nobody expected: where it arose, never what it says."""

import secrets
import traceback


def reference() -> str:
    """A short word by which a log line can be found."""
    return secrets.token_hex(4)


def frames(error: BaseException) -> list[str]:
    """Where it passed, innermost last; its own text may quote what people wrote."""
    return [
        f"{frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
    ]
