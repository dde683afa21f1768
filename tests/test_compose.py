"""What compose.yaml says is held against the image, the settings and the balancer's file."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from starlette.routing import Route

from bot.bootstrap import KEEPS_IDLE, LINGER, STOP_WITHIN
from bot.settings import Settings
from bot.slack_calls import BEFORE_ANSWER
from bot.web.app import LARGEST_BODY, Health, build_web
from tests.test_container import PROJECT, container

SECONDS = re.compile(r"(\d+)s")
REPLICAS = ("bot-1", "bot-2", "bot-3")
OPERATIONS = PROJECT / "docs" / "operations"
CADDYFILE = OPERATIONS / "Caddyfile"
MONITORING = OPERATIONS / "monitoring.md"
MOVING = OPERATIONS / "moving-to-postgresql.md"
OF_COMPOSE = {"DATABASE_URL", "PORT"}
FOR_TESTS = {"SLACK_API_URL", "HANDOFF_CLOCK_URL", "HANDOFF_HURRY"}
SLACK_WAITS = 3.0


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


def loopback_port(published: str) -> int:
    """The host's port of one that is open on the host's loopback alone."""
    found = re.fullmatch(r"127\.0\.0\.1:(\d+):\d+", published)
    assert found, published
    return int(found.group(1))


def block(name: str) -> str:
    """What stands in a block of the balancer's file."""
    told = re.search(rf"^{re.escape(name)} {{\n(.*?)^}}", CADDYFILE.read_text(), re.DOTALL | re.M)
    assert told, name
    return told.group(1)


def balancing() -> dict[str, str]:
    """How the balancer passes on what it is asked, by the names of Caddy's options."""
    told = block("(replicas)").splitlines()
    lines = (line.strip().rstrip("{").split(maxsplit=1) for line in told)
    return {line[0]: line[1].strip() for line in lines if len(line) == 2 and line[0] != "#"}


def seconds(told: str) -> float:
    """A duration of Caddy's."""
    number, unit = re.fullmatch(r"(\d+)(ms|s)", told).groups()  # type: ignore[union-attr]
    return int(number) / {"ms": 1000, "s": 1}[unit]


def test_three_replicas_of_one_image_run_what_the_image_runs(
    services: dict[str, dict[str, Any]],
) -> None:
    assert [name for name in services if name.startswith("bot")] == list(REPLICAS)
    alike = [{**services[name], "ports": None} for name in REPLICAS]
    assert alike == [alike[0]] * len(REPLICAS)
    assert not {"command", "entrypoint", "healthcheck", "user"} & alike[0].keys()


def test_one_service_builds_the_image_and_those_that_take_it_wait_for_that_one(
    services: dict[str, dict[str, Any]],
) -> None:
    # Compose builds all at once, and the second to give an image its name fails.
    assert [name for name, service in services.items() if "build" in service] == ["migrate"]
    assert (services["migrate"]["build"], services["migrate"]["image"]) == (".", "handoff-bot")
    for name in REPLICAS:
        assert (services[name]["image"], services[name]["pull_policy"]) == ("handoff-bot", "never")
        assert "migrate" in services[name]["depends_on"]


def test_every_variable_is_a_setting_and_every_secret_comes_from_the_env_file(
    services: dict[str, dict[str, Any]],
) -> None:
    known = {name.upper() for name in Settings.model_fields}
    for name in (*REPLICAS, "migrate"):
        service = services[name]
        assert set(service["environment"]) <= known
        assert service["environment"].keys() >= OF_COMPOSE
        assert service["env_file"] == ".env"
    assert settings_in_example() == known - OF_COMPOSE - FOR_TESTS | {"POSTGRES_PASSWORD"}
    text = (PROJECT / "compose.yaml").read_text()
    wanted = {one.partition(":")[0] for one in re.findall(r"\$\{([^}]*)\}", text)}
    assert wanted <= settings_in_example()
    assert "xox" not in text


def test_a_policy_file_is_mounted_where_the_bot_looks_for_it_and_none_is_no_setting(
    services: dict[str, dict[str, Any]],
) -> None:
    for name in (*REPLICAS, "migrate"):
        (mounted,) = services[name]["volumes"]
        source, inside, how = re.fullmatch(r"(\$\{[^}]*\}):([^:]*):(\w+)", mounted).groups()  # type: ignore[union-attr]
        assert (source, how) == ("${HANDOFF_POLICY:-/dev/null}", "ro")
        assert services[name]["environment"]["HANDOFF_POLICY"] == f"${{HANDOFF_POLICY:+{inside}}}"


def test_all_that_is_open_is_open_to_this_machine_alone_and_each_replica_has_a_port(
    services: dict[str, dict[str, Any]],
) -> None:
    opened = {name: one["ports"] for name, one in services.items() if "ports" in one}
    assert opened.keys() == {*REPLICAS, "balancer"}
    assert all(len(ports) == 1 for ports in opened.values())
    hosts = [loopback_port(ports[0]) for ports in opened.values()]
    assert len(set(hosts)) == len(hosts)
    for name in REPLICAS:
        assert opened[name][0].endswith(f":{image_lines()['EXPOSE']}")


def test_only_slacks_requests_are_led_in_and_only_compose_asks_whether_a_replica_is_ready(
    services: dict[str, dict[str, Any]],
) -> None:
    balancer = services["balancer"]
    (published,) = balancer["ports"]
    *_, url = balancer["healthcheck"]["test"]
    asked = urlsplit(url)
    outside, inside = block(f":{published.rpartition(':')[2]}"), block(f":{asked.port}")
    assert re.findall(r"handle (\S+) {", outside) == ["/slack/events"]
    assert re.findall(r"handle (\S+) {", inside) == [asked.path] == ["/readyz"]
    for one in (outside, inside):
        assert re.search(r"handle {\s*respond 404\s*}", one)
    assert {"/slack/events", "/readyz"} <= served()


def test_the_balancer_knows_every_replica_at_the_images_port(
    services: dict[str, dict[str, Any]],
) -> None:
    port = image_lines()["EXPOSE"]
    assert balancing()["reverse_proxy"].split() == [f"{name}:{port}" for name in REPLICAS]
    assert services["bot-1"]["environment"]["PORT"] == port
    (mounted,) = services["balancer"]["volumes"]
    assert (PROJECT / mounted.partition(":")[0]) == CADDYFILE


def test_the_balancer_lets_go_of_who_is_not_ready_and_asks_another_while_slack_waits() -> None:
    told = balancing()
    assert told["health_uri"] in served()
    # One that ends takes requests for so long; whether it is ready takes a second at most to say.
    assert seconds(told["health_interval"]) < LINGER
    assert seconds(told["health_timeout"]) > 1.0
    assert (told["method"], told["path"]) == ("POST", "/slack/events")
    first, longest = seconds(told["response_header_timeout"]), seconds(told["lb_try_duration"])
    assert first + seconds(told["lb_try_interval"]) < longest < SLACK_WAITS
    assert first >= BEFORE_ANSWER, "an answer that was still to come would be cut off"
    assert 2 * seconds(told["dial_timeout"]) < longest
    assert told["request_buffers"] == f"{LARGEST_BODY // 1_000_000}MB"
    assert seconds(told["keepalive"]) < KEEPS_IDLE
    # With it a Slack that is slow for a while would take all replicas out at once.
    assert "fail_duration" not in told


def test_the_balancer_is_one_that_sends_a_body_again(services: dict[str, dict[str, Any]]) -> None:
    name, _, version = services["balancer"]["image"].partition(":")
    assert name == "caddy"
    assert tuple(int(part) for part in version.split(".")) >= (2, 11)


def test_the_page_on_watching_has_prometheus_ask_every_replica(
    services: dict[str, dict[str, Any]],
) -> None:
    examples = re.findall(r"```yaml\n(scrape_configs:.*?)```", MONITORING.read_text(), re.DOTALL)
    one, several = [
        [target for job in yaml.safe_load(text)["scrape_configs"] for target in targets(job)]
        for text in examples
    ]
    assert one == [f"127.0.0.1:{Settings.model_fields['port'].default}"]
    ports = [loopback_port(services[name]["ports"][0]) for name in REPLICAS]
    assert several == [f"127.0.0.1:{port}" for port in ports]


def targets(job: dict[str, Any]) -> list[str]:
    """Whom a job of Prometheus' asks; the alert rules know it by its name."""
    assert job["job_name"] == "handoff"
    return [target for group in job["static_configs"] for target in group["targets"]]


def test_the_page_on_watching_gives_each_replica_a_heartbeat_of_its_own() -> None:
    (told,) = re.findall(r"```yaml\n(services:.*?)```", MONITORING.read_text(), re.DOTALL)
    override = yaml.safe_load(told)["services"]
    assert list(override) == list(REPLICAS)
    urls = [one["environment"]["HANDOFF_HEARTBEAT_URL"] for one in override.values()]
    assert len(set(urls)) == len(urls)
    assert "compose.override.yaml" in (PROJECT / ".gitignore").read_text().splitlines()


def served() -> set[str]:
    """The paths a replica answers."""
    web = build_web(
        health=Health(alive=lambda: None, ready=lambda: None),
        bolt=_no_bolt(),
        signing_secret="secret",
        threads=1,
    )
    return {route.path for route in web.routes if isinstance(route, Route)}


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


def test_what_a_container_copies_lies_on_the_host_and_goes_into_composes_database(
    compose: dict[str, Any],
) -> None:
    (call,) = [one for one in CALLS.findall(MOVING.read_text()) if "handoff-bot copy" in one]
    mounted = re.findall(r"--volume (\S+):(\S+)", call)
    ((_, inside),) = mounted
    assert f"DATABASE_URL=sqlite:///{inside}/" in call
    url = compose["services"]["bot-1"]["environment"]["DATABASE_URL"]
    assert f"--to postgresql://handoff@{url.rpartition('@')[2]}'" in call
    assert "PGPASSWORD=$POSTGRES_PASSWORD" in call
