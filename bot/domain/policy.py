"""The numbers of the process as one typed, immutable model a team can change."""

import re
import tomllib
from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from bot.domain.errors import Invalid, Problem
from bot.domain.items import Item, same_question
from bot.domain.money import CURRENCY, LARGEST_RATE, Money, Rate
from bot.domain.worktime import QuietHours, WorkingHours


def _person_id(text: str) -> str:
    if not re.fullmatch(r"[UW][A-Z0-9]+", text):
        raise ValueError("Slack's id of a person begins with U or W, like U0123ABCD")
    return text


def _channel_id(text: str) -> str:
    if not re.fullmatch(r"[CG][A-Z0-9]+", text):
        raise ValueError("Slack's id of a channel begins with C or G, like C0123ABCD")
    return text


def _unless_empty(check: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: check(text) if text else text


PersonId = Annotated[str, AfterValidator(_person_id)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Currency = Annotated[str, Field(pattern=CURRENCY)]
OneUnit = Annotated[Decimal, Field(gt=0, le=LARGEST_RATE)]


class Tier(StrEnum):
    """How much of the process a deal gets."""

    NONE = "none"
    LIGHT = "light"
    FULL = "full"


def _has_truth(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_truth(one) for one in value.values())
    if isinstance(value, list | tuple):
        return any(_has_truth(one) for one in value)
    return isinstance(value, bool)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth(cls, value: Any, info: ValidationInfo) -> Any:
        """Nothing here is true or false, which would else be taken for 1 and 0."""
        kind = cls.model_fields[info.field_name or ""].annotation
        # A table of its own names its own keys.
        if not (isinstance(kind, type) and issubclass(kind, _Part)) and _has_truth(value):
            raise ValueError("true and false are no values of this key")
        return value


class Tiers(_Part):
    """Bounds in the policy's currency: light from `light_from` to `full_above` inclusive."""

    light_from: Decimal = Field(default=Decimal(15_000), ge=0)
    full_above: Decimal = Field(default=Decimal(30_000), ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> "Tiers":
        if self.full_above < self.light_from:
            raise ValueError("full_above must not be below light_from")
        return self


_NEVER_AFTER = (
    ("kickoff_day", "kickoff_latest_day"),
    ("plan_day", "sign_plan_day"),
    ("plan_after", "sign_plan_after"),
)
"""Days of which the second cannot come first."""


class Clocks(_Part):
    """Windows: hours from the signature, own ones in the owner's working hours, days by name.

    Days are business days after day 0 or after what their name says, those of reviews calendar
    days.
    """

    message: int = Field(default=4, ge=1, le=72)
    message_learned_late_after: int = Field(default=3, ge=1, le=72)
    message_learned_late: int = Field(default=1, ge=1, le=72)
    brief: int = Field(default=24, ge=1, le=240)
    assign: int = Field(default=24, ge=1, le=240)
    book_call: int = Field(default=24, ge=1, le=240)
    read: int = Field(default=44, ge=1, le=240)
    hold_call: int = Field(default=44, ge=1, le=240)
    intro: int = Field(default=48, ge=1, le=240)
    kickoff: int = Field(default=72, ge=1, le=240)
    kickoff_day: int = Field(default=2, ge=1, le=20)
    kickoff_after_assignment: int = Field(default=2, ge=1, le=20)
    kickoff_after_assignment_call: int = Field(default=3, ge=1, le=20)
    """The same where the briefing call is required."""
    kickoff_latest_day: int = Field(default=5, ge=1, le=20)
    plan_day: int = Field(default=4, ge=1, le=40)
    plan_after: int = Field(default=1, ge=1, le=40)
    sign_plan_day: int = Field(default=5, ge=1, le=40)
    sign_plan_after: int = Field(default=2, ge=1, le=40)
    first_review_day: int = Field(default=30, ge=1, le=366)
    second_review_day: int = Field(default=60, ge=1, le=366)
    last_review_day: int = Field(default=90, ge=1, le=366)
    review_opens: int = Field(default=5, ge=1, le=20)
    """Business days before its day at which a review stops waiting."""
    own_assign: int = Field(default=4, ge=0, le=80)
    own_book_call: int = Field(default=4, ge=0, le=80)
    own_other: int = Field(default=8, ge=0, le=80)
    own_judge: int = Field(default=9, ge=1, le=80)
    own_prep: int = Field(default=4, ge=0, le=80)
    prep_hour: int = Field(default=12, ge=1, le=23)
    """The hour of the day by which both are prepared for the kickoff."""
    prep_before: int = Field(default=24, ge=0, le=240)
    """Hours before the kickoff at which the working hours of that day have begun at least."""
    capture_days: int = Field(default=7, ge=1, le=90)
    """Days before the expected signature at which the AE is first reminded to capture the deal."""
    commitment_days: int = Field(default=7, ge=1, le=90)
    """Days after the day of the commitment at which the AE manager is asked about it."""

    @model_validator(mode="after")
    def _in_order(self) -> "Clocks":
        if self.read < self.assign:
            raise ValueError("read must not be below assign: nobody has read before they are named")
        for earlier, later in _NEVER_AFTER:
            if getattr(self, earlier) > getattr(self, later):
                raise ValueError(f"{earlier} must not be above {later}")
        if not self.first_review_day < self.second_review_day < self.last_review_day:
            raise ValueError(
                "first_, second_ and last_review_day must each be above the one before"
            )
        return self


class Nudges(_Part):
    """How often and how the clock speaks to one person."""

    most_a_day: int = Field(default=6, ge=2, le=50)
    """Direct messages to one person and local day; the rest stands in the next summary."""
    mornings: int = Field(default=5, ge=0, le=30)
    """On so many business days after it was late an owner is reminded in the morning."""
    together_minutes: int = Field(default=10, ge=0, le=60)
    """What falls due for one person within this time is one message."""


class Hours(_Part):
    """Working and quiet hours in each person's own zone."""

    start: time = time(9)
    end: time = time(18)
    resume: time = time(10)
    """The hour a due time outside the working hours is moved to."""
    quiet_begin: time = time(20)
    quiet_end: time = time(8)
    weekdays: dict[Country, tuple[int, ...]] = Field(default_factory=dict)
    """Working days by country code where they are not Monday to Friday; Monday is 0."""

    @model_validator(mode="after")
    def _in_order(self) -> "Hours":
        if not self.start < self.end:
            raise ValueError("start must be before end")
        if not self.start <= self.resume <= self.end:
            raise ValueError("resume must lie within the working hours")
        quiet = QuietHours(self.quiet_begin, self.quiet_end)
        if not quiet.spare(WorkingHours(self.start, self.end, resume=self.resume)):
            raise ValueError("quiet hours must lie outside the working hours")
        if any(not days or not set(days) <= set(range(7)) for days in self.weekdays.values()):
            raise ValueError("weekdays are numbers from 0 (Monday) to 6 (Sunday)")
        return self


class ListenerIs(StrEnum):
    """Who listens to the debrief besides the CSM, where nobody chose them."""

    CS_MANAGER = "cs_manager"
    REVOPS = "revops"


class AddOns(_Part):
    """From which value, and by what else, a deal gets more than its tier (process rule *Size*)."""

    call_above: Decimal = Field(default=Decimal(50_000), ge=0)
    """Above this value a briefing call is required."""
    call_stakeholders_above: int = Field(default=2, ge=0, le=100)
    """With more customer stakeholders than this a briefing call is required."""
    listener_from: Decimal = Field(default=Decimal(50_000), ge=0)
    """From this value on there is a second listener in the debrief."""
    listener: ListenerIs = ListenerIs.CS_MANAGER
    """Who that is."""
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
        if Item.BUYER_AND_SKEPTIC in self.full:
            raise ValueError("buyer_and_skeptic is light's: full counts buyer and skeptic")
        of_light = same_question(Item.BUYER_AND_SKEPTIC)
        unasked = set(self.core) & of_light - set(self.light)
        if unasked and Item.BUYER_AND_SKEPTIC not in self.light:
            raise ValueError("light must count buyer_and_skeptic where buyer or skeptic is core")
        return self

    def counted(self, tier: Tier) -> frozenset[Item]:
        """The items of a tier; none below the smallest."""
        if tier is Tier.NONE:
            return frozenset()
        return frozenset(self.light if tier is Tier.LIGHT else self.full)


class Managers(_Part):
    """Slack ids of who manages where neither the start form nor the person's own row says so."""

    ae: Annotated[str, AfterValidator(_unless_empty(_person_id))] = ""
    cs: Annotated[str, AfterValidator(_unless_empty(_person_id))] = ""

    def named(self) -> tuple[str, ...]:
        """Those that are set."""
        return tuple(one for one in (self.ae, self.cs) if one)


class Policy(_Part):
    """All settings of the process; unknown keys and impossible numbers are refused."""

    currency: Currency = "USD"
    rates: dict[Currency, OneUnit] = Field(
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
    team_channel: Annotated[str, AfterValidator(_unless_empty(_channel_id))] = ""
    """Slack id of the internal channel in which a commitment is announced; empty: none."""
    clocks: Clocks = Clocks()
    hours: Hours = Hours()
    nudges: Nudges = Nudges()
    gate_percent: int = Field(default=90, ge=1, le=100)
    open_handoffs_per_csm: int = Field(default=40, ge=1)
    undo_minutes: int = Field(default=10, ge=1, le=60)
    admins: tuple[PersonId, ...] = ()
    """Slack ids of people who are admins of the bot besides the workspace's own."""
    default_region: str = Field(default="", pattern=r"^([A-Z]{2}(-[A-Z0-9]{1,3})?)?$")

    @model_validator(mode="after")
    def _rates_known(self) -> "Policy":
        if self.rates.get(self.currency, Decimal(1)) != 1:
            raise ValueError(f"the rate of {self.currency} to itself must be 1")
        return self

    def rate(self, currency: str) -> Rate | None:
        """What one unit of a currency is worth by the table; None where it is not in it."""
        if currency == self.currency:
            return Rate(Decimal(1), self.rates_of)
        found = self.rates.get(currency)
        return Rate(found, self.rates_of) if found is not None else None

    def converted(self, value: Money, rate: Rate | None = None) -> Decimal:
        """The value in the policy's currency, by the table unless a rate is given.

        Raises Invalid for a currency that is not in the table.
        """
        rate = rate or self.rate(value.currency)
        if rate is None:
            raise Invalid(Problem.UNKNOWN_CURRENCY, field="currency")
        return value.amount * rate.worth

    def tier(self, value: Money, rate: Rate | None = None) -> Tier:
        """The tier by value alone (process rule *Size*)."""
        amount = self.converted(value, rate)
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


def load_policy(path: Path | None, *, today: date | None = None) -> Policy:
    """Read a policy file (TOML); without one the defaults hold. Raises PolicyError.

    With `today` also for rates of a day that is still to come.
    """
    if path is None:
        return Policy()
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyError(f"{path}: cannot be read as TOML: {error}") from error
    try:
        policy = Policy.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        # Of a wrong key within a table the library names key and table, then says so: `[key]`.
        key = ".".join(str(part) for part in first["loc"] if part != "[key]") or "(file)"
        raise PolicyError(f"{path}: {key}: {first['msg']}") from error
    # A day further on than anywhere on earth.
    if today is not None and policy.rates_of > today + timedelta(days=1):
        raise PolicyError(f"{path}: rates_of: this day is still to come")
    return policy
