"""What the words of a brief say about themselves."""

import re

_ELSEWHERE = re.compile(
    r"\W*(see|in|as per|refer to)\s+((the|my|our)\s+)?([^\W\d]+\s+)?"
    r"(notes?|crm|recordings?|calls?|e-?mails?|docs?|documents?|decks?|slides?|threads?)\W*",
    re.IGNORECASE,
)
"""A whole text that only says where the answer stands is none."""


def points_elsewhere(text: str) -> bool:
    """Whether a text only says where the answer stands."""
    return _ELSEWHERE.fullmatch(text) is not None
