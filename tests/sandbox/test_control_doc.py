"""The control API's document says what the control API does."""

import asyncio
import inspect
import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from starlette.routing import Route

from bot.sandbox.control import HEADER
from bot.sandbox.control_ways import ACTS
from bot.sandbox.faults import Fault
from bot.sandbox.interactions import Acts
from tests.sandbox.desk import ADA, MAYA, NORTHWIND, Desk, Json


def get(desk: Desk, path: str) -> tuple[int, str]:
    status, body = desk.run(desk.request(path, verb="GET"))
    return status, body.decode()


@pytest.fixture
def document(desk: Desk) -> Json:
    status, body = get(desk, "/control/openapi.json")
    assert status == 200
    decoded: Json = json.loads(body)
    return decoded


def operations(document: Json) -> dict[tuple[str, str], Json]:
    return {
        (verb.upper(), path): told
        for path, verbs in document["paths"].items()
        for verb, told in verbs.items()
    }


def body_of(document: Json, path: str) -> Json:
    shown: Json = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]
    schema: Json = shown["schema"]
    return schema


def control(desk: Desk, verb: str, path: str, body: Any = None, *, guard: bool = True) -> int:
    headers = {HEADER: "1"} if guard else {}
    raw = b"" if body is None else json.dumps(body).encode()
    return desk.run(desk.request(path, verb=verb, headers=headers, body=raw))[0]


def test_it_names_every_way_in_and_no_other(desk: Desk, document: Json) -> None:
    served = {
        (verb, route.path)
        for route in desk.built.app.routes
        if isinstance(route, Route) and route.path.startswith("/control/")
        for verb in (route.methods or set()) - {"HEAD"}
    }
    assert set(operations(document)) == served - {("GET", "/control/openapi.json")}


def test_every_way_says_what_it_is_for_under_an_id_of_its_own(document: Json) -> None:
    told = operations(document)
    assert all(one["summary"].endswith(".") for one in told.values())
    assert len({one["operationId"] for one in told.values()}) == len(told)


def test_a_way_is_open_only_if_it_says_so(desk: Desk, document: Json) -> None:
    for (verb, path), told in operations(document).items():
        status = control(desk, verb, path, {}, guard=False)
        assert (status == 403) is bool(told["security"]), (verb, path)
        assert ("403" in told["responses"]) is bool(told["security"])


def test_its_schemas_are_schemas(document: Json) -> None:
    def check(value: Any) -> None:
        if isinstance(value, dict):
            if "schema" in value:
                Draft202012Validator.check_schema(value["schema"])
            for inner in value.values():
                check(inner)
        elif isinstance(value, list):
            for inner in value:
                check(inner)

    check(document)


def test_every_act_has_what_its_signature_has(document: Json) -> None:
    acts = {one["title"]: one for one in body_of(document, "/control/act")["oneOf"]}
    assert set(acts) == ACTS
    for name, schema in acts.items():
        given = schema["properties"]["with"]
        named = list(inspect.signature(getattr(Acts, name)).parameters.values())[2:]
        keywords = [one for one in named if one.kind is not inspect.Parameter.VAR_KEYWORD]
        assert list(given["properties"]) == [one.name for one in keywords]
        needed = [one.name for one in keywords if one.default is inspect.Parameter.empty]
        assert given.get("required", []) == needed


@pytest.mark.parametrize(
    ("path", "body", "sound"),
    [
        ("/control/clock", {"advance_seconds": 60}, True),
        ("/control/clock", {"advance_seconds": "60"}, False),
        ("/control/clock", {"advance_seconds": -1}, False),
        ("/control/clock", {}, False),
        ("/control/rates", {"on": True}, True),
        ("/control/rates", {"on": "yes"}, False),
        ("/control/faults", {"method": "chat.*"}, True),
        ("/control/faults", {"way": "chat.*"}, False),
        ("/control/faults", {"method": "chat.*", "times": "often"}, False),
        ("/control/faults", {"method": ["chat.*"]}, False),
        ("/control/fault-plan", {"seed": 1, "rules": []}, True),
        ("/control/fault-plan", {"rules": [{"method": "x", "trouble": "slow"}]}, True),
        ("/control/fault-plan", {"rules": [{"method": "x", "trouble": "none"}]}, False),
        ("/control/fault-plan", {"rule": []}, False),
        ("/control/act", {"act": "archive", "user": ADA, "with": {"channel_id": NORTHWIND}}, True),
        ("/control/act", {"act": "edit_user", "user": MAYA, "with": {"title": "AE"}}, True),
        ("/control/act", {"act": "open_home", "user": MAYA, "with": {}}, True),
        ("/control/act", {"act": "archive", "user": ADA, "with": {}}, False),
        ("/control/act", {"act": "archive", "user": ADA, "with": {"channel": "C"}}, False),
        ("/control/act", {"act": "archive", "user": ADA, "with": {"channel_id": ["C"]}}, False),
        ("/control/act", {"act": "edit_user", "user": MAYA, "with": {"title": 5}}, False),
        ("/control/act", {"act": "open_home", "user": MAYA, "with": {"tab": None}}, False),
        ("/control/act", {"act": "_refuse", "user": ADA, "with": {"error": "x"}}, False),
        ("/control/act", {"act": "open_home", "with": {}}, False),
    ],
)
def test_a_body_is_taken_where_its_schema_takes_it(
    desk: Desk, document: Json, *, path: str, body: Json, sound: bool
) -> None:
    valid = Draft202012Validator(body_of(document, path)).is_valid(body)
    assert valid is sound
    assert (control(desk, "POST", path, body) == 200) is sound


@pytest.mark.parametrize("raw", [b"{", b"[]", b"\xff", b"null"])
def test_a_body_that_is_no_object_is_refused_everywhere_and_changes_nothing(
    desk: Desk, document: Json, raw: bytes
) -> None:
    desk.built.faults.add(Fault(method="chat.*"))
    for (verb, path), _ in operations(document).items():
        if verb == "POST":
            asked = desk.request(path, verb=verb, headers={HEADER: "1"}, body=raw)
            assert desk.run(asked)[0] == 400, path
    assert desk.built.faults


def test_nan_is_no_wait(desk: Desk) -> None:
    headers = {HEADER: "1"}
    path = f"/control/changes?after={desk.workspace.version}&timeout=nan"
    asked = asyncio.wait_for(desk.request(path, verb="GET", headers=headers), 5)
    assert desk.run(asked)[0] == 200


def test_the_calendar_ends_where_a_ts_could_not_be_written(desk: Desk) -> None:
    for leap in (1e10, 10**400):
        assert control(desk, "POST", "/control/clock", {"advance_seconds": leap}) == 400
    assert control(desk, "GET", "/control/clock") == 200


def test_people_read_it_on_a_page(desk: Desk) -> None:
    status, page = get(desk, "/control")
    assert status == 200
    assert all(f"<strong>{name}</strong>" in page for name in ACTS)
    assert "/control/fault-plan" in page
