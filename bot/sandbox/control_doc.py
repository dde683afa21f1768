"""What the control API takes and answers, as OpenAPI and as a page: told by its own routes."""

import inspect
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, get_type_hints

from markupsafe import Markup
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.sandbox.workspace import Json

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way into the control API; its endpoint's docstring says what it is for."""

    verb: str
    path: str
    endpoint: Endpoint
    open: bool = False
    """Whether it answers without the header that keeps other sites' pages out."""
    query: Mapping[str, str] = field(default_factory=dict)
    body: Callable[[], Json] | None = None
    """Made only when somebody reads it."""
    answer: Json = field(default_factory=lambda: {"type": "object"})
    refusals: Collection[int] = ()


def act_schema(name: str, method: Callable[..., Any]) -> Json:
    """One act's body, read off the signature of the method that does it."""
    hints = get_type_hints(method)
    given: Json = {"type": "object", "properties": {}, "additionalProperties": False}
    required = []
    for parameter in list(inspect.signature(method).parameters.values())[1:]:
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            given["additionalProperties"] = schema_of(hints[parameter.name])
            continue
        given["properties"][parameter.name] = schema_of(hints[parameter.name])
        if parameter.default is inspect.Parameter.empty:
            required.append(parameter.name)
    if required:
        given["required"] = required
    said = inspect.getdoc(method) or f"{name.replace('_', ' ').capitalize()}."
    return {
        "title": name,
        "description": said,
        "type": "object",
        "properties": {"act": {"const": name}, "user": {"type": "string"}, "with": given},
        "required": ["act", "user", *(["with"] if required else [])],
        "additionalProperties": False,
    }


def schema_of(annotation: Any) -> Json:
    """The JSON Schema of a type, as the JSON of a request has it."""
    schema = TypeAdapter(annotation).json_schema()
    named = schema.pop("$defs", {})
    return _inlined(schema, named) if named else schema


def misfit(taken: Callable[..., Any], given: Json) -> str | None:
    """Why these cannot be the arguments of a method or class by name; None where they can."""
    try:
        inspect.signature(taken).bind(**given)
    except TypeError as error:
        return f"{error}."
    bare = getattr(taken, "func", taken)
    takes, others = _takes(getattr(bare, "__func__", bare))
    for name, value in given.items():
        try:
            takes.get(name, others).validate_python(value, strict=True)
        except ValidationError as error:
            return f"{name}: {error.errors()[0]['msg']}."
    return None


@cache
def _takes(taken: Callable[..., Any]) -> tuple[dict[str, TypeAdapter[Any]], TypeAdapter[Any]]:
    """What may be given by each name, and what by any other where others are taken."""
    hints, named = get_type_hints(taken), dict[str, TypeAdapter[Any]]()
    others = TypeAdapter[Any](object)
    for name, parameter in inspect.signature(taken).parameters.items():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            others = TypeAdapter(hints[name])
        elif name in hints:
            named[name] = TypeAdapter(hints[name])
    return named, others


def _inlined(schema: Any, named: Json) -> Any:
    """The schema with each named part in its place: it becomes a part of another document."""
    if isinstance(schema, list):
        return [_inlined(one, named) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(named[schema["$ref"].rpartition("/")[2]], named)
    return {name: _inlined(one, named) for name, one in schema.items()}


_REFUSALS: Final = {
    400: "The body or a parameter is none.",
    403: "The header is missing.",
    404: "There is nothing like that.",
    409: "It cannot be done now; `error` says why.",
}
_REFUSED: Final[Json] = {
    "type": "object",
    "properties": {"ok": {"const": False}, "error": {"type": "string"}},
    "required": ["ok", "error"],
}


def openapi(ways: Collection[Way], *, header: str, server: str) -> Json:
    """The document of these ways in."""
    paths: Json = {}
    for way in ways:
        paths.setdefault(way.path, {})[way.verb.lower()] = _operation(way)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "The sandbox's control API",
            "version": "1",
            "description": "Tests and tools act as people, look at screens and move the clock.",
        },
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "control": {
                    "type": "apiKey",
                    "in": "header",
                    "name": header,
                    "description": "Always `1`: a page of another site cannot send it unasked.",
                }
            }
        },
    }


def _operation(way: Way) -> Json:
    summary, _, more = (inspect.getdoc(way.endpoint) or "").partition("\n\n")
    told: Json = {
        "operationId": f"{way.verb.lower()}_{way.path.removeprefix('/control/')}",
        "summary": summary,
        "security": [] if way.open else [{"control": []}],
        "responses": {
            "200": {
                "description": "Done.",
                "content": {"application/json": {"schema": way.answer}},
            }
        },
    }
    if more:
        told["description"] = more
    if way.query:
        told["parameters"] = [
            {"name": name, "in": "query", "description": said, "schema": {"type": "string"}}
            for name, said in way.query.items()
        ]
    if way.body is not None:
        told["requestBody"] = {"content": {"application/json": {"schema": way.body()}}}
    for status in sorted({*way.refusals, *(() if way.open else (403,))}):
        told["responses"][str(status)] = {
            "description": _REFUSALS[status],
            "content": {"application/json": {"schema": _REFUSED}},
        }
    return told


_PAGE: Final = Markup(
    """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>{title}</title>
<style>:root{{color-scheme:light dark}}
body{{font:1rem/1.5 system-ui;max-width:52rem;margin:2rem auto;padding:0 1rem}}
code,pre{{font-family:ui-monospace,monospace;font-size:.875rem}}
pre{{overflow-x:auto;padding:.75rem;border:1px solid}}section{{margin:2rem 0}}</style>
<h1>{title}</h1><p>{said} Every request but those marked open carries the header
<code>{header}: 1</code>. The same as <a href="/control/openapi.json">OpenAPI</a>.</p>
{sections}</html>"""
)
_SECTION: Final = Markup(
    "<section><h2><code>{verb} {path}</code>{open}</h2><p>{summary}</p>{query}{acts}</section>"
)


def page(document: Json, *, header: str) -> str:
    """The document for people to read."""
    sections = [
        _section(verb, path, told)
        for path, verbs in document["paths"].items()
        for verb, told in verbs.items()
    ]
    info = document["info"]
    return _PAGE.format(
        title=info["title"],
        said=info["description"],
        header=header,
        sections=Markup("").join(sections),
    )


def _section(verb: str, path: str, told: Json) -> Markup:
    query = Markup("").join(
        Markup("<li><code>{}</code>: {}</li>").format(one["name"], one["description"])
        for one in told.get("parameters", ())
    )
    body = told.get("requestBody", {}).get("content", {}).get("application/json", {})
    shapes = body.get("schema", {}).get("oneOf") or ([body["schema"]] if body else [])
    return _SECTION.format(
        verb=verb.upper(),
        path=path,
        open="" if told["security"] else " (open)",
        summary=told["summary"],
        query=Markup("<ul>{}</ul>").format(query) if query else "",
        acts=Markup("").join(_shape(one) for one in shapes),
    )


def _shape(schema: Json) -> Markup:
    inside = schema.get("properties", {})
    if "with" in inside:
        inside = inside["with"]["properties"]
    fields = ", ".join(inside) or "nothing"
    named = schema.get("title")
    return Markup("<p>{}<br><code>{}</code></p>").format(
        Markup("<strong>{}</strong> {}").format(named, schema.get("description", ""))
        if named
        else "The body has:",
        fields,
    )


_OWN_PAGE: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}


def routes_of(made: Callable[[], Json], *, header: str) -> list[BaseRoute]:
    """Where the document and its page are found; it is made for the first who asks."""
    document = cache(made)

    async def as_json(_: Request) -> Response:
        return JSONResponse(document())

    async def as_page(_: Request) -> Response:
        return HTMLResponse(page(document(), header=header), headers=_OWN_PAGE)

    return [
        Route("/control/openapi.json", as_json, methods=["GET"]),
        Route("/control", as_page, methods=["GET"]),
    ]
