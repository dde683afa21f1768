"""What compose.yaml says is held against the image, the settings and the balancer's file."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.routing import Route

from bot.bootstrap import STOP_WITHIN
from bot.settings import Settings
from bot.web.app import Health, build_web
from tests.test_container import PROJECT, container

SECONDS = re.compile(r"(\d+)s")
REPLICAS = ("bot-1", "bot-2", "bot-3")
CADDYFILE = PROJECT / "docs" / "operations" / "Caddyfile"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((PROJECT / "compose.yaml").read_text())
    return loaded


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose["services"]
    return found


def image_lines() -> dict[str, str]:
    """The last line of each kind in the image's last stage."""
    stage = container.parse((PROJECT / "Dockerfile").read_text())[-1]
    return {line.word: line.rest for line in stage.lines}


def settings_in_example() -> set[str]:
    lines = (PROJECT / ".env.example").read_text().splitlines()
    return {line.partition("=")[0] for line in lines if line and not line.startswith("#")}


def test_three_replicas_of_one_image_run_what_the_image_runs(
    services: dict[str, dict[str, Any]],
) -> None:
    assert [name for name in services if name.startswith("bot")] == list(REPLICAS)
    for name in REPLICAS:
        replica = services[name]
        assert replica == services["bot-1"]
        assert (replica["image"], replica["build"]) == ("handoff-bot", ".")
        assert not {"command", "entrypoint", "healthcheck", "user"} & replica.keys()
    assert services["migrate"]["image"] == "handoff-bot"


def test_every_variable_is_a_setting_and_every_secret_comes_from_the_env_file(
    services: dict[str, dict[str, Any]],
) -> None:
    known = {name.upper() for name in Settings.model_fields}
    for name in (*REPLICAS, "migrate"):
        service = services[name]
        assert set(service["environment"]) <= known
        assert service["env_file"] == ".env"
    assert settings_in_example() - known == {"POSTGRES_PASSWORD"}
    text = (PROJECT / "compose.yaml").read_text()
    wanted = {one.partition(":?")[0] for one in re.findall(r"\$\{([^}]*)\}", text)}
    assert wanted <= settings_in_example()
    assert "xox" not in text


def test_nothing_is_reached_from_outside_but_the_balancer(
    services: dict[str, dict[str, Any]],
) -> None:
    assert [name for name, service in services.items() if "ports" in service] == ["balancer"]
    (port,) = services["balancer"]["ports"]
    assert port.startswith("127.0.0.1:")
    assert f":{port.rpartition(':')[2]} {{" in CADDYFILE.read_text()


def test_the_balancer_knows_every_replica_at_the_images_port_and_the_bots_paths(
    services: dict[str, dict[str, Any]],
) -> None:
    rules = CADDYFILE.read_text()
    (upstreams,) = re.findall(r"reverse_proxy ([^{]*) \{", rules)
    port = image_lines()["EXPOSE"]
    assert upstreams.split() == [f"{name}:{port}" for name in REPLICAS]
    assert services["bot-1"]["environment"]["PORT"] == port
    web = build_web(
        health=Health(alive=lambda: None, ready=lambda: None),
        bolt=_no_bolt(),
        signing_secret="secret",
        threads=1,
    )
    served = {route.path for route in web.routes if isinstance(route, Route)}
    (known,) = re.findall(r"@known path (.*)", rules)
    assert {"/slack/events", "/readyz"} == set(known.split()) <= served
    (mounted,) = services["balancer"]["volumes"]
    assert (PROJECT / mounted.partition(":")[0]) == CADDYFILE


def _no_bolt() -> Any:
    """Nothing is dispatched here."""
    return object()


def test_all_that_runs_is_started_again_watched_and_given_time_to_end(
    services: dict[str, dict[str, Any]],
) -> None:
    lasting = {name: service for name, service in services.items() if name != "migrate"}
    for name, service in lasting.items():
        assert service["restart"] == "unless-stopped", name
        given = SECONDS.fullmatch(service["stop_grace_period"])
        assert given is not None
        assert int(given.group(1)) >= 2 * STOP_WITHIN + 2, name
        watched_by_image = name in REPLICAS and "HEALTHCHECK" in image_lines()
        assert watched_by_image or "test" in service["healthcheck"], name
    assert services["migrate"]["restart"] == "no"


def test_replicas_start_after_the_tables_and_write_nowhere(
    services: dict[str, dict[str, Any]],
) -> None:
    for name in REPLICAS:
        replica = services[name]
        assert replica["read_only"] is True
        written = [line for line in (image_lines()["VOLUME"],) if line == "$DATA"]
        assert written
        assert set(replica["tmpfs"]) == {"/tmp", "/data"}  # noqa: S108, inside of a container
        waits = replica["depends_on"]
        assert waits["migrate"]["condition"] == "service_completed_successfully"
        assert waits["database"]["condition"] == "service_healthy"


def test_what_is_kept_lies_in_a_named_volume(
    compose: dict[str, Any], services: dict[str, dict[str, Any]]
) -> None:
    (kept,) = services["database"]["volumes"]
    assert kept.partition(":")[0] in compose["volumes"]
    assert services["database"]["image"] == "postgres:18"


def test_every_file_that_is_mounted_is_there(services: dict[str, dict[str, Any]]) -> None:
    for service in services.values():
        for mount in service.get("volumes", ()):
            source = mount.partition(":")[0]
            assert not source.startswith("./") or (PROJECT / Path(source)).is_file(), source


PAGES = [PROJECT / "README.md", PROJECT / "compose.yaml", *(PROJECT / "docs").rglob("*.md")]
CALLS = re.compile(r"docker compose ((?:run|up|stop|exec|restart|logs|build)\b[^`\n;&|]*)")
WITH_A_VALUE = frozenset({"--volume", "--user", "--env"})


def calls_of_compose() -> list[tuple[str, dict[str, str], list[str]]]:
    """Every call a page names: what is done, options that have a value, and the other words."""
    found = []
    for page in PAGES:
        for told in CALLS.findall(page.read_text()):
            action, *words = told.split("#")[0].split()
            values: dict[str, str] = {}
            rest: list[str] = []
            at = iter(words)
            for word in at:
                if word in WITH_A_VALUE:
                    values[word] = next(at)
                elif not word.startswith("-") or rest:
                    rest.append(word.rstrip(").,:"))
            found.append((action, values, rest))
    return found


def test_every_call_of_compose_in_the_pages_names_services_that_are_there(
    services: dict[str, dict[str, Any]],
) -> None:
    calls = calls_of_compose()
    assert {"run", "up", "stop"} <= {action for action, _, _ in calls}
    for action, _, rest in calls:
        named = rest[:1] if action in ("run", "exec") else rest
        assert set(named) - {"$one"} <= services.keys(), (action, rest)
        assert named or action not in ("run", "exec")


def test_what_a_container_backs_up_lies_on_the_host() -> None:
    backups = [(values, rest) for _, values, rest in calls_of_compose() if "backup" in rest]
    assert backups
    for values, rest in backups:
        _, _, inside = values["--volume"].partition(":")
        assert rest[rest.index("--to") + 1].startswith(inside)
