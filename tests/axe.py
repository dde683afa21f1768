"""axe-core in a page: what a screen reader or a weak eye would stumble over."""

from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

_RUN = """async () => (await axe.run(document, {resultTypes: ["violations"]})).violations
    .map((one) => [one.id, one.nodes.map((node) => `${node.target}: ${node.failureSummary}`)])"""


@cache
def _source() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def stumbles(page: Page) -> list[Any]:
    """Rules that the page breaks, each with where."""
    # By the debugger's way in, which no policy of the page stands against.
    page.evaluate(_source())
    found: list[Any] = page.evaluate(_RUN)
    return found
