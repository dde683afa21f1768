"""The stand-in for a Docker engine reads the Dockerfile as Docker would, and refuses the rest."""

import importlib.util
import json
import queue
import sys
from pathlib import Path
from types import ModuleType

import pytest

PROJECT = Path(__file__).resolve().parent.parent


def load_container() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ci_container", PROJECT / ".ci" / "container.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look up their module
    spec.loader.exec_module(module)
    return module


container = load_container()


def played_at(root: Path, **environment: str) -> object:
    root.mkdir()
    return container.Played(root=root, workdir=root, environment=dict(environment))


def spoken(*lines: str) -> "queue.SimpleQueue[str]":
    heard: queue.SimpleQueue[str] = queue.SimpleQueue()
    for line in lines:
        heard.put(line)
    return heard


def test_stages_are_split_at_from_and_named() -> None:
    stages = container.parse("FROM python:3.11 AS build\nRUN one\nFROM python:3.11\nCMD two\n")
    assert [(stage.name, stage.base) for stage in stages] == [
        ("build", "python:3.11"),
        ("1", "python:3.11"),
    ]
    assert [(line.word, line.rest) for line in stages[0].lines] == [("RUN", "one")]


def test_continued_lines_are_one_and_comments_between_them_are_none() -> None:
    stage = container.parse("FROM python:3.11\nRUN one \\\n  # why\n  && two\n")[0]
    assert [line.rest.split() for line in stage.lines] == [["one", "&&", "two"]]


def test_a_line_before_the_first_from_is_refused() -> None:
    with pytest.raises(container.Refused, match="before the first FROM"):
        container.parse("RUN echo\nFROM python:3.11\n")


def test_a_json_command_is_run_as_it_is_and_any_other_by_the_shell() -> None:
    assert container.command_of('["handoff-bot", "run"]') == ["handoff-bot", "run"]
    assert container.command_of("a && b") == ["/bin/sh", "-c", "a && b"]


def test_a_health_check_is_read_behind_its_options() -> None:
    assert container.health_check_of('--timeout=3s CMD ["a", "b"]') == ["a", "b"]
    with pytest.raises(container.Refused):
        container.health_check_of("NONE")


def test_names_are_put_in_as_docker_does() -> None:
    values = {"DATA": "/data"}
    assert container.expand("sqlite:///$DATA/a.db ${DATA}$NONE", values) == (
        "sqlite:////data/a.db /data"
    )


def test_env_paths_are_moved_below_the_stage_and_values_built_from_them_follow(
    tmp_path: Path,
) -> None:
    played = played_at(tmp_path / "image")
    for rest in ("DATA=/data PORT=3000", "DATABASE_URL=sqlite:///$DATA/a.db"):
        container.play_line(container.Line("ENV", rest), played, earlier={}, context=tmp_path)
    data = tmp_path / "image" / "data"
    assert played.environment == {  # type: ignore[attr-defined]
        "DATA": str(data),
        "PORT": "3000",
        "DATABASE_URL": f"sqlite:///{data}/a.db",
    }


def test_copying_a_folder_copies_what_is_in_it_and_a_file_keeps_its_name(tmp_path: Path) -> None:
    context = tmp_path / "project"
    (context / "bot").mkdir(parents=True)
    (context / "bot" / "cli.py").write_text("1")
    (context / "README.md").write_text("2")
    played = played_at(tmp_path / "image")
    container.copy("bot ./bot", played, earlier={}, context=context)
    container.copy("README.md ./", played, earlier={}, context=context)
    assert (tmp_path / "image" / "bot" / "cli.py").read_text() == "1"
    assert (tmp_path / "image" / "README.md").read_text() == "2"


def test_copying_from_an_earlier_stage_takes_that_stages_files(tmp_path: Path) -> None:
    build = played_at(tmp_path / "build")
    (tmp_path / "build" / "wheels").mkdir()
    (tmp_path / "build" / "wheels" / "a.whl").write_text("wheel")
    played = played_at(tmp_path / "image", WHEELS=str(tmp_path / "image" / "wheels"))
    container.copy(
        "--from=build $WHEELS $WHEELS", played, earlier={"build": build}, context=tmp_path
    )
    assert (tmp_path / "image" / "wheels" / "a.whl").read_text() == "wheel"
    with pytest.raises(container.Refused, match="no stage other"):
        container.copy("--from=other $WHEELS /x", played, earlier={}, context=tmp_path)


@pytest.mark.parametrize(
    "rest",
    [
        "install -d /data",
        'pip wheel -w "/wheels" .',
        "DIR=/srv make",
        "PATH=x:/opt/bin y",
        "pwd>/srv/x",
    ],
)
def test_a_run_line_that_names_this_machines_folders_is_refused(rest: str, tmp_path: Path) -> None:
    played = played_at(tmp_path / "image")
    with pytest.raises(container.Refused, match="by ENV instead"):
        container.play_line(container.Line("RUN", rest), played, earlier={}, context=tmp_path)


def test_a_run_line_runs_in_the_workdir_with_the_images_environment(tmp_path: Path) -> None:
    played = played_at(tmp_path / "image")
    for word, rest in (
        ("ENV", "DATA=/data"),
        ("WORKDIR", "/src"),
        ("RUN", 'mkdir "$DATA" && pwd > "$DATA"/where'),
    ):
        container.play_line(container.Line(word, rest), played, earlier={}, context=tmp_path)
    where = (tmp_path / "image" / "data" / "where").read_text().strip()
    assert Path(where).resolve() == (tmp_path / "image" / "src").resolve()


def test_a_run_line_that_fails_is_refused_with_its_last_words(tmp_path: Path) -> None:
    played = played_at(tmp_path / "image")
    line = container.Line("RUN", "echo broken wheel >&2; exit 3")
    with pytest.raises(container.Refused, match=r"exit 3\nbroken wheel"):
        container.play_line(line, played, earlier={}, context=tmp_path)


def test_an_unknown_instruction_is_refused_by_name(tmp_path: Path) -> None:
    played = played_at(tmp_path / "image")
    with pytest.raises(container.Refused, match="does not know ADD"):
        container.play_line(container.Line("ADD", "x y"), played, earlier={}, context=tmp_path)


def test_the_sandboxs_lines_become_the_bots_settings() -> None:
    lines = spoken(
        "Sandbox on http://127.0.0.1:4000",
        "SLACK_API_URL=http://127.0.0.1:4000/api/",
        "export SLACK_BOT_TOKEN=xoxb-1",
        "SLACK_APP_TOKEN='xapp-1'",
        "SLACK_SIGNING_SECRET=abc=",
    )
    assert container.settings_from(lines, within=1.0) == {
        "SLACK_API_URL": "http://127.0.0.1:4000/api/",
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "SLACK_SIGNING_SECRET": "abc=",
    }


def test_a_sandbox_that_keeps_a_setting_to_itself_is_named() -> None:
    with pytest.raises(container.Refused, match=r"did not say SLACK_SIGNING_SECRET$"):
        container.settings_from(
            spoken("SLACK_API_URL=a", "SLACK_BOT_TOKEN=b", "SLACK_APP_TOKEN=c"), within=0.0
        )


def test_the_projects_own_dockerfile_can_be_played_whole() -> None:
    build, image = container.parse((PROJECT / "Dockerfile").read_text())
    runs = [line.rest for stage in (build, image) for line in stage.lines if line.word == "RUN"]
    assert len(runs) >= 2
    assert [container.absolute_paths(rest) for rest in runs] == [[] for _ in runs]
    last = {line.word: line.rest for line in image.lines}
    assert json.loads(last["CMD"]) == ["handoff-bot", "run"]
    assert "/healthz" in container.health_check_of(last["HEALTHCHECK"])[-1]
    assert last["EXPOSE"] == "3000"
    assert int(last["USER"].partition(":")[0]) > 0
    compile(container.health_check_of(last["HEALTHCHECK"])[-1], "HEALTHCHECK", "exec")
