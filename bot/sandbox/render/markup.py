"""HTML put together so that whatever is not already Markup gets escaped."""

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from bot.sandbox.render.reader import Reader
from bot.sandbox.workspace import Json

Attribute: TypeAlias = str | int | bool | None

_VOID: Final = frozenset({"br", "hr", "img", "input"})
_SAFE_SCHEMES: Final = frozenset({"http", "https", "mailto"})


def tag(name: str, attributes: Mapping[str, Attribute] | None = None, *inside: str) -> Markup:
    """One element; an attribute that is None or False is left out, one that is True stands bare."""
    shown = Markup("").join(_attribute(key, value) for key, value in (attributes or {}).items())
    start = Markup("<{}{}>").format(name, shown)
    if name in _VOID:
        return start
    return start + join(inside) + Markup("</{}>").format(name)


def _attribute(key: str, value: Attribute) -> Markup:
    if value is None or value is False:
        return Markup("")
    if value is True:
        return Markup(" {}").format(key)
    return Markup(' {}="{}"').format(key, value)


def join(parts: Iterable[str], between: str = "") -> Markup:
    return escape(between).join(escape(part) for part in parts)


def lines(text: str) -> Markup:
    """Plain text with its line breaks kept."""
    return join(text.split("\n"), Markup("<br>"))


def safe_url(url: str) -> str | None:
    """The address if a browser may follow it; None for javascript:, data: and the like."""
    try:
        scheme = urlsplit(url.strip()).scheme.lower()
    except ValueError:
        return None
    return url.strip() if scheme in _SAFE_SCHEMES else None


def link(url: str, label: str, reader: Reader) -> Markup:
    """A link within the page, a link that opens elsewhere, or only its label when it is unsafe."""
    inside = reader.here(url)
    if inside is not None:
        return tag("a", {"href": inside}, label)
    outside = safe_url(url)
    if outside is None:
        return tag("span", {"class": "dead-link", "title": url}, label)
    return tag(
        "a", {"href": outside, "target": "_blank", "rel": "noopener noreferrer nofollow"}, label
    )


def image(url: str, alt: str, css_class: str) -> Markup:
    address = safe_url(url)
    if address is None or address.startswith("mailto:"):
        return tag("span", {"class": "no-image"}, alt)
    return tag(
        "img",
        {
            "class": css_class,
            "src": address,
            "alt": alt,
            "loading": "lazy",
            "referrerpolicy": "no-referrer",
        },
    )


def picture(element: Json, css_class: str) -> Markup:
    """The picture of an image block or element."""
    url = element.get("image_url") or element.get("slack_file", {}).get("url", "")
    return image(url, element["alt_text"], css_class)
