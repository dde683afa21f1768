"""Slack's own packages for Node, installed once outside of the project by their lock file."""

import os
import shutil
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).parent / "node"
MISSING = "no Node.js with npm on this machine (on Debian: apt-get install nodejs npm)"


class NotInstalled(Exception):
    """npm could not bring the packages; the sentence is npm's last."""


def find_node() -> Path | None:
    """Find the program, if npm is there as well."""
    node = shutil.which("node")
    return Path(node) if node and shutil.which("npm") else None


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
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(
            command, cwd=work, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
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
    if find_node() is None:
        sys.exit(MISSING)
    installed()
