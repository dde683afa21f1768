"""The environment, read once and typed; a wrong or missing setting is one sentence."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.clock import sweep
from bot.delivery import failpoints
from bot.flows import conversations
from bot.storage.cipher import split_keys
from bot.storage.engine import checked_url

FAIL_POINTS = failpoints.POINTS | sweep.POINTS | conversations.POINTS
"""Where a test may let the process die."""
_WANTED = {
    "slack_bot_token": "SLACK_BOT_TOKEN: the bot token of the installed app, starting with xoxb-",
    "slack_app_token": "SLACK_APP_TOKEN: an app-level token with connections:write, xapp-…",
    "slack_signing_secret": "SLACK_SIGNING_SECRET: from the app's basic information page",
    "slack_api_url": "SLACK_API_URL: an http(s) address ending in /api/",
    "database_url": "DATABASE_URL: sqlite:///path or postgresql://user@host/name",
    "handoff_key": (
        "HANDOFF_KEY: the key under which private notes are stored, as `handoff-bot key` prints "
        "one, or several separated by commas, the newest first"
    ),
    "handoff_policy": "HANDOFF_POLICY: the path of a policy file (TOML)",
    "handoff_clock_url": "HANDOFF_CLOCK_URL: an http(s) address that tells a clock's offset",
    "handoff_hurry": "HANDOFF_HURRY: a whole number from 1 to 30, for tests and demos only",
    "handoff_heartbeat_url": (
        "HANDOFF_HEARTBEAT_URL: an http(s) address that is called every minute while all is well"
    ),
    "port": "PORT: a number from 1 to 65535",
    "handoff_failpoint": "HANDOFF_FAILPOINT: a point's name, or name:count; for tests only",
}


class SettingsError(Exception):
    """A setting is missing or wrong; the message is one sentence with its name."""


class Settings(BaseSettings):
    """What the environment says; see README for each name."""

    model_config = SettingsConfigDict(extra="ignore", case_sensitive=False, env_ignore_empty=True)

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_api_url: str = "https://slack.com/api/"
    database_url: str = "sqlite:///handoff.db"
    handoff_key: SecretStr | None = None
    handoff_policy: Path | None = None
    handoff_clock_url: str | None = None
    handoff_hurry: int = Field(default=1, ge=1, le=30)
    """How many times faster the bot waits and sends than Slack allows: for tests and demos only."""
    handoff_heartbeat_url: SecretStr | None = None
    port: int = Field(default=3000, ge=1, le=65535)

    @field_validator("slack_bot_token")
    @classmethod
    def _bot_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("xoxb-", "xoxe.xoxb-")):
            raise ValueError("no bot token")
        return value

    @field_validator("slack_app_token")
    @classmethod
    def _app_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith("xapp-"):
            raise ValueError("no app-level token")
        return value

    @field_validator("handoff_key")
    @classmethod
    def _key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            split_keys(value.get_secret_value())
        return value

    @field_validator("slack_api_url", "handoff_clock_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None:
            parts = urlsplit(value)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise ValueError("no http address")
        return value

    @field_validator("handoff_heartbeat_url")
    @classmethod
    def _heartbeat(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            cls._address(value.get_secret_value())
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        checked_url(value)
        return value

    @property
    def socket_mode(self) -> bool:
        """Whether the bot connects to Slack itself instead of being called by it."""
        return self.slack_app_token is not None

    def require_slack(self) -> str:
        """The bot token; raises SettingsError unless the bot can run with what is set."""
        if self.slack_bot_token is None:
            raise SettingsError(f"Missing setting {_WANTED['slack_bot_token']}.")
        if self.slack_app_token is None and self.slack_signing_secret is None:
            raise SettingsError(
                f"Missing setting {_WANTED['slack_app_token']} (Socket Mode), "
                f"or {_WANTED['slack_signing_secret']} (HTTP)."
            )
        return self.slack_bot_token.get_secret_value()

    def require_keys(self) -> tuple[str, ...]:
        """The keys of private notes, the newest first; raises SettingsError without one."""
        if self.handoff_key is None:
            raise SettingsError(f"Missing setting {_WANTED['handoff_key']}.")
        return split_keys(self.handoff_key.get_secret_value())


def load_settings() -> Settings:
    """Read the environment; raises SettingsError with one sentence."""
    try:
        settings = Settings()
    except ValidationError as error:
        raise _wrong(str(error.errors()[0]["loc"][0]).lower()) from None
    try:
        point = failpoints.wanted_point(os.environ)
    except ValueError:
        raise _wrong("handoff_failpoint") from None
    if point is not None and point[0] not in FAIL_POINTS:
        raise _wrong("handoff_failpoint")
    return settings


def _wrong(name: str) -> SettingsError:
    """Without the value, which may hold a password."""
    return SettingsError(f"Wrong setting {_WANTED.get(name, name.upper())}.")
