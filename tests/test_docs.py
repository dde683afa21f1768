"""What the pages say about scopes, settings, commands, policy and each other is so."""

import re
import subprocess
import tomllib
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import structlog
import typer.main
from pydantic import BaseModel
from typer.testing import CliRunner

from bot.cli import app
from bot.domain.policy import Policy, load_policy
from bot.flows.asked import Kind
from bot.flows.manifest import SCOPES
from bot.flows.registration import all_listeners
from bot.sandbox.methods import METHODS
from bot.settings import Settings
from bot.storage.tables import metadata
from bot.views.steps import steps_page

PROJECT = Path(__file__).resolve().parent.parent
README = PROJECT / "README.md"
PERMISSIONS = PROJECT / "docs" / "permissions.md"
POLICY = PROJECT / "docs" / "policy.md"
ARCHITECTURE = PROJECT / "docs" / "architecture.md"
DATA = PROJECT / "docs" / "data.md"
PLAN = PROJECT / "docs" / "plan.md"
STEPS = PROJECT / "docs" / "steps.md"
OPERATIONS = PROJECT / "docs" / "operations"
TROUBLE = OPERATIONS / "trouble.md"
SANDBOX = PROJECT / "docs" / "sandbox.md"
BENCHMARKS = PROJECT / "docs" / "benchmarks.md"
PAGES = [
    README,
    PROJECT / "CONTRIBUTING.md",
    PERMISSIONS,
    POLICY,
    ARCHITECTURE,
    DATA,
    PLAN,
    STEPS,
    *sorted(OPERATIONS.glob("*.md")),
    SANDBOX,
    BENCHMARKS,
]

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
ENVIRONMENT_NAME = re.compile(r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b|(?<=`)[A-Z]+(?=`)")
COMMAND = re.compile(r"handoff-bot ([a-z]+)")
MODULE = re.compile(r"`((?:bot|views|flows|domain|storage|delivery|clock|web)/[\w/]+\.py)`")


def rows(page: Path) -> list[list[str]]:
    """The cells of every table row of a page, without headings' underlines."""
    lines = (line for line in page.read_text().splitlines() if line.startswith("| "))
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def first_cells(page: Path) -> list[str]:
    """What stands as code in the first cells of a page's tables."""
    named = (re.fullmatch(r"`([^`]+)`", cells[0]) for cells in rows(page))
    return [found.group(1) for found in named if found]


def settings_names() -> set[str]:
    return {name.upper() for name in Settings.model_fields}


def commands() -> set[str]:
    group = typer.main.get_command(app)
    return set(getattr(group, "commands", {}))


def anchor(heading: str) -> str:
    """A heading as the part of a link behind the #."""
    return re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-")


def anchors(page: Path) -> set[str]:
    lines = page.read_text().splitlines()
    return {anchor(line.lstrip("# ")) for line in lines if line.startswith("#")}


def keys(model: BaseModel, before: str = "") -> dict[str, Any]:
    """Every key of a policy by its dotted name, with its value."""
    found: dict[str, Any] = {}
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            found |= keys(value, f"{before}{name}.")
        else:
            found[f"{before}{name}"] = value
    return found


def set_in(content: dict[str, Any], named: set[str], before: str = "") -> set[str]:
    """Which of the named keys a file sets."""
    found = {f"{before}{name}" for name in content} & named
    for name, value in content.items():
        if isinstance(value, dict) and f"{before}{name}" not in named:
            found |= set_in(value, named, f"{before}{name}.")
    return found


def examples() -> list[str]:
    return re.findall(r"```toml\n(.*?)```", POLICY.read_text(), flags=re.DOTALL)


# --- Permissions


def test_the_page_of_permissions_has_every_scope_with_its_reason() -> None:
    told = [cells for cells in rows(PERMISSIONS) if cells[0].startswith("`")]
    wanted = [
        [f"`{scope.name}`", "yes" if scope.optional else "no", scope.reason] for scope in SCOPES
    ]
    assert told == wanted


def test_every_event_the_page_of_permissions_names_is_subscribed_to() -> None:
    named = set(re.findall(r"`([a-z]+_[a-z_]+)`", PERMISSIONS.read_text()))
    assert {"app_home_opened", "user_change"} <= named
    assert named <= set(all_listeners().names(Kind.EVENT))


# --- Operations


def test_the_nightly_backup_by_cron_sees_the_settings_that_systemd_reads(tmp_path: Path) -> None:
    page = (OPERATIONS / "backup.md").read_text()
    (line,) = re.findall(r"^\d+ \d+ \* \* \* handoff (.+)$", page, flags=re.MULTILINE)
    env, program, told = (tmp_path / name for name in ("handoff.env", "handoff-bot", "told"))
    url = "postgresql://handoff:a secret & more@db/handoff"
    env.write_text(f"# As systemd reads it.\nHANDOFF_KEY=abc=\nDATABASE_URL='{url}'\n")
    program.write_text(f'#!/bin/sh\necho "$HANDOFF_KEY $DATABASE_URL $*" > {told}\n')
    program.chmod(0o700)
    for here, stand_in in (
        ("/etc/handoff.env", env),
        ("/opt/handoff/bin/handoff-bot", program),
    ):
        assert line.count(here) == 1
        line = line.replace(here, str(stand_in))
    # As cron does it, with next to nothing in the environment.
    run = partial(subprocess.run, ["/bin/sh", "-c", line], env={"PATH": "/usr/bin:/bin"})
    assert run(check=False).returncode == 0
    assert told.read_text() == f"abc= {url} backup --to /srv/backups --keep 14\n"
    told.unlink()
    env.unlink()
    assert run(check=False, stderr=subprocess.DEVNULL).returncode != 0
    assert not told.exists()


# --- README


def test_the_settings_table_has_every_setting_and_no_other() -> None:
    told = {name for name in first_cells(README) if name == "PORT" or "_" in name}
    assert told == settings_names()


def test_every_environment_name_in_the_readme_is_a_setting_or_one_of_composes() -> None:
    of_compose = set(re.findall(r"\$\{(\w+)", (PROJECT / "compose.yaml").read_text()))
    assert set(ENVIRONMENT_NAME.findall(README.read_text())) <= settings_names() | of_compose


def test_the_defaults_in_the_settings_table_are_the_ones_that_hold() -> None:
    told = {cells[0].strip("`"): cells[1].strip("`") for cells in rows(README) if len(cells) == 3}
    for name, field in Settings.model_fields.items():
        default = "–" if field.default is None else str(field.default)
        assert told[name.upper()] == default


def test_the_commands_table_has_every_command_and_no_other() -> None:
    told = {name.removeprefix("handoff-bot ") for name in first_cells(README) if "-bot " in name}
    assert told == commands()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_a_page_names_is_there(page: Path) -> None:
    assert set(COMMAND.findall(page.read_text())) <= commands()


def test_every_make_target_a_page_names_is_there() -> None:
    targets = set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(), flags=re.MULTILINE))
    for page in PAGES:
        assert set(re.findall(r"`make ([a-z]+)", page.read_text())) <= targets


def test_every_slash_command_is_in_the_readme_and_no_other() -> None:
    told = set(re.findall(r"`(/handoff[a-z-]*)", README.read_text()))
    assert told == set(all_listeners().names(Kind.COMMAND))


# --- Policy


def test_the_policy_table_has_every_key_and_no_other() -> None:
    assert first_cells(POLICY) == list(dict.fromkeys(first_cells(POLICY)))
    assert set(first_cells(POLICY)) == set(keys(Policy()))


def test_the_defaults_in_the_policy_table_are_the_ones_that_hold() -> None:
    for name, told, _ in (cells for cells in rows(POLICY) if cells[0].startswith("`")):
        part, _, key = name.strip("`").rpartition(".")
        content = tomllib.loads(f"{key} = {told.strip('`')}")
        read = Policy.model_validate({part: content} if part else content)
        assert keys(read)[name.strip("`")] == keys(Policy())[name.strip("`")], name


def test_the_complete_policy_example_sets_every_key_and_says_the_same_as_no_file(
    tmp_path: Path,
) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(examples()[0])
    assert load_policy(path) == Policy()
    named = set(keys(Policy()))
    assert set_in(tomllib.loads(examples()[0]), named) == named


def test_every_policy_example_loads(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    for number, example in enumerate(examples()[1:]):
        path.write_text(example)
        assert load_policy(path) != Policy(), number
    assert len(examples()) > 1


# --- Steps


def test_the_page_of_steps_is_as_the_table_has_it() -> None:
    assert STEPS.read_text() == steps_page(Policy()), "make steps"


def test_the_page_of_steps_has_the_numbers_of_the_policy_it_is_made_for() -> None:
    page = steps_page(Policy.model_validate({"clocks": {"brief": 30, "kickoff_latest_day": 7}}))
    assert "| 4 | brief | all | AE | – | 30 h |" in page
    assert "at most business day 7" in page
    assert "at most business day 5" not in page


def test_the_command_prints_the_page_of_steps() -> None:
    printed = CliRunner().invoke(app, ["policy", "steps", "--default"])
    structlog.reset_defaults()  # It wrote to the runner's own output, which is closed now.
    assert (printed.exit_code, printed.output) == (0, STEPS.read_text())


# --- The sandbox


def test_the_page_of_the_sandbox_has_every_method_and_no_other() -> None:
    told = re.findall(r"`([a-z]+(?:\.[a-zA-Z0-9]+)+)`", SANDBOX.read_text())
    assert sorted(one for one in told if not one.endswith((".py", ".yml"))) == sorted(METHODS)


def test_the_page_of_the_sandbox_has_every_option_and_no_other() -> None:
    of_each = getattr(typer.main.get_command(app), "commands", {})
    options = {one for option in of_each["sandbox"].params for one in option.opts}
    told = {name for cells in rows(SANDBOX) for name in re.findall(r"`(--[a-z-]+)`", cells[0])}
    assert told == options


# --- Pages and each other


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_relative_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text()):
        if link.startswith(("http://", "https://")):
            continue
        path, _, part = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_relative_to(PROJECT), link
        assert target.exists(), link
        assert not part or part in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_module_a_page_names_is_there(page: Path) -> None:
    for name in MODULE.findall(page.read_text()):
        assert (PROJECT / "bot" / name.removeprefix("bot/")).is_file(), name


def test_the_page_about_data_names_every_table_and_no_other() -> None:
    told = {name for cells in rows(DATA) for name in re.findall(r"`([a-z_]+)`", cells[0])}
    assert told == set(metadata.tables)
