"""The cipher of private notes: keys of the operator's, none of which is kept in the database."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class WrongKey(Exception):
    """What lies here was encrypted under a key that is not among those given."""


def new_key() -> str:
    """A fresh key in the one form in which keys are written."""
    return Fernet.generate_key().decode()


def split_keys(text: str) -> tuple[str, ...]:
    """The keys of a setting, separated by commas; raises ValueError for what is no key."""
    keys = tuple(part.strip() for part in text.split(","))
    for key in keys:
        Fernet(key)
        # What is behind the padding is passed over: two keys without their comma look like one.
        if urlsafe_b64encode(urlsafe_b64decode(key)).decode() != key:
            raise ValueError("more than a key")
    return keys


class NoteCipher:
    """Encrypts under the first of its keys and decrypts under any of them."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._newest = Fernet(keys[0])
        self._any = MultiFernet([Fernet(key) for key in keys])

    def encrypt(self, text: str, /) -> str:
        """The text under the newest key; the same text twice is not the same twice."""
        return self._newest.encrypt(text.encode()).decode()

    def decrypt(self, token: str, /) -> str:
        """The text again; raises WrongKey."""
        try:
            return self._any.decrypt(token).decode()
        except InvalidToken as error:
            raise WrongKey from error

    def renewed(self, token: str, /) -> str | None:
        """The same text under the newest key, or None where it is already; raises WrongKey."""
        try:
            self._newest.decrypt(token)
        except InvalidToken:
            return self.encrypt(self.decrypt(token))
        return None


class NoKey:
    """Stands where no key was given: whatever needs no private note works without one."""

    def encrypt(self, _text: str, /) -> str:
        """Raises WrongKey: nothing private is ever kept in plain."""
        raise WrongKey

    def decrypt(self, _token: str, /) -> str:
        """Raises WrongKey."""
        raise WrongKey

    def renewed(self, _token: str, /) -> str | None:
        """Raises WrongKey."""
        raise WrongKey
