"""How far the brief is: its counted items, what keeps each from being filled, and the gate."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from bot.domain.access import Audience, readable_in
from bot.domain.brief import Brief, Contact, ContactRole
from bot.domain.items import Hole, Item, SectionKey, to_confirm
from bot.domain.policy import Policy, Tier
from bot.domain.words import Asks, denies, points_elsewhere, says_something

Check = Callable[[Brief, Tier], Hole | None]


def _text(*texts: str) -> Hole | None:
    """Whether texts that all have to be there are."""
    return _parts(*((text, Hole.EMPTY) for text in texts))


def _parts(*parts: tuple[str, Hole]) -> Hole | None:
    """What of several texts is missing, the first one first, or only points elsewhere."""
    missing = next((hole for text, hole in parts if not says_something(text)), None)
    if missing is not None:
        return missing
    return Hole.ELSEWHERE if any(points_elsewhere(text) for text, _ in parts) else None


def _story(*parts: tuple[str, Hole]) -> Hole | None:
    """The same of what is always there, so that neither "none" nor the name of a place answers."""
    denied = next((hole for text, hole in parts if denies(text)), None)
    if denied is None and any(points_elsewhere(text, Asks.STORY) for text, _ in parts):
        denied = Hole.ELSEWHERE
    return _first(_parts(*parts), denied)


def _first(*holes: Hole | None) -> Hole | None:
    return next((hole for hole in holes if hole is not None), None)


def _trigger(brief: Brief, _: Tier) -> Hole | None:
    return _story((brief.why.trigger, Hole.EMPTY))


def _event(brief: Brief, _: Tier) -> Hole | None:
    return _text(brief.why.event)


def _runs_on(brief: Brief, _: Tier) -> Hole | None:
    return None if brief.why.runs_on else Hole.EMPTY


def _quote(brief: Brief, _: Tier) -> Hole | None:
    why = brief.why
    if not says_something(why.quote):
        return Hole.EMPTY
    # "In the call" is a source, "see CRM" is none.
    elsewhere = points_elsewhere(why.quote_source, Asks.PLACE)
    return _first(
        None if says_something(why.quote_by) else Hole.NO_PERSON,
        None if why.quote_on else Hole.NO_DATE,
        None if says_something(why.quote_source) else Hole.NO_SOURCE,
        _text(why.quote, why.quote_by),
        Hole.ELSEWHERE if elsewhere else None,
    )


def _of_champion(brief: Brief, check: Callable[[Contact], Hole | None]) -> Hole | None:
    """What keeps the nearest of the champions from being described; there may be several."""
    holes = [check(champion) for champion in brief.people.having(ContactRole.CHAMPION)]
    return Hole.EMPTY if not holes else None if None in holes else holes[0]


def _champion(brief: Brief, tier: Tier) -> Hole | None:
    return _of_champion(brief, _light_champion if tier is Tier.LIGHT else _full_champion)


def _full_champion(champion: Contact) -> Hole | None:
    return _story(
        (champion.name, Hole.NO_PERSON),
        (champion.title, Hole.NO_TITLE),
        (champion.behaviour, Hole.NO_LINE),
    )


def _light_champion(champion: Contact) -> Hole | None:
    return _story(
        (champion.name, Hole.NO_PERSON),
        (champion.title, Hole.NO_TITLE),
        (champion.stake, Hole.NO_STAKE),
    )


def _stake(brief: Brief, _: Tier) -> Hole | None:
    return _of_champion(brief, lambda champion: _story((champion.stake, Hole.EMPTY)))


def _consequence(brief: Brief, _: Tier) -> Hole | None:
    return _of_champion(brief, lambda champion: _story((champion.consequence, Hole.EMPTY)))


def _buyer(brief: Brief, _: Tier) -> Hole | None:
    return _known(brief.people.having(ContactRole.BUYER))


def _user(brief: Brief, _: Tier) -> Hole | None:
    return _known(brief.people.having(ContactRole.USER))


def _skeptic(brief: Brief, _: Tier) -> Hole | None:
    if brief.people.no_skeptic:
        return None
    return _known([one for one in brief.people.present if one.skeptic])


def _known(contacts: Sequence[Contact]) -> Hole | None:
    """What keeps all of them from being somebody with a name."""
    holes = [_story((one.name, Hole.EMPTY)) for one in contacts]
    return Hole.EMPTY if not holes else None if None in holes else holes[0]


def _buyer_and_skeptic(brief: Brief, tier: Tier) -> Hole | None:
    buyer = None if brief.people.no_buyer else _buyer(brief, tier)
    return _first(buyer, _skeptic(brief, tier))


def _metric(brief: Brief, _: Tier) -> Hole | None:
    success = brief.success
    if not says_something(success.metric) or denies(success.metric):
        nothing = not says_something(success.target) and success.by is None
        return Hole.EMPTY if nothing else Hole.NO_METRIC
    if not any(ch.isdigit() for ch in success.target):
        return Hole.NO_NUMBER
    return Hole.NO_DATE if success.by is None else _text(success.metric, success.target)


def _today(brief: Brief, _: Tier) -> Hole | None:
    return _text(brief.success.today)


def _whose(brief: Brief, _: Tier) -> Hole | None:
    success = brief.success
    if not says_something(success.whose):
        return Hole.EMPTY if success.said_on is None else Hole.NO_PERSON
    return Hole.NO_SAID_ON if success.said_on is None else _text(success.whose)


def _promises(brief: Brief, _: Tier) -> Hole | None:
    if brief.entries:
        return _text(*(entry.text.words for entry in brief.entries))
    return None if brief.promises.none_made else Hole.EMPTY


def _refused(brief: Brief, _: Tier) -> Hole | None:
    return _text(brief.promises.refused)


def _nearly(brief: Brief, _: Tier) -> Hole | None:
    return _text(brief.red_flags.nearly)


def _risks(brief: Brief, _: Tier) -> Hole | None:
    flags = brief.red_flags
    if says_something(flags.top_risk):
        return _text(flags.top_risk)
    if says_something(flags.other_risks):
        return Hole.NO_TOP
    return None if flags.no_risks else Hole.EMPTY


def _private_note(brief: Brief, _: Tier) -> Hole | None:
    return _text(brief.red_flags.private_note)


def _contract(brief: Brief, _: Tier) -> Hole | None:
    # The value is the handoff's own and always there.
    deal = brief.commercials
    there = [says_something(deal.term), deal.starts_on is not None, deal.renews_on is not None]
    if not any(there):
        return Hole.EMPTY
    return _text(deal.term) if all(there) else Hole.PART_MISSING


def _scope(brief: Brief, _: Tier) -> Hole | None:
    deal = brief.commercials
    texts = (deal.products, deal.use_case, deal.scope)
    there = [*(says_something(text) for text in texts), deal.live_on is not None]
    if not any(there):
        return Hole.EMPTY
    return _text(*texts) if all(there) else Hole.PART_MISSING


def _growth(brief: Brief, _: Tier) -> Hole | None:
    texts = (brief.commercials.growth, brief.commercials.growth_needs)
    if not any(says_something(text) for text in texts):
        return Hole.EMPTY
    return _text(*texts) if all(says_something(text) for text in texts) else Hole.PART_MISSING


def _defined_done(brief: Brief, _: Tier) -> Hole | None:
    days = brief.first_days
    texts = (days.outcome, days.second_outcome, days.confirms)
    if not any(says_something(text) for text in texts) and days.live_by is None:
        return Hole.EMPTY
    if days.live_by is None or days.review_on is None:
        return Hole.NO_DATE
    return _parts(
        (days.outcome, Hole.ONE_OUTCOME),
        (days.second_outcome, Hole.ONE_OUTCOME),
        (days.confirms, Hole.NO_CONFIRMATION),
    )


def _talk(*texts: str) -> Hole | None:
    """Whether it is said how to talk to the customer, for which a channel is an answer."""
    if not all(says_something(text) for text in texts):
        return Hole.EMPTY
    return Hole.ELSEWHERE if any(points_elsewhere(one, Asks.CHANNEL) for one in texts) else None


def _style(brief: Brief, tier: Tier) -> Hole | None:
    days = brief.first_days
    if tier is Tier.LIGHT:
        return _talk(days.style)
    if not says_something(days.style) and not says_something(days.cadence):
        return Hole.EMPTY
    both = says_something(days.style) and says_something(days.cadence)
    return _talk(days.style, days.cadence) if both else Hole.PART_MISSING


@dataclass(frozen=True)
class ItemRule:
    """Where an item stands, who may read that it is open, and what keeps it from being filled."""

    item: Item
    number: int
    """The process's number; of a light deal's own item that of its first part."""
    section: SectionKey
    audience: Audience
    """The narrowest of the fields it draws on."""
    hole: Check


ITEMS: tuple[ItemRule, ...] = (
    ItemRule(Item.TRIGGER, 1, SectionKey.WHY, Audience.CHANNEL, _trigger),
    ItemRule(Item.EVENT, 2, SectionKey.WHY, Audience.CHANNEL, _event),
    ItemRule(Item.RUNS_ON, 3, SectionKey.WHY, Audience.CHANNEL, _runs_on),
    ItemRule(Item.QUOTE, 4, SectionKey.WHY, Audience.CHANNEL, _quote),
    ItemRule(Item.CHAMPION, 5, SectionKey.PEOPLE, Audience.PERSONAL, _champion),
    ItemRule(Item.STAKE, 6, SectionKey.PEOPLE, Audience.PERSONAL, _stake),
    ItemRule(Item.CONSEQUENCE, 7, SectionKey.PEOPLE, Audience.PERSONAL, _consequence),
    ItemRule(Item.BUYER, 8, SectionKey.PEOPLE, Audience.CHANNEL, _buyer),
    ItemRule(Item.BUYER_AND_SKEPTIC, 8, SectionKey.PEOPLE, Audience.PERSONAL, _buyer_and_skeptic),
    ItemRule(Item.USER, 9, SectionKey.PEOPLE, Audience.CHANNEL, _user),
    ItemRule(Item.SKEPTIC, 10, SectionKey.PEOPLE, Audience.PERSONAL, _skeptic),
    ItemRule(Item.METRIC, 11, SectionKey.SUCCESS, Audience.CHANNEL, _metric),
    ItemRule(Item.TODAY, 12, SectionKey.SUCCESS, Audience.CHANNEL, _today),
    ItemRule(Item.WHOSE, 13, SectionKey.SUCCESS, Audience.CHANNEL, _whose),
    ItemRule(Item.PROMISES, 14, SectionKey.PROMISES, Audience.CHANNEL, _promises),
    ItemRule(Item.REFUSED, 15, SectionKey.PROMISES, Audience.CHANNEL, _refused),
    ItemRule(Item.NEARLY, 16, SectionKey.RED_FLAGS, Audience.RED_FLAGS, _nearly),
    ItemRule(Item.RISKS, 17, SectionKey.RED_FLAGS, Audience.RED_FLAGS, _risks),
    ItemRule(Item.PRIVATE_NOTE, 18, SectionKey.RED_FLAGS, Audience.PRIVATE_NOTE, _private_note),
    ItemRule(Item.CONTRACT, 19, SectionKey.COMMERCIALS, Audience.COMMERCIALS, _contract),
    ItemRule(Item.SCOPE, 20, SectionKey.COMMERCIALS, Audience.COMMERCIALS, _scope),
    ItemRule(Item.GROWTH, 21, SectionKey.COMMERCIALS, Audience.COMMERCIALS, _growth),
    ItemRule(Item.DEFINED_DONE, 22, SectionKey.FIRST_DAYS, Audience.CHANNEL, _defined_done),
    ItemRule(Item.STYLE, 23, SectionKey.FIRST_DAYS, Audience.PERSONAL, _style),
)
_RULES: Mapping[Item, ItemRule] = {rule.item: rule for rule in ITEMS}


def rules_of(tier: Tier, policy: Policy) -> list[ItemRule]:
    """What a deal of a tier counts, in the order of the brief."""
    counted = policy.items.counted(tier)
    return [rule for rule in ITEMS if rule.item in counted]


@dataclass(frozen=True)
class OpenItem:
    """A counted item that is a hole, and why."""

    item: Item
    hole: Hole
    asker: int | None = None
    """Who asks the customer, where one must; None is the AE."""
    asked_by: str = ""
    """Their name, where it is shown."""

    @property
    def section(self) -> SectionKey:
        """Where it is filled in."""
        return _RULES[self.item].section

    @property
    def audience(self) -> Audience:
        """Who may read that it is open."""
        return _RULES[self.item].audience


@dataclass(frozen=True)
class Completeness:
    """How many of the tier's items are filled, and which are not."""

    filled: int
    counted: int
    open: tuple[OpenItem, ...] = ()
    private: int = 0
    """Open items that this reader is told of by number only."""

    @property
    def percent(self) -> int:
        """Filled of counted, rounded down; 100 where nothing is counted."""
        return 100 if not self.counted else self.filled * 100 // self.counted

    def seen_by(
        self, audiences: Collection[Audience], given: Collection[SectionKey] = ()
    ) -> "Completeness":
        """The same for a reader: holes in what they may not read are only counted."""
        named = tuple(
            one for one in self.open if one.audience in readable_in(one.section, audiences, given)
        )
        return replace(self, open=named, private=len(self.open) - len(named))

    def naming(self, names: Mapping[int, str], *, ae: int) -> "Completeness":
        """The same with the name of who asks the customer at each item that only they know."""

        def owned(one: OpenItem) -> OpenItem:
            if one.hole is not Hole.MUST_CONFIRM:
                return one
            return replace(one, asked_by=names.get(one.asker or ae, ""))

        return replace(self, open=tuple(owned(one) for one in self.open))

    def fallen(self, before: "Completeness") -> tuple[OpenItem, ...]:
        """The items that were filled before and are holes now."""
        were_open = {one.item for one in before.open}
        return tuple(one for one in self.open if one.item not in were_open)


NOTHING_COUNTED = Completeness(0, 0)


def completeness(brief: Brief, tier: Tier, policy: Policy) -> Completeness:
    """Count the tier's items; one that must be confirmed with the customer is a named hole."""
    open_items: list[OpenItem] = []
    rules = rules_of(tier, policy)
    for rule in rules:
        hole, section = rule.hole(brief, tier), brief.section(rule.section)
        if to_confirm(rule.item, section.must_confirm):
            open_items.append(OpenItem(rule.item, Hole.MUST_CONFIRM, section.asker))
        elif hole is not None:
            open_items.append(OpenItem(rule.item, hole))
    return Completeness(len(rules) - len(open_items), len(rules), tuple(open_items))


def passes_gate(state: Completeness, tier: Tier, policy: Policy) -> bool:
    """The gate of step 4: full 90 % and every core item; light all, one non-core to confirm.

    The share is compared exactly, not as it is shown.
    """
    if any(item.item in policy.items.core for item in state.open):
        return False
    if tier is Tier.LIGHT:
        return all(item.hole is Hole.MUST_CONFIRM for item in state.open) and len(state.open) <= 1
    if not state.counted:
        return True
    return Fraction(state.filled, state.counted) >= Fraction(policy.gate_percent, 100)


def capture_missing(brief: Brief) -> tuple[SectionKey, ...]:
    """What the pre-close capture still lacks of people, metric, red flags and promises."""
    flags = brief.red_flags
    written = (flags.nearly, flags.top_risk, flags.other_risks, flags.private_note)
    there = {
        SectionKey.PEOPLE: bool(brief.people.contacts),
        SectionKey.SUCCESS: bool(brief.success.metric.strip()),
        SectionKey.RED_FLAGS: flags.no_risks or any(text.strip() for text in written),
        SectionKey.PROMISES: bool(brief.entries or brief.promises.none_made),
    }
    return tuple(key for key, filled in there.items() if not filled)


def has_content(brief: Brief) -> bool:
    """Whether the pre-close capture is done."""
    return not capture_missing(brief)
