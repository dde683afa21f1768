from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.domain.errors import Invalid, Problem
from bot.domain.money import Money
from bot.domain.policy import Policy, PolicyError, Tier, load_policy
from bot.domain.worktime import QuietHours, WorkingHours


@pytest.mark.parametrize(
    ("amount", "currency", "tier"),
    [
        ("0", "USD", Tier.NONE),
        ("14999.99", "USD", Tier.NONE),
        ("15000", "USD", Tier.LIGHT),
        ("15000.01", "USD", Tier.LIGHT),
        ("30000", "USD", Tier.LIGHT),
        ("30000.01", "USD", Tier.FULL),
        ("10000000000", "USD", Tier.FULL),
        # At 1.08 dollars a euro: 14,999.9904 and 15,000.0012; 29,999.9916 and 30,000.0024.
        ("13888.88", "EUR", Tier.NONE),
        ("13888.89", "EUR", Tier.LIGHT),
        ("27777.77", "EUR", Tier.LIGHT),
        ("27777.78", "EUR", Tier.FULL),
    ],
)
def test_the_tier_changes_exactly_at_its_bounds(amount: str, currency: str, tier: Tier) -> None:
    assert Policy().tier(Money(int(Decimal(amount) * 100), currency)) is tier


def test_bounds_are_in_the_currency_of_the_policy() -> None:
    policy = Policy(currency="EUR", rates={"USD": Decimal("0.9")})
    assert policy.tier(Money(3_000_000, "EUR")) is Tier.LIGHT
    assert policy.tier(Money(3_000_001, "EUR")) is Tier.FULL
    assert policy.converted(Money(1_000_000, "USD")) == Decimal(9000)


@pytest.mark.parametrize("currency", ["CHF", "usd", "", "<!channel>"])
def test_a_currency_without_a_rate_is_refused_at_its_field(currency: str) -> None:
    with pytest.raises(Invalid) as refused:
        Policy().tier(Money(4_800_000, currency))
    assert (refused.value.problem, refused.value.field) == (Problem.UNKNOWN_CURRENCY, "currency")


def test_without_a_file_the_numbers_of_the_process_hold() -> None:
    policy = load_policy(None)
    assert policy == Policy()
    clocks = policy.clocks
    assert (clocks.message, clocks.brief, clocks.assign, clocks.read) == (4, 24, 24, 44)
    assert (clocks.message_learned_late_after, clocks.message_learned_late) == (3, 1)
    assert (clocks.book_call, clocks.hold_call, clocks.intro, clocks.kickoff) == (24, 44, 48, 72)
    assert (clocks.kickoff_day, clocks.kickoff_latest_day) == (2, 5)
    assert (clocks.kickoff_after_assignment, clocks.kickoff_after_assignment_call) == (2, 3)
    assert (clocks.plan_day, clocks.plan_after) == (4, 1)
    assert (clocks.sign_plan_day, clocks.sign_plan_after) == (5, 2)
    assert (clocks.first_review_day, clocks.second_review_day) == (30, 60)
    assert (clocks.last_review_day, clocks.review_opens) == (90, 5)
    assert (clocks.own_assign, clocks.own_book_call, clocks.own_other) == (4, 4, 8)
    assert (policy.gate_percent, policy.open_handoffs_per_csm) == (90, 40)
    assert policy.undo_window == timedelta(minutes=10)
    assert policy.working_hours("DE-BE") == WorkingHours()
    assert policy.quiet_hours() == QuietHours(time(20), time(8))


def test_a_file_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(
        'currency = "EUR"\nundo_minutes = 3\n[rates]\nEUR = 1\nUSD = 0.9\n'
        "[tiers]\nfull_above = 50_000\n[clocks]\nbrief = 30\n"
        "[hours]\nstart = 11:00:00\nend = 19:00:00\nresume = 12:00:00\n"
        "[hours.weekdays]\nAE = [6, 0, 1, 2, 3]\n"
    )
    policy = load_policy(path)
    assert policy.tiers.light_from == 15_000
    assert policy.tier(Money(5_000_000, "EUR")) is Tier.LIGHT
    assert (policy.clocks.brief, policy.clocks.read) == (30, 44)
    assert policy.undo_window == timedelta(minutes=3)
    late_start = WorkingHours(time(11), time(19), resume=time(12))
    assert policy.working_hours("DE-BE") == late_start
    assert policy.working_hours("AE") == WorkingHours(
        time(11), time(19), frozenset({6, 0, 1, 2, 3}), time(12)
    )
    assert policy.working_hours("AE-DU") == policy.working_hours("AE")


@pytest.mark.parametrize(
    ("content", "key", "reason"),
    [
        ("colour = 1", "colour", "Extra inputs are not permitted"),
        ("[clocks]\nbreif = 24", "clocks.breif", "Extra inputs are not permitted"),
        ("[clocks]\nmessage = 0", "clocks.message", "greater than or equal to 1"),
        ("[clocks]\nbrief = 241", "clocks.brief", "less than or equal to 240"),
        ("[clocks]\nread = 1.5", "clocks.read", "valid integer"),
        ("[clocks]\nown_assign = -1", "clocks.own_assign", "greater than or equal to 0"),
        ("gate_percent = 101", "gate_percent", "less than or equal to 100"),
        ("undo_minutes = 0", "undo_minutes", "greater than or equal to 1"),
        ('currency = "dollars"', "currency", "match pattern"),
        ("[tiers]\nlight_from = -1", "tiers.light_from", "greater than or equal to 0"),
        ("[tiers]\nlight_from = nan", "tiers.light_from", "finite number"),
        ("[tiers]\nfull_above = 10_000", "tiers", "full_above must not be below light_from"),
        ("[rates]\nUSD = 2", "(file)", "the rate of USD to itself must be 1"),
        ("[rates]\nUSD = 1\nEUR = 0", "rates.EUR", "greater than 0"),
        ("[rates]\nUSD = 1\nEUR = 2_000_000", "rates.EUR", "less than or equal to 1000000"),
        ("[rates]\nUSD = 1\neuro = 1.1", "rates.euro", "match pattern"),
        ("[add_ons]\ncall_over = 1", "add_ons.call_over", "Extra inputs are not permitted"),
        ("[add_ons]\ncall_above = -1", "add_ons.call_above", "greater than or equal to 0"),
        ("[add_ons]\njoint_strength_from = 6", "add_ons.joint_strength_from", "equal to 5"),
        ('[items]\nlight = ["mood"]', "items.light.0", "Input should be"),
        ('[items]\nlight = ["metric", "metric"]', "items", "an item is named twice"),
        ("[items]\nfull = []", "items", "at least one item must be counted"),
        ('[managers]\ncs = "Priya"', "managers.cs", "begins with U or W"),
        ('[managers]\nboss = "U0PRIYA"', "managers.boss", "Extra inputs are not permitted"),
        ('team_channel = "#sales"', "team_channel", "begins with C or G"),
        ('admins = ["U0ADA", "ada"]', "admins.1", "begins with U or W"),
        ('default_region = "Germany"', "default_region", "match pattern"),
        ("[clocks]\ncapture_days = 0", "clocks.capture_days", "greater than or equal to 1"),
        ("[rates]\nEUR = inf", "rates.EUR", "finite number"),
        ("[hours]\nstart = 18:00:00", "hours", "start must be before end"),
        ("[hours]\nstart = 11:00:00", "hours", "resume must lie within the working hours"),
        ("[hours]\nquiet_begin = 17:00:00", "hours", "quiet hours must lie outside"),
        ("[hours]\nquiet_end = 09:30:00", "hours", "quiet hours must lie outside"),
        ("[hours.weekdays]\nAE = [7]", "hours", "weekdays are numbers from 0"),
        ("[hours.weekdays]\nGermany = [1]", "hours.weekdays.Germany", "match pattern"),
        ("[hours.weekdays]\nAE = []", "hours", "weekdays are numbers from 0"),
        ('rates_of = "soon"', "rates_of", "valid date"),
        ("gate_percent = true", "gate_percent", "true and false are no values"),
        ("[clocks]\nmessage = true", "clocks.message", "true and false are no values"),
        ("[rates]\nUSD = 1\nEUR = true", "rates", "true and false are no values"),
        ("[hours.weekdays]\nAE = [true]", "hours.weekdays", "true and false are no"),
        ("[clocks]\nread = 1\nassign = 240", "clocks", "read must not be below assign"),
        (
            "[clocks]\nkickoff_day = 10\nkickoff_latest_day = 2",
            "clocks",
            "kickoff_day must not be above kickoff_latest_day",
        ),
        (
            "[clocks]\nplan_day = 10\nsign_plan_day = 1",
            "clocks",
            "plan_day must not be above sign_plan_day",
        ),
        ("[clocks]\nplan_after = 3", "clocks", "plan_after must not be above sign_plan_after"),
        ("[clocks]\nfirst_review_day = 90\nlast_review_day = 30", "clocks", "last_review_day must"),
        ("[clocks]\nsecond_review_day = 30", "clocks", "must each be above the one before"),
        (
            '[items]\nfull = ["buyer_and_skeptic"]\ncore = ["metric"]',
            "items",
            "full counts buyer and skeptic",
        ),
        (
            '[items]\nlight = ["metric"]\ncore = ["buyer"]',
            "items",
            "light must count buyer_and_skeptic",
        ),
        ("rates_of = 2030-01-01", "rates_of", "this day is still to come"),
    ],
)
def test_a_wrong_setting_is_named_with_file_key_and_reason(
    tmp_path: Path, content: str, key: str, reason: str
) -> None:
    path = tmp_path / "team.toml"
    path.write_text(content)
    with pytest.raises(PolicyError) as refused:
        load_policy(path, today=date(2026, 3, 4))
    assert str(refused.value).startswith(f"{path}: {key}: ")
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    "content", [b"currency = ", b"[a]\n[a]", b"\xff\xfe", b"admins = ['\xe9']"]
)
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "team.toml"
    path.write_bytes(content)
    with pytest.raises(PolicyError) as refused:
        load_policy(path)
    assert str(refused.value).startswith(f"{path}: cannot be read as TOML: ")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyError) as refused:
        load_policy(tmp_path / "none.toml")
    assert str(tmp_path / "none.toml") in str(refused.value)


@pytest.mark.parametrize("region", ["", "DE", "DE-BE", "AE-DU", "XX-nowhere"])
def test_every_policy_that_loads_gives_working_hours_for_every_region(region: str) -> None:
    narrow = Policy.model_validate({"hours": {"start": "09:59", "end": "10:01"}})
    assert narrow.working_hours(region).resume == time(10)


def test_the_policy_cannot_be_changed_in_passing() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Policy().gate_percent = 1  # type: ignore[misc]
