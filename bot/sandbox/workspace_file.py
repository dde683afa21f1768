"""A workspace written down as YAML, and an app written down as its manifest."""

import json
import secrets
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from bot.sandbox.clock import SandboxClock
from bot.sandbox.workspace import (
    App,
    Channel,
    Json,
    ProfileField,
    Shortcut,
    SlashCommand,
    Team,
    User,
    Workspace,
)

_PERSON_KEYS: Final = frozenset(
    {
        "id",
        "name",
        "real_name",
        "title",
        "email",
        "tz",
        "team",
        "admin",
        "owner",
        "guest",
        "deactivated",
        "fields",
    }
)
_FIELD_KEYS: Final = frozenset({"id", "label", "type", "hint", "options", "hidden"})
_FIELD_TYPES: Final = frozenset({"text", "date", "link", "user", "options_list"})
_CHANNEL_KEYS: Final = frozenset(
    {"id", "name", "topic", "purpose", "private", "shared", "pending", "archived", "members"}
)
_APP_KEYS: Final = frozenset(
    {
        "id",
        "name",
        "bot_name",
        "bot_token",
        "app_token",
        "signing_secret",
        "client_id",
        "client_secret",
        "manifest",
    }
)


class BadWorkspaceFile(Exception):
    """What is wrong in the file, and where."""


def load_manifest(path: Path) -> Json:
    """An app manifest from a JSON or YAML file."""
    text = path.read_text(encoding="utf-8")
    content: Any = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    if not isinstance(content, dict):
        raise BadWorkspaceFile(f"{path} does not hold an app manifest.")
    return content


def default_workspace(*, manifest: Json | None = None) -> Workspace:
    """The workspace that ships with the package."""
    text = files("bot.sandbox").joinpath("default_workspace.yml").read_text(encoding="utf-8")
    return read_workspace(text, manifest=manifest)


def load_workspace(path: Path, *, manifest: Json | None = None) -> Workspace:
    return read_workspace(path.read_text(encoding="utf-8"), manifest=manifest)


def read_workspace(text: str, *, manifest: Json | None = None) -> Workspace:
    """Builds a workspace; a manifest given here stands in place of the file's own."""
    content: Any = yaml.safe_load(text)
    if not isinstance(content, dict):
        raise BadWorkspaceFile("A workspace file is a mapping of team, app, people and channels.")
    known = frozenset({"team", "app", "people", "channels", "profile_fields"})
    _known(content, known, "the file")
    clock = SandboxClock()
    team = Team(**content["team"])
    app = _app(content["app"], manifest)
    workspace = Workspace(team=team, app=app, clock=clock)
    for entry in content.get("profile_fields", ()):
        made = _profile_field(entry)
        workspace.profile_fields[made.id] = made
    for entry in content["people"]:
        workspace.add_user(_person(entry, team))
    for entry in content["people"]:
        workspace.users[entry["id"]].fields = _field_values(entry, workspace)
    workspace.add_user(_bot(app, content["app"], team))
    by_name = {user.name: user.id for user in workspace.users.values()}
    for entry in content["channels"]:
        workspace.add_channel(_channel(entry, by_name, created=int(clock.timestamp())))
    return workspace


def apply_manifest(app: App, manifest: Json) -> None:
    """Gives the app the name, commands, scopes, events and switches of its manifest."""
    features = manifest.get("features", {})
    settings = manifest.get("settings", {})
    home = features.get("app_home", {})
    app.name = manifest.get("display_information", {}).get("name", app.name)
    app.slash_commands = [
        SlashCommand(
            command=entry["command"],
            description=entry.get("description", ""),
            usage_hint=entry.get("usage_hint", ""),
            should_escape=entry.get("should_escape", False),
        )
        for entry in features.get("slash_commands", ())
    ]
    app.shortcuts = [Shortcut(**entry) for entry in features.get("shortcuts", ())]
    oauth = manifest.get("oauth_config", {})
    app.bot_scopes = list(oauth.get("scopes", {}).get("bot", ()))
    app.known_scopes = list(app.bot_scopes)
    app.redirect_urls = list(oauth.get("redirect_urls", ()))
    app.bot_events = list(settings.get("event_subscriptions", {}).get("bot_events", ()))
    app.home_tab_enabled = home.get("home_tab_enabled", False)
    app.messages_tab_enabled = home.get("messages_tab_enabled", False)
    app.interactivity_enabled = settings.get("interactivity", {}).get("is_enabled", False)


def _app(entry: Json, manifest: Json | None) -> App:
    _known(entry, _APP_KEYS, "app")
    app_id = entry["id"]
    app = App(
        id=app_id,
        name=entry["name"],
        bot_id="B" + app_id[1:],
        bot_user_id="U" + app_id[1:],
        bot_token=entry.get("bot_token") or f"xoxb-sandbox-{secrets.token_hex(12)}",
        app_token=entry.get("app_token") or f"xapp-sandbox-{secrets.token_hex(12)}",
        signing_secret=entry.get("signing_secret") or secrets.token_hex(16),
        client_id=entry.get("client_id") or new_client_id(),
        client_secret=entry.get("client_secret") or secrets.token_hex(16),
        bot_scopes=[],
        app_scopes=["connections:write"],
    )
    apply_manifest(app, manifest if manifest is not None else entry.get("manifest", {}))
    return app


def new_client_id() -> str:
    """Two numbers with a point between, as Slack's are."""
    return f"{secrets.randbelow(10**12):012d}.{secrets.randbelow(10**13):013d}"


def _bot(app: App, entry: Json, team: Team) -> User:
    return User(
        id=app.bot_user_id,
        team_id=team.id,
        name=entry.get("bot_name", app.name.lower()),
        real_name=app.name,
        tz="America/Los_Angeles",
        is_bot=True,
    )


def _profile_field(entry: Json) -> ProfileField:
    _known(entry, _FIELD_KEYS, f"profile field {entry.get('id')}")
    if entry["type"] not in _FIELD_TYPES:
        raise BadWorkspaceFile(f"{entry['label']} is of no type that a profile field can have.")
    if not entry["id"].startswith("Xf"):
        raise BadWorkspaceFile(f"{entry['label']}: ids of profile fields begin with Xf.")
    return ProfileField(**entry)


def _field_values(entry: Json, workspace: Workspace) -> dict[str, str]:
    """What stands in a person's fields, by id; a person in one is named as in channels."""
    by_name = {user.name: user.id for user in workspace.users.values()}
    found: dict[str, str] = {}
    for field_id, value in entry.get("fields", {}).items():
        made = workspace.profile_fields.get(field_id)
        if made is None:
            raise BadWorkspaceFile(f"{entry['name']}: there is no profile field {field_id}.")
        if made.type == "user" and value not in by_name:
            raise BadWorkspaceFile(f"{entry['name']}: {made.label} names nobody known: {value}.")
        if made.type == "options_list" and value not in made.options:
            raise BadWorkspaceFile(f"{entry['name']}: {value} is no option of {made.label}.")
        found[field_id] = by_name[value] if made.type == "user" else str(value)
    return found


def _person(entry: Json, team: Team) -> User:
    _known(entry, _PERSON_KEYS, f"person {entry.get('name')}")
    try:
        ZoneInfo(entry["tz"])
    except (ZoneInfoNotFoundError, ValueError):
        raise BadWorkspaceFile(f"{entry['name']} has no time zone {entry['tz']}.") from None
    guest = entry.get("guest", "")
    if guest not in ("", "multi", "single"):
        raise BadWorkspaceFile(f"{entry['name']}: guest is multi or single.")
    return User(
        id=entry["id"],
        team_id=entry.get("team", team.id),
        name=entry["name"],
        real_name=entry["real_name"],
        title=entry.get("title", ""),
        email=entry.get("email", ""),
        tz=entry["tz"],
        is_admin=entry.get("admin", False) or entry.get("owner", False),
        is_owner=entry.get("owner", False),
        is_restricted=bool(guest),
        is_ultra_restricted=guest == "single",
        deleted=entry.get("deactivated", False),
    )


def _channel(entry: Json, by_name: dict[str, str], *, created: int) -> Channel:
    _known(entry, _CHANNEL_KEYS, f"channel {entry.get('name')}")
    unknown = [name for name in entry["members"] if name not in by_name]
    if unknown:
        raise BadWorkspaceFile(f"#{entry['name']} has unknown members: {', '.join(unknown)}.")
    members = [by_name[name] for name in entry["members"]]
    return Channel(
        id=entry["id"],
        name=entry["name"],
        creator=members[0] if members else "",
        created=created,
        members=members,
        topic=entry.get("topic", ""),
        purpose=entry.get("purpose", ""),
        is_private=entry.get("private", False),
        is_ext_shared=entry.get("shared", False),
        is_pending_ext_shared=entry.get("pending", False),
        is_archived=entry.get("archived", False),
    )


def _known(entry: Json, keys: frozenset[str], where: str) -> None:
    unknown = sorted(set(entry) - keys)
    if unknown:
        raise BadWorkspaceFile(f"Unknown keys in {where}: {', '.join(unknown)}.")
