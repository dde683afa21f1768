"""The words of a message as its readers see them, whatever Slack made them of."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

NameOf = Callable[[str], str | None]
"""The name of somebody by Slack's id, where it is known."""

_TOKEN: Final = re.compile(r"<([^<>]+)>")
_LISTS: Final = frozenset({"rich_text_list", "rich_text_quote", "rich_text_preformatted"})


def words_of(message: Mapping[str, Any], name_of: NameOf) -> str:
    """The text of a message; where it has none, what its blocks and attachments say."""
    text = _as_read(message.get("text"), name_of).strip()
    if text:
        return text
    parts = [_blocks(message.get("blocks"), name_of)]
    parts += [_attachment(one, name_of) for one in _objects(message.get("attachments"))]
    return _under_each_other(parts)


def author_of(message: Mapping[str, Any], name_of: NameOf) -> str:
    """Whoever wrote it, as the payload names them: a person, else the bot it was posted by."""
    profile = _object(message.get("bot_profile"))
    by_app = message.get("bot_id") or message.get("username")
    names = [message.get("username"), profile.get("name")] if by_app else []
    user = _string(message.get("user"))
    if user and not by_app:
        own = _object(message.get("user_profile"))
        names += [name_of(user), own.get("real_name"), own.get("display_name")]
    names.append(user)
    return next((name for one in names if (name := _string(one).strip())), "")


def people_in(message: Mapping[str, Any]) -> list[str]:
    """Slack ids of everybody named in it, with its author."""
    found = [_string(message.get("user"))]
    found += re.findall(r"<@([A-Z0-9]+)", _string(message.get("text")))
    found += list(_users(message.get("blocks")))
    found += list(_users(message.get("attachments")))
    return list(dict.fromkeys(one for one in found if one))


def _users(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _users(one)
    if isinstance(node, Mapping):
        if node.get("type") == "user":
            yield _string(node.get("user_id"))
        for key, value in node.items():
            if isinstance(value, str) and key in ("text", "value", "pretext"):
                yield from re.findall(r"<@([A-Z0-9]+)", value)
            else:
                yield from _users(value)


def _blocks(blocks: Any, name_of: NameOf) -> str:
    return _under_each_other(_block(one, name_of) for one in _objects(blocks))


def _block(block: Mapping[str, Any], name_of: NameOf) -> str:
    """What one block says; buttons and inputs say nothing that anybody wrote."""
    kind = block.get("type")
    if kind == "rich_text":
        return _under_each_other(_rich(one, name_of) for one in _objects(block.get("elements")))
    if kind in ("section", "header", "alert"):
        texts = [block.get("text"), *_objects(block.get("fields"))]
        return _under_each_other(_text(one, name_of) for one in texts)
    if kind == "context":
        shown = (_text(one, name_of) for one in _objects(block.get("elements")))
        return " ".join(one for one in shown if one)
    if kind == "markdown":
        return _string(block.get("text"))
    if kind in ("image", "video"):
        title = _text(block.get("title"), name_of)
        return title or _string(block.get("alt_text"))
    if kind == "table":
        rows = block.get("rows")
        return _under_each_other(
            _row(row, name_of) for row in (rows if isinstance(rows, list) else ())
        )
    return ""


def _row(row: Any, name_of: NameOf) -> str:
    cells = (
        _rich(one, name_of) if one.get("type") == "rich_text" else _text(one, name_of)
        for one in _objects(row)
    )
    return " | ".join(cells)


def _text(node: Any, name_of: NameOf) -> str:
    """A text object, or an image among texts."""
    one = _object(node)
    if one.get("type") == "image":
        return _string(one.get("alt_text"))
    if one.get("type") == "plain_text":
        return _unescaped(_string(one.get("text")))
    return _as_read(one.get("text"), name_of)


def _rich(node: Mapping[str, Any], name_of: NameOf) -> str:
    """A part of rich text: sections, lists, quotes and what stands in their lines."""
    kind, inner = node.get("type"), _objects(node.get("elements"))
    if kind == "rich_text_list":
        ordered = node.get("style") == "ordered"
        return "\n".join(
            f"{f'{number}.' if ordered else '•'} {_rich(one, name_of)}"
            for number, one in enumerate(inner, start=1)
        )
    if kind == "rich_text":
        return _under_each_other(_rich(one, name_of) for one in inner)
    if kind == "rich_text_section" or kind in _LISTS:
        return "".join(_rich(one, name_of) for one in inner)
    return _in_line(node, name_of)


def _in_line(node: Mapping[str, Any], name_of: NameOf) -> str:
    match node.get("type"):
        case "text":
            return _string(node.get("text"))
        case "link":
            url, label = _string(node.get("url")), _string(node.get("text"))
            return f"{label} ({url})" if label and label != url else url
        case "user":
            user = _string(node.get("user_id"))
            return f"@{name_of(user) or user}"
        case "usergroup":
            return f"@{_string(node.get('usergroup_id'))}"
        case "broadcast":
            return f"@{_string(node.get('range'))}"
        case "channel":
            return f"#{_string(node.get('channel_id'))}"
        case "emoji":
            return f":{_string(node.get('name'))}:"
        case "date":
            return _string(node.get("fallback"))
    return ""


def _attachment(one: Mapping[str, Any], name_of: NameOf) -> str:
    parts = [
        *(_as_read(one.get(name), name_of) for name in ("pretext", "author_name", "title", "text")),
        *(
            ": ".join(
                part
                for part in (_as_read(field.get(name), name_of) for name in ("title", "value"))
                if part
            )
            for field in _objects(one.get("fields"))
        ),
        _blocks(one.get("blocks"), name_of),
    ]
    return _under_each_other(parts) or _as_read(one.get("fallback"), name_of)


def _as_read(text: Any, name_of: NameOf) -> str:
    """Slack's own signs in a text turned into what is read there."""

    def shown(found: re.Match[str]) -> str:
        target, _, label = found[1].partition("|")
        match target[:1]:
            case "@":
                return f"@{label.lstrip('@') or name_of(target[1:]) or target[1:]}"
            case "#":
                return f"#{label or target[1:]}"
            case "!":
                return label or f"@{target[1:].partition('^')[0]}"
        address = target.removeprefix("mailto:")
        return f"{label} ({address})" if label and label != address else address

    return _unescaped(_TOKEN.sub(shown, _string(text)))


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _under_each_other(parts: Iterable[str]) -> str:
    return "\n".join(part for one in parts if (part := one.strip()))


def _object(node: Any) -> Mapping[str, Any]:
    return node if isinstance(node, Mapping) else {}


def _objects(nodes: Any) -> list[Mapping[str, Any]]:
    return [one for one in nodes if isinstance(one, Mapping)] if isinstance(nodes, list) else []


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
