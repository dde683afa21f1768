"""What a workspace file and an app's manifest may say, and the sentence where they say else."""

from datetime import date
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.sandbox.workspace import Json

Shape = TypeVar("Shape", bound=BaseModel)


class BadWorkspaceFile(Exception):
    """What is wrong in the file, and where."""


class _Entry(BaseModel):
    """What the file may say, and by which names."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class WrittenTeam(_Entry):
    id: str
    name: str
    domain: str


class WrittenPerson(_Entry):
    id: str
    name: str
    real_name: str
    tz: str
    title: str = ""
    email: str = ""
    team: str | None = None
    admin: bool = False
    owner: bool = False
    guest: Literal["", "multi", "single"] = ""
    deactivated: bool = False
    fields: dict[str, str | int | date] = {}


class WrittenField(_Entry):
    id: str
    label: str
    type: str
    hint: str = ""
    options: list[str] = []
    hidden: bool = False


class WrittenChannel(_Entry):
    id: str
    name: str
    members: list[str]
    topic: str = ""
    purpose: str = ""
    private: bool = False
    shared: bool = False
    pending: bool = False
    archived: bool = False


class WrittenApp(_Entry):
    id: str
    name: str
    bot_name: str | None = None
    bot_token: str = ""
    app_token: str = ""
    signing_secret: str = ""
    client_id: str = ""
    client_secret: str = ""
    manifest: Json = {}


class WrittenFile(_Entry):
    team: WrittenTeam
    app: WrittenApp
    people: list[WrittenPerson]
    channels: list[WrittenChannel]
    profile_fields: list[WrittenField] = []


class _Part(BaseModel):
    """A part of a manifest; what the sandbox does nothing with may stand there, too."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class _Named(_Part):
    name: str | None = None


class _Command(_Part):
    command: str
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False


class _Shortcut(_Part):
    name: str
    type: Literal["message", "global"]
    callback_id: str
    description: str = ""


class _AppHome(_Part):
    home_tab_enabled: bool = False
    messages_tab_enabled: bool = False


class _Features(_Part):
    app_home: _AppHome = _AppHome()
    slash_commands: list[_Command] = []
    shortcuts: list[_Shortcut] = []


class _Scopes(_Part):
    bot: list[str] = []


class _OAuth(_Part):
    scopes: _Scopes = _Scopes()
    redirect_urls: list[str] = []


class _Subscriptions(_Part):
    bot_events: list[str] = []


class _Interactivity(_Part):
    is_enabled: bool = False


class _Settings(_Part):
    event_subscriptions: _Subscriptions = _Subscriptions()
    interactivity: _Interactivity = _Interactivity()


class WrittenManifest(_Part):
    display_information: _Named = _Named()
    features: _Features = _Features()
    oauth_config: _OAuth = _OAuth()
    settings: _Settings = _Settings()


def read(shape: type[Shape], content: Any, what: str) -> Shape:
    try:
        return shape.model_validate(content, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadWorkspaceFile(f"{what}, {where}: {first['msg']}.") from error
