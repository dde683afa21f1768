"""The numbers of the process as one typed, immutable model a team can change."""

import tomllib
from datetime import date, time, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot.domain.errors import Invalid, Problem
from bot.domain.items import Item
from bot.domain.money import Money
from bot.domain.worktime import QuietHours, WorkingHours


class Tier(StrEnum):
    """How much of the process a deal gets."""

    NONE = "none"
    LIGHT = "light"
    FULL = "full"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Tiers(_Part):
    """Bounds in the policy's currency: light from `light_from` to `full_above` inclusive."""

    light_from: Decimal = Field(default=Decimal(15_000), ge=0)
    full_above: Decimal = Field(default=Decimal(30_000), ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> "Tiers":
        if self.full_above < self.light_from:
            raise ValueError("full_above must not be below light_from")
        return self


class Clocks(_Part):
    """Windows in hours: raw ones from the signature, own ones in the owner's working hours."""

    message: int = Field(default=4, ge=1, le=72)
    message_learned_late_after: int = Field(default=3, ge=1, le=72)
    message_learned_late: int = Field(default=1, ge=1, le=72)
    brief: int = Field(default=24, ge=1, le=240)
    assign: int = Field(default=24, ge=1, le=240)
    read: int = Field(default=44, ge=1, le=240)
    own_assign: int = Field(default=4, ge=0, le=80)
    own_other: int = Field(default=8, ge=0, le=80)


class Hours(_Part):
    """Working and quiet hours in each person's own zone."""

    start: time = time(9)
    end: time = time(18)
    resume: time = time(10)
    """The hour a due time outside the working hours is moved to."""
    quiet_begin: time = time(20)
    quiet_end: time = time(8)
    weekdays: dict[str, tuple[int, ...]] = Field(default_factory=dict)
    """Working days by country code where they are not Monday to Friday; Monday is 0."""

    @model_validator(mode="after")
    def _in_order(self) -> "Hours":
        if not self.start < self.end:
            raise ValueError("start must be before end")
        if not self.start <= self.resume <= self.end:
            raise ValueError("resume must lie within the working hours")
        if not self.quiet_end <= self.start or not self.end <= self.quiet_begin:
            raise ValueError("quiet hours must lie outside the working hours")
        if any(not days or not set(days) <= set(range(7)) for days in self.weekdays.values()):
            raise ValueError("weekdays are numbers from 0 (Monday) to 6 (Sunday)")
        return self


class AddOns(_Part):
    """From which value, and by what else, a deal gets more than its tier (process rule *Size*)."""

    call_above: Decimal = Field(default=Decimal(50_000), ge=0)
    """Above this value a briefing call is required."""
    call_stakeholders_above: int = Field(default=2, ge=0, le=100)
    """With more customer stakeholders than this a briefing call is required."""
    listener_from: Decimal = Field(default=Decimal(50_000), ge=0)
    """From this value on there is a second listener in the debrief."""
    joint_strength_from: int = Field(default=4, ge=1, le=5)
    """From this relationship strength of the champion on the kickoff is joint."""


_LIGHT_ITEMS = (
    Item.CHAMPION,
    Item.BUYER_AND_SKEPTIC,
    Item.METRIC,
    Item.PROMISES,
    Item.NEARLY,
    Item.RISKS,
    Item.STYLE,
)
_CORE_ITEMS = (Item.TRIGGER, Item.CHAMPION, Item.METRIC, Item.PROMISES, Item.RISKS)


class Items(_Part):
    """Which items of the brief are counted, and which keep the gate closed while they are open."""

    light: tuple[Item, ...] = _LIGHT_ITEMS
    full: tuple[Item, ...] = tuple(one for one in Item if one is not Item.BUYER_AND_SKEPTIC)
    core: tuple[Item, ...] = _CORE_ITEMS

    @model_validator(mode="after")
    def _each_once(self) -> "Items":
        for named in (self.light, self.full, self.core):
            if len(set(named)) != len(named):
                raise ValueError("an item is named twice")
        if not self.light or not self.full:
            raise ValueError("at least one item must be counted")
        if not set(self.core) <= {*self.light, *self.full}:
            raise ValueError("a core item must be counted")
        return self

    def counted(self, tier: Tier) -> frozenset[Item]:
        """The items of a tier; none below the smallest."""
        if tier is Tier.NONE:
            return frozenset()
        return frozenset(self.light if tier is Tier.LIGHT else self.full)


class Managers(_Part):
    """Slack ids of who manages where neither the start form nor the person's own row says so."""

    ae: str = ""
    cs: str = ""


class Policy(_Part):
    """All settings of the process; unknown keys and impossible numbers are refused."""

    currency: str = Field(default="USD", pattern=r"^[A-Z]{3}$")
    rates: dict[str, Decimal] = Field(
        default_factory=lambda: {
            "USD": Decimal(1),
            "EUR": Decimal("1.08"),
            "GBP": Decimal("1.27"),
        }
    )
    """What one unit of a currency is worth in the policy's currency."""
    rates_of: date = date(2026, 1, 2)
    tiers: Tiers = Tiers()
    add_ons: AddOns = AddOns()
    items: Items = Items()
    managers: Managers = Managers()
    team_channel: str = ""
    """Slack id of the internal channel in which a commitment is announced; empty: none."""
    clocks: Clocks = Clocks()
    hours: Hours = Hours()
    gate_percent: int = Field(default=90, ge=1, le=100)
    open_handoffs_per_csm: int = Field(default=40, ge=1)
    undo_minutes: int = Field(default=10, ge=1, le=60)
    admins: tuple[str, ...] = ()
    """Slack ids of people who are admins of the bot besides the workspace's own."""
    default_region: str = ""

    @model_validator(mode="after")
    def _rates_known(self) -> "Policy":
        if self.rates.get(self.currency, Decimal(1)) != 1:
            raise ValueError(f"the rate of {self.currency} to itself must be 1")
        if any(rate <= 0 for rate in self.rates.values()):
            raise ValueError("a rate must be above 0")
        return self

    def converted(self, value: Money) -> Decimal:
        """The value in the policy's currency; raises Invalid for a currency without a rate."""
        if value.currency == self.currency:
            return value.amount
        rate = self.rates.get(value.currency)
        if rate is None:
            raise Invalid(Problem.UNKNOWN_CURRENCY, field="currency")
        return value.amount * rate

    def tier(self, value: Money) -> Tier:
        """The tier by value alone (process rule *Size*)."""
        amount = self.converted(value)
        if amount < self.tiers.light_from:
            return Tier.NONE
        return Tier.LIGHT if amount <= self.tiers.full_above else Tier.FULL

    def working_hours(self, region: str) -> WorkingHours:
        """Working hours in a region; the country is what stands before the subdivision."""
        days = self.hours.weekdays.get(region.partition("-")[0])
        if days is None:
            return WorkingHours(self.hours.start, self.hours.end, resume=self.hours.resume)
        return WorkingHours(
            self.hours.start, self.hours.end, frozenset(days), resume=self.hours.resume
        )

    def quiet_hours(self) -> QuietHours:
        """When nothing the clock says is sent."""
        return QuietHours(self.hours.quiet_begin, self.hours.quiet_end)

    @property
    def undo_window(self) -> timedelta:
        """How long an act can be taken back."""
        return timedelta(minutes=self.undo_minutes)


class PolicyError(Exception):
    """The policy file cannot be used; the message names file, key and reason."""


def load_policy(path: Path | None) -> Policy:
    """Read a policy file (TOML); without one the defaults hold. Raises PolicyError."""
    if path is None:
        return Policy()
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyError(f"{path}: cannot be read as TOML: {error}") from error
    try:
        return Policy.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "(file)"
        raise PolicyError(f"{path}: {key}: {first['msg']}") from error
