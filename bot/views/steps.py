"""The table of steps as a page for people."""

from collections.abc import Iterator
from itertools import groupby

from bot.domain.policy import Policy, Tier
from bot.domain.steps import LIGHT_AND_FULL, MANAGERS, PROCESS, Step, StepRule
from bot.views import sentences as said


def steps_page(policy: Policy) -> str:
    """The whole table with a policy's numbers, in Markdown."""
    head = said.steps.COLUMNS
    rows = [head, ["---"] * len(head), *_rows(policy)]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    resume = policy.hours.resume.isoformat(timespec="minutes")
    notes = said.steps.notes(policy.clocks, resume)
    parts = [said.steps.HEADING, said.steps.INTRO, table, notes]
    return "\n\n".join(parts) + "\n"


def _rows(policy: Policy) -> Iterator[list[str]]:
    """A line for each step; two people share one where the same deals have their parts."""
    for (number, name, deals), found in groupby(PROCESS, key=_same_line):
        rules = list(found)
        first = rules[0]
        yield [
            str(number),
            name,
            deals,
            said.steps.owner_words([rule.owner for rule in rules], first.joint_owner),
            ", ".join(said.terms.STEP_NAMES[need] for need in first.needs) or said.steps.NOTHING,
            _due(first, policy, alone=len(rules) == 1),
            said.steps.DONE_WHEN[first.step],
            _told(rules),
        ]


def _same_line(rule: StepRule) -> tuple[int, str, str]:
    return rule.number, said.terms.STEP_NAMES[rule.step], _deals(rule)


def _deals(rule: StepRule) -> str:
    if rule.tiers == LIGHT_AND_FULL:
        return said.steps.ALL_DEALS
    tiers = [tier for tier in Tier if tier in rule.tiers]
    return said.steps.deals(tiers, rule.add_on, said.steps.HAPPENS.get(rule.step))


def _due(rule: StepRule, policy: Policy, *, alone: bool) -> str:
    clocks = policy.clocks
    due = said.steps.due_words(rule.due, clocks)
    if rule.calendar is not None and alone:
        due = said.steps.by_days_of(due, rule.calendar)
    own = rule.own(clocks) if rule.needs and not rule.pre_close else 0
    told = [due, said.steps.own_words(own) if own else ""]
    return "; at least ".join(part for part in told if part)


def _told(rules: list[StepRule]) -> str:
    first = rules[0]
    if first.pre_close:
        return said.steps.NEVER_LATE
    if first.step is Step.MESSAGE:
        return said.steps.NOBODY_TOLD
    owners = [owner for rule in rules for owner in (rule.owner, rule.joint_owner) if owner]
    managers = [
        said.terms.ROLE_NAMES[MANAGERS[owner]] if owner in MANAGERS else said.steps.OWN_MANAGER
        for owner in owners
    ]
    either = first.joint_owner is not None
    return said.steps.told_words(managers, either=either, at_once=first.manager_at_once)
