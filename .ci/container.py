"""Run what the Dockerfile runs, on a machine without a Docker engine.

It plays the Dockerfile line by line in a scratch folder: each stage is a subfolder with a virtual
environment standing in for the Python of its base image, COPY copies, ENV and WORKDIR are kept with
their paths moved below that subfolder, RUN lines are run by the shell. Then it starts CMD against
the bot's own sandbox in place of Slack, waits for the HEALTHCHECK line to succeed, and ends it.

It proves that these lines work as written, that the wheel holds every file the bot and its
sandbox need, and that CMD answers /healthz and ends on SIGTERM. It does not prove that the image
builds: base images are not pulled, .dockerignore, USER and --chown are not applied, and what
Debian's slim image lacks is not noticed.
"""

import json
import os
import queue
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

SANDBOX = ("handoff-bot", "sandbox", "--print-env")
MAKE_KEY = ("handoff-bot", "key")
SANDBOX_SAYS = ("SLACK_API_URL", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET")
NOT_PLAYED = ("USER", "EXPOSE", "VOLUME")
ANSWER_WITHIN_SECONDS = 60.0
END_WITHIN_SECONDS = 15.0
BETWEEN_CHECKS_SECONDS = 0.25


class Refused(Exception):
    """A line that this script cannot play faithfully, or one that failed."""


@dataclass(frozen=True)
class Line:
    """One instruction of a Dockerfile, continuation lines joined."""

    word: str
    rest: str


@dataclass(frozen=True)
class Stage:
    """What stands between one FROM and the next."""

    name: str
    base: str
    lines: tuple[Line, ...]


@dataclass
class Played:
    """A stage after its lines were run, and the folder that stands for its file system."""

    root: Path
    workdir: Path
    environment: dict[str, str] = field(default_factory=dict)
    command: list[str] = field(default_factory=list)
    health_check: list[str] = field(default_factory=list)

    def inside(self, path: str) -> Path:
        """Give the place in the scratch folder of a path as the Dockerfile writes it."""
        expanded = Path(expand(path, self.environment))
        if not expanded.is_absolute():
            return self.workdir / expanded
        if expanded.is_relative_to(self.root):
            return expanded
        return self.root / expanded.relative_to("/")


def parse(text: str) -> list[Stage]:
    """Split a Dockerfile into stages; refuse what comes before the first FROM."""
    kept = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\[ \t]*\n", " ", "\n".join(kept))
    stages: list[Stage] = []
    for written in filter(None, map(str.strip, joined.splitlines())):
        word, _, rest = written.partition(" ")
        line = Line(word.upper(), rest.strip())
        if line.word == "FROM":
            base, *named = line.rest.split()
            name = named[1] if named and named[0].lower() == "as" else str(len(stages))
            stages.append(Stage(name=name, base=base, lines=()))
        elif not stages:
            raise Refused(f"{written}: stands before the first FROM")
        else:
            last = stages[-1]
            stages[-1] = Stage(name=last.name, base=last.base, lines=(*last.lines, line))
    if not stages:
        raise Refused("the Dockerfile has no FROM")
    return stages


def expand(text: str, environment: dict[str, str]) -> str:
    """Put in the values of $NAME and ${NAME}; as in Docker, nothing for a name that is not set."""
    return re.sub(r"\$(?:\{(\w+)\}|(\w+))", lambda m: environment.get(m[1] or m[2], ""), text)


def command_of(rest: str) -> list[str]:
    """Read RUN's or CMD's two forms: a JSON list as it is, anything else through the shell."""
    if rest.startswith("["):
        words: list[str] = json.loads(rest)
        return words
    return ["/bin/sh", "-c", rest]


def health_check_of(rest: str) -> list[str]:
    """Read the command of a HEALTHCHECK, whose options come first."""
    options, found, command = rest.partition("CMD ")
    if not found or any(not word.startswith("--") for word in options.split()):
        raise Refused(f"HEALTHCHECK {rest}: only CMD with options is played")
    return command_of(command.strip())


def absolute_paths(command: str) -> list[str]:
    """Find paths a RUN line names outright: here they would mean this machine's own folders."""
    return re.findall(r"(?:^|[\s=:;&|<>(])[\"']?(/\w[\w./-]*)", command)


def play(stage: Stage, *, root: Path, earlier: dict[str, Played], context: Path) -> Played:
    """Run one stage's lines below `root`; raise Refused at the first that fails."""
    if not stage.base.startswith("python:"):
        raise Refused(f"FROM {stage.base}: only Python images have a stand-in")
    wanted = re.match(r"\d+\.\d+", stage.base.removeprefix("python:"))
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    if wanted is None or wanted[0] != running:
        say(f"note: Python {running} stands in for {stage.base}")
    root.mkdir(parents=True)
    run([sys.executable, "-m", "venv", str(venv_of(root))], cwd=root, environment=outer())
    played = Played(root=root, workdir=root)
    for line in stage.lines:
        play_line(line, played, earlier=earlier, context=context)
    return played


def play_line(line: Line, played: Played, *, earlier: dict[str, Played], context: Path) -> None:
    """Do one instruction; raise Refused if it fails or is not one that can be played."""
    if line.word == "ENV":
        for pair in shlex.split(line.rest):
            name, _, value = pair.partition("=")
            moved = str(played.inside(value)) if value.startswith("/") else None
            played.environment[name] = moved or expand(value, played.environment)
    elif line.word == "WORKDIR":
        played.workdir = played.inside(line.rest)
        played.workdir.mkdir(parents=True, exist_ok=True)
    elif line.word == "COPY":
        copy(line.rest, played, earlier=earlier, context=context)
    elif line.word == "RUN":
        if outright := absolute_paths(line.rest):
            raise Refused(f"RUN {line.rest}: name {', '.join(outright)} by ENV instead")
        say(f"RUN {line.rest}")
        run(command_of(line.rest), cwd=played.workdir, environment=inner(played))
    elif line.word == "CMD":
        played.command = command_of(line.rest)
    elif line.word == "HEALTHCHECK":
        played.health_check = health_check_of(line.rest)
    elif line.word not in NOT_PLAYED:
        raise Refused(f"{line.word} {line.rest}: this script does not know {line.word}")


def copy(rest: str, played: Played, *, earlier: dict[str, Played], context: Path) -> None:
    """Copy from the project or an earlier stage; a folder's contents go into the destination."""
    words = shlex.split(rest)
    options = [word for word in words if word.startswith("--")]
    *sources, written_target = [word for word in words if not word.startswith("--")]
    origin = next((o.removeprefix("--from=") for o in options if o.startswith("--from=")), None)
    target = played.inside(written_target)
    for source in sources:
        if origin is None:
            found = context / expand(source, played.environment)
        elif origin in earlier:
            below = played.inside(source).relative_to(played.root)
            found = earlier[origin].root / below
        else:
            raise Refused(f"COPY {rest}: there is no stage {origin} before this one")
        if found.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(found, target, dirs_exist_ok=True, ignore=ignored)
        elif found.is_file():
            as_folder = target.is_dir() or written_target.endswith("/")
            into = target / found.name if as_folder else target
            into.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(found, into)
        else:
            raise Refused(f"COPY {rest}: {source} does not exist")


def venv_of(root: Path) -> Path:
    """Give the virtual environment that stands for the Python of an image."""
    return root / "image-python"


def outer() -> dict[str, str]:
    """Give this machine's environment less what would make the bot behave as someone's own."""
    own = ("SLACK_", "HANDOFF_", "VIRTUAL_ENV", "PYTHON", "DATABASE_URL", "PORT")
    return {name: value for name, value in os.environ.items() if not name.startswith(own)}


def inner(played: Played) -> dict[str, str]:
    """Give the environment that a command in the image would have."""
    path = f"{venv_of(played.root) / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return {**outer(), "PATH": path, **played.environment}


def run(command: list[str], *, cwd: Path, environment: dict[str, str]) -> str:
    """Run a command to its end and give what it printed; raise Refused if it fails."""
    done = subprocess.run(
        command,
        check=False,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if done.returncode != 0:
        raise Refused(f"{shlex.join(command)}: exit {done.returncode}\n{done.stdout[-4000:]}")
    return done.stdout


@contextmanager
def running(
    command: list[str], *, cwd: Path, environment: dict[str, str], log: Path
) -> Iterator[subprocess.Popen[str]]:
    """Keep a process for the length of the block, its output to be read, its errors in a log."""
    with (
        log.open("w") as errors,
        subprocess.Popen(
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            errors="replace",
        ) as process,
    ):
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def spoken(process: subprocess.Popen[str]) -> "queue.SimpleQueue[str]":
    """Read a process's lines as they come, so that it never waits for a reader."""
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()
    out = process.stdout
    if out is None:
        raise Refused("the process has no output to read")

    def listen() -> None:
        for line in out:
            lines.put(line.rstrip("\n"))

    threading.Thread(target=listen, daemon=True).start()
    return lines


def settings_from(lines: "queue.SimpleQueue[str]", *, within: float) -> dict[str, str]:
    """Collect the sandbox's NAME=value lines until all that the bot needs are there."""
    found: dict[str, str] = {}
    until = time.monotonic() + within
    while not set(SANDBOX_SAYS) <= found.keys():
        try:
            line = lines.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            missing = ", ".join(name for name in SANDBOX_SAYS if name not in found)
            raise Refused(f"the sandbox did not say {missing}") from None
        name, equals, value = line.removeprefix("export ").partition("=")
        if equals and name in SANDBOX_SAYS:
            found[name] = shlex.split(value)[0] if value else ""
    return found


def free_port() -> int:
    """Find a port of the loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(image: Played, logs: Path) -> None:
    """Start CMD with the sandbox as Slack, wait for the health check, end it as Docker would."""
    environment = inner(image)
    sandbox = list(SANDBOX)
    say(f"{shlex.join(sandbox)} (stands for Slack)")
    sandbox_log, bot_log = logs / "sandbox.log", logs / "bot.log"
    with running(sandbox, cwd=image.root, environment=environment, log=sandbox_log) as slack:
        try:
            slack_settings = settings_from(spoken(slack), within=ANSWER_WITHIN_SECONDS)
        except Refused as why:
            raise Refused(f"{why}\n{last_words(sandbox_log)}") from None
        key = run(list(MAKE_KEY), cwd=image.root, environment=environment).strip()
        environment |= slack_settings | {"PORT": str(free_port()), "HANDOFF_KEY": key}
        say(f"CMD {shlex.join(image.command)}")
        with running(image.command, cwd=image.workdir, environment=environment, log=bot_log) as bot:
            spoken(bot)
            if never := until_healthy(image, bot, environment):
                raise Refused(f"CMD: {never}\n{last_words(bot_log)}")
            say("HEALTHCHECK: /healthz answered 200")
            bot.send_signal(signal.SIGTERM)
            try:
                code = bot.wait(END_WITHIN_SECONDS)
            except subprocess.TimeoutExpired:
                raise Refused("CMD: still there after SIGTERM") from None
            if code not in (0, -signal.SIGTERM):
                raise Refused(f"CMD: exit {code} after SIGTERM\n{last_words(bot_log)}")
            say("SIGTERM: ended")


def until_healthy(image: Played, bot: subprocess.Popen[str], environment: dict[str, str]) -> str:
    """Repeat the HEALTHCHECK line until it succeeds; give why it never did, or nothing."""
    until = time.monotonic() + ANSWER_WITHIN_SECONDS
    why = ""
    while time.monotonic() < until:
        try:
            run(image.health_check, cwd=image.workdir, environment=environment)
            return ""
        except Refused as unhealthy:
            why = str(unhealthy)
        try:
            return f"ended by itself with exit {bot.wait(BETWEEN_CHECKS_SECONDS)}"
        except subprocess.TimeoutExpired:
            continue
    return f"not healthy after {ANSWER_WITHIN_SECONDS:.0f} s: {why}"


def last_words(log: Path) -> str:
    """Give the end of a log for a message of failure."""
    return log.read_text(errors="replace")[-4000:]


def say(sentence: str) -> None:
    """Tell whoever reads CI's output what is going on."""
    print(f"[container] {sentence}", flush=True)


def main() -> int:
    """Play the Dockerfile beside this script's folder; 0 when all of it worked."""
    project = Path(__file__).resolve().parent.parent
    with tempfile.TemporaryDirectory(prefix="container-") as scratch:
        try:
            played: dict[str, Played] = {}
            for number, stage in enumerate(parse((project / "Dockerfile").read_text())):
                root = Path(scratch).resolve() / f"stage-{number}"
                played[stage.name] = play(stage, root=root, earlier=played, context=project)
            image = list(played.values())[-1]
            if not image.command or not image.health_check:
                raise Refused("the last stage needs a CMD and a HEALTHCHECK")
            start(image, Path(scratch))
        except Refused as why:
            say(f"failed: {why}")
            return 1
    say("the Dockerfile's lines work (the image itself was not built)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
