"""A workspace written down as YAML, and an app written down as its manifest."""

import secrets
from collections import Counter
from collections.abc import Sequence
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
from bot.sandbox.written import (
    BadWorkspaceFile,
    WrittenApp,
    WrittenChannel,
    WrittenField,
    WrittenFile,
    WrittenManifest,
    WrittenPerson,
    read,
)

_FIELD_TYPES: Final = frozenset({"text", "date", "link", "user", "options_list"})


def default_workspace(*, manifest: Json | None = None) -> Workspace:
    """The workspace that ships with the package."""
    text = files("bot.sandbox").joinpath("default_workspace.yml").read_text(encoding="utf-8")
    return read_workspace(text, manifest=manifest)


def load_workspace(path: Path, *, manifest: Json | None = None) -> Workspace:
    return read_workspace(path.read_text(encoding="utf-8"), manifest=manifest)


def read_workspace(text: str, *, manifest: Json | None = None) -> Workspace:
    """Builds a workspace; a manifest given here stands in place of the file's own."""
    try:
        content: Any = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:  # A date that is none raises the latter.
        raise BadWorkspaceFile("The file is not readable as YAML.") from error
    if not isinstance(content, dict):
        raise BadWorkspaceFile("A workspace file is a mapping of team, app, people and channels.")
    written = read(WrittenFile, content, "The file")
    clock = SandboxClock()
    team = Team(**written.team.model_dump())
    app = _app(written.app, manifest)
    _differ("id", [*(one.id for one in written.people), app.bot_user_id])
    _differ("name", [*(one.name for one in written.people), _bot_name(written.app)])
    _differ("id", [one.id for one in written.channels])
    _differ("name", [one.name for one in written.channels])
    workspace = Workspace(team=team, app=app, clock=clock)
    for field in written.profile_fields:
        workspace.profile_fields[field.id] = _profile_field(field)
    for person in written.people:
        workspace.add_user(_person(person, team))
    for person in written.people:
        workspace.users[person.id].fields = _field_values(person, workspace)
    workspace.add_user(_bot(app, written.app, team))
    by_name = {user.name: user.id for user in workspace.users.values()}
    for channel in written.channels:
        workspace.add_channel(_channel(channel, by_name, created=int(clock.timestamp())))
    return workspace


def _differ(what: str, values: Sequence[str]) -> None:
    twice = next((one for one, count in Counter(values).items() if count > 1), None)
    if twice is not None:
        raise BadWorkspaceFile(f"Two have the {what} {twice}.")


def apply_manifest(app: App, manifest: Json) -> None:
    """Gives the app the name, commands, scopes, events and switches of its manifest."""
    written = read(WrittenManifest, manifest, "The app's manifest")
    features, settings = written.features, written.settings
    app.name = written.display_information.name or app.name
    app.slash_commands = [SlashCommand(**one.model_dump()) for one in features.slash_commands]
    app.shortcuts = [Shortcut(**one.model_dump()) for one in features.shortcuts]
    app.bot_scopes = list(written.oauth_config.scopes.bot)
    app.known_scopes = list(app.bot_scopes)
    app.redirect_urls = list(written.oauth_config.redirect_urls)
    app.bot_events = list(settings.event_subscriptions.bot_events)
    app.home_tab_enabled = features.app_home.home_tab_enabled
    app.messages_tab_enabled = features.app_home.messages_tab_enabled
    app.interactivity_enabled = settings.interactivity.is_enabled


def _app(entry: WrittenApp, manifest: Json | None) -> App:
    app = App(
        id=entry.id,
        name=entry.name,
        bot_id="B" + entry.id[1:],
        bot_user_id="U" + entry.id[1:],
        bot_token=entry.bot_token or f"xoxb-sandbox-{secrets.token_hex(12)}",
        app_token=entry.app_token or f"xapp-sandbox-{secrets.token_hex(12)}",
        signing_secret=entry.signing_secret or secrets.token_hex(16),
        client_id=entry.client_id or new_client_id(),
        client_secret=entry.client_secret or secrets.token_hex(16),
        bot_scopes=[],
        app_scopes=["connections:write"],
    )
    apply_manifest(app, manifest if manifest is not None else entry.manifest)
    return app


def new_client_id() -> str:
    """Two numbers with a point between, as Slack's are."""
    return f"{secrets.randbelow(10**12):012d}.{secrets.randbelow(10**13):013d}"


def _bot_name(entry: WrittenApp) -> str:
    return entry.bot_name if entry.bot_name is not None else entry.name.lower()


def _bot(app: App, entry: WrittenApp, team: Team) -> User:
    return User(
        id=app.bot_user_id,
        team_id=team.id,
        name=_bot_name(entry),
        real_name=app.name,
        tz="America/Los_Angeles",
        is_bot=True,
    )


def _profile_field(entry: WrittenField) -> ProfileField:
    if entry.type not in _FIELD_TYPES:
        raise BadWorkspaceFile(f"{entry.label} is of no type that a profile field can have.")
    if not entry.id.startswith("Xf"):
        raise BadWorkspaceFile(f"{entry.label}: ids of profile fields begin with Xf.")
    return ProfileField(**entry.model_dump())


def _field_values(entry: WrittenPerson, workspace: Workspace) -> dict[str, str]:
    """What stands in a person's fields, by id; a person in one is named as in channels."""
    by_name = {user.name: user.id for user in workspace.users.values()}
    found: dict[str, str] = {}
    for field_id, written in entry.fields.items():
        made, value = workspace.profile_fields.get(field_id), str(written)
        if made is None:
            raise BadWorkspaceFile(f"{entry.name}: there is no profile field {field_id}.")
        if made.type == "user" and value not in by_name:
            raise BadWorkspaceFile(f"{entry.name}: {made.label} names nobody known: {value}.")
        if made.type == "options_list" and value not in made.options:
            raise BadWorkspaceFile(f"{entry.name}: {value} is no option of {made.label}.")
        found[field_id] = by_name[value] if made.type == "user" else value
    return found


def _person(entry: WrittenPerson, team: Team) -> User:
    try:
        ZoneInfo(entry.tz)
    except (ZoneInfoNotFoundError, ValueError):
        raise BadWorkspaceFile(f"{entry.name} has no time zone {entry.tz}.") from None
    return User(
        id=entry.id,
        team_id=entry.team or team.id,
        name=entry.name,
        real_name=entry.real_name,
        title=entry.title,
        email=entry.email,
        tz=entry.tz,
        is_admin=entry.admin or entry.owner,
        is_owner=entry.owner,
        is_restricted=bool(entry.guest),
        is_ultra_restricted=entry.guest == "single",
        deleted=entry.deactivated,
    )


def _channel(entry: WrittenChannel, by_name: dict[str, str], *, created: int) -> Channel:
    unknown = [name for name in entry.members if name not in by_name]
    if unknown:
        raise BadWorkspaceFile(f"#{entry.name} has unknown members: {', '.join(unknown)}.")
    members = list(dict.fromkeys(by_name[name] for name in entry.members))
    return Channel(
        id=entry.id,
        name=entry.name,
        creator=members[0] if members else "",
        created=created,
        members=members,
        topic=entry.topic,
        purpose=entry.purpose,
        is_private=entry.private,
        is_ext_shared=entry.shared,
        is_pending_ext_shared=entry.pending,
        is_archived=entry.archived,
    )
