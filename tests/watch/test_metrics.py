"""The metrics page, and that page, dashboard, rules and documentation speak of the same things."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import prometheus_client
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from bot.clock.ticks import Ticks
from bot.delivery.outcomes import Outcome, Verdict
from bot.domain.errors import Problem
from bot.flows.asked import Kind
from bot.storage.vitals import Vitals
from bot.watch.metrics import Metrics
from bot.watch.wellbeing import CLOCK_OFF, LATE, Signs, Wellbeing

OPERATIONS = Path(__file__).resolve().parent.parent.parent / "docs" / "operations"
PAGE = OPERATIONS / "monitoring.md"
MINUTE = timedelta(minutes=1)
VITALS = Vitals(
    sweep_lag=MINUTE,
    oldest=2 * MINUTE,
    notices=3,
    surfaces=4,
    most_tries=2,
    in_vain=12,
    stands_still=False,
    unconfirmed=5,
    dead=6,
    refused_tokens=7,
    paused=8,
    resting=frozenset({(1, "chat.postMessage"), (2, "chat.postMessage"), (1, "chat.update")}),
)
SIGNS = Signs(
    vitals=lambda: VITALS,
    last_success=lambda: {"sweep": 1.5, "deliver": 0.5, "housekeeping": 10.0, "alarms": 20.0},
    hanging=list,
    failing=list,
    trouble=lambda: None,
    drift=lambda: -2.5,
    sqlite_version="3.53.4",
    connected=lambda: True,
)


def measured(**changed: Any) -> Metrics:
    return Metrics(
        Wellbeing(replace(SIGNS, **changed)),
        kinds=list(Kind),
        refused_writes=lambda: 9,
        lost_lines=lambda: 10,
        version="1.2.3",
        dialect="sqlite",
    )


def samples(metrics: Metrics) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(metrics.text().decode())
        for sample in family.samples
    }


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return samples(metrics).get((name, frozenset(labels.items())))


def names(metrics: Metrics) -> set[str]:
    return {name for name, _ in samples(metrics)}


def test_the_page_says_what_was_looked_at() -> None:
    metrics = measured()
    for name, labels, expected in (
        ("handoff_database_up", {}, 1),
        ("handoff_sweep_lag_seconds", {}, 60),
        ("handoff_outbox_oldest_age_seconds", {}, 120),
        ("handoff_outbox_pending", {"source": "notice"}, 3),
        ("handoff_outbox_pending", {"source": "surface"}, 4),
        ("handoff_outbox_most_tries", {}, 2),
        ("handoff_outbox_in_vain", {}, 12),
        ("handoff_outbox_stands_still", {}, 0),
        ("handoff_outbox_unconfirmed", {}, 5),
        ("handoff_outbox_dead_letters", {}, 6),
        ("handoff_workspaces_token_refused", {}, 7),
        ("handoff_workspaces_paused", {}, 8),
        ("handoff_write_refusals_total", {}, 9),
        ("handoff_log_lines_lost_total", {}, 10),
        ("handoff_clock_drift_seconds", {}, -2.5),
        ("handoff_tick_last_success_age_seconds", {"tick": "sweep"}, 1.5),
        ("handoff_socket_connected", {}, 1),
        ("handoff_methods_paused", {"method": "chat.postMessage"}, 2),
        ("handoff_writes_refused", {"reason": "storage_full"}, 0),
        ("handoff_sqlite_version_safe", {}, 1),
    ):
        assert value(metrics, name, **labels) == expected, name
    ((_, built),) = [key for key in samples(metrics) if key[0] == "handoff_build_info"]
    assert {("version", "1.2.3"), ("sqlite", "3.53.4"), ("database", "sqlite")} <= built


def test_a_silent_database_leaves_out_what_only_it_knows() -> None:
    silent, of_the_database = measured(vitals=lambda: None), names(measured())
    assert value(silent, "handoff_database_up") == 0
    assert of_the_database - names(silent) == {
        "handoff_sweep_lag_seconds",
        "handoff_outbox_oldest_age_seconds",
        "handoff_outbox_pending",
        "handoff_outbox_most_tries",
        "handoff_outbox_in_vain",
        "handoff_outbox_stands_still",
        "handoff_outbox_unconfirmed",
        "handoff_outbox_dead_letters",
        "handoff_workspaces_token_refused",
        "handoff_workspaces_paused",
        "handoff_methods_paused",
    }


def test_what_is_not_known_or_not_so_is_not_shown_as_a_number() -> None:
    over_http = names(measured(connected=None, drift=lambda: None))
    assert "handoff_socket_connected" not in over_http
    assert "handoff_clock_drift_seconds" not in over_http
    full = measured(trouble=lambda: Problem.STORAGE_FULL)
    assert value(full, "handoff_writes_refused", reason="storage_full") == 1
    assert value(full, "handoff_writes_refused", reason="storage_read_only") == 0


def test_answers_calls_and_doubts_are_counted_by_bot_and_not_for_the_process() -> None:
    metrics, other = measured(), measured()
    metrics.answered(Kind.ACTION.value, 0.7)
    metrics.heard("chat.postMessage", Outcome(Verdict.OK), 0.1)
    metrics.heard("chat.postMessage", Outcome(Verdict.LIMITED), 0.1)
    for point in ("leased", "found", "not_found", "not_found", "posted"):
        metrics.reached(point)
    for one, expected in ((metrics, 1.0), (other, 0.0)):
        assert value(one, "handoff_answer_seconds_count", kind="action") == expected
        for outcome in ("ok", "limited"):
            counted = value(
                one, "handoff_slack_calls_total", method="chat.postMessage", outcome=outcome
            )
            assert counted == expected
        assert value(one, "handoff_doubts_total", result="found") == expected
        assert value(one, "handoff_doubts_total", result="not_found") == 2 * expected
    assert value(metrics, "handoff_answer_seconds_bucket", kind="action", le="0.5") == 0
    assert value(metrics, "handoff_answer_seconds_bucket", kind="action", le="1.0") == 1
    assert "handoff" not in prometheus_client.generate_latest().decode()


# --- Who asks how it is


@pytest.mark.parametrize(
    ("changed", "alive", "ready", "well"),
    [
        ({}, True, True, True),
        ({"hanging": lambda: ["sweep"], "failing": lambda: ["sweep"]}, False, True, False),
        ({"failing": lambda: ["sweep"]}, True, True, False),
        ({"stopping": lambda: True}, True, False, False),
        ({"connected": lambda: False}, True, False, False),
        ({"connected": None}, True, True, True),
        ({"vitals": lambda: None}, True, False, False),
        ({"connected": None, "drift": lambda: CLOCK_OFF + 1}, True, False, False),
        ({"connected": None, "drift": lambda: -CLOCK_OFF - 1}, True, False, False),
        ({"connected": None, "drift": lambda: CLOCK_OFF}, True, True, True),
        ({"connected": None, "drift": lambda: None}, True, True, True),
        ({"drift": lambda: CLOCK_OFF + 1}, True, True, True),
        ({"trouble": lambda: Problem.STORAGE_FULL}, True, True, False),
        ({"vitals": lambda: replace(VITALS, oldest=LATE + MINUTE)}, True, True, False),
        ({"vitals": lambda: replace(VITALS, sweep_lag=LATE + MINUTE)}, True, True, False),
        ({"vitals": lambda: replace(VITALS, oldest=LATE)}, True, True, True),
        ({"vitals": lambda: replace(VITALS, stands_still=True)}, True, True, False),
        ({"vitals": lambda: replace(VITALS, most_tries=99, in_vain=9)}, True, True, True),
    ],
)
def test_alive_ready_and_well_are_three_questions(
    changed: dict[str, Any], alive: bool, ready: bool, well: bool
) -> None:
    asked = Wellbeing(replace(SIGNS, **changed))
    answers = (asked.not_alive(), asked.not_ready(), asked.not_well())
    assert [one is None for one in answers] == [alive, ready, well]
    for sentence in answers:
        assert sentence is None or re.fullmatch(r"[A-Z][^.]+\.", sentence)


# --- What the pages say of it

NAME = re.compile(r"\b(?:handoff|process)_[a-z_]+\b")


def exposed() -> set[str]:
    """Every name that can be asked for, also those that a histogram makes."""
    return {name for name in names(measured()) if not name.endswith("_created")}


def dashboard() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((OPERATIONS / "dashboard.json").read_text())
    return content


def rules() -> list[dict[str, Any]]:
    content = yaml.safe_load((OPERATIONS / "alerts.yml").read_text())
    return [rule for group in content["groups"] for rule in group["rules"]]


def test_the_dashboard_asks_for_what_there_is() -> None:
    content = dashboard()
    expressions = [target["expr"] for panel in content["panels"] for target in panel["targets"]]
    queries = [one["query"]["query"] for one in content["templating"]["list"][1:]]
    for expression in (*expressions, *queries):
        asked = set(NAME.findall(expression))
        assert asked, expression
        assert asked <= exposed(), expression
    for expression in expressions:
        balanced(expression)


def test_the_dashboard_can_be_imported() -> None:
    content = dashboard()
    assert {"uid", "title", "schemaVersion", "panels", "templating"} <= set(content)
    taken: set[tuple[int, int]] = set()
    assert len({panel["id"] for panel in content["panels"]}) == len(content["panels"])
    for panel in content["panels"]:
        assert panel["type"] in ("timeseries", "stat")
        assert panel["title"]
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells


def test_rules_and_page_know_every_tick() -> None:
    ticks = Ticks(sweep=list, deliver=list, housekeeping=list, alarms=list)
    asked = " ".join(rule["expr"] for rule in rules())
    (row,) = [one for one in PAGE.read_text().splitlines() if "`handoff_tick_last" in one]
    for name in ticks.last_success():
        assert re.search(rf'tick=~?"[^"]*\b{name}\b', asked), name
        assert f"`{name}`" in row


def test_each_rule_asks_for_what_there_is_and_says_what_is_wrong() -> None:
    known = exposed()
    for rule in rules():
        assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}, rule["alert"]
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert re.fullmatch(r"\d+[smh]", rule["for"])
        assert rule["annotations"]["summary"].endswith(".")
        asked = set(NAME.findall(rule["expr"]))
        assert asked <= known, rule["alert"]
        assert asked or "up{" in rule["expr"], rule["alert"]
        balanced(rule["expr"])
    assert len({rule["alert"] for rule in rules()}) == len(rules())


def test_labels_that_are_asked_for_are_there() -> None:
    known = samples(measured())
    labels = {name: dict(found) for name, found in known}
    found = re.compile(r"(handoff_[a-z_]+)\{([^}]*)\}")
    texts = [rule["expr"] for rule in rules()]
    texts += [target["expr"] for panel in dashboard()["panels"] for target in panel["targets"]]
    for text in texts:
        for name, inside in found.findall(text):
            for label in re.findall(r'([a-z_]+)(?:=~|!=|=)"', inside):
                assert label in (*labels[name], "job", "instance"), text


def test_the_page_explains_every_metric_and_every_rule_and_no_others() -> None:
    page = PAGE.read_text()
    families = {
        re.sub(r"_(bucket|count|sum)$", "", name)
        for name in exposed()
        if name.startswith("handoff_")
    }
    told = set(re.findall(r"^\| `(\w+)`", page, re.MULTILINE))
    assert told - {"HANDOFF_HEARTBEAT_URL"} == families | {"process_resident_memory_bytes"}
    assert {rule["alert"] for rule in rules()} == set(re.findall(r"`(Handoff\w+)`", page))


def test_the_page_names_the_facts_of_health() -> None:
    page = PAGE.read_text()
    for name in Wellbeing(SIGNS).facts():
        assert f"`{name}`" in page


def balanced(expression: str) -> None:
    """No parser of Prometheus' is at hand, so at least brackets and quotes are counted."""
    bare = re.sub(r'"[^"]*"', "", expression)
    assert '"' not in bare, expression
    for begin, end in ("()", "{}", "[]"):
        assert bare.count(begin) == bare.count(end), expression
