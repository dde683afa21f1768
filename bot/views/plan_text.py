"""What the customer reads of the success plan: the shared milestones, and nothing else of it."""

from collections.abc import Iterable, Iterator
from datetime import date

from bot.domain.plan import MilestoneState
from bot.domain.plan_pages import MilestoneShown, PlanPage
from bot.views import sentences as said
from bot.views.markdown import in_one_line
from bot.views.text import day


def in_order(shown: Iterable[MilestoneShown]) -> list[MilestoneShown]:
    """By day, those without one last."""
    return sorted(shown, key=lambda one: (one.milestone.text.due or date.max, one.milestone.number))


def plan_text(page: PlanPage) -> str:
    """Plain text to be copied; who reaches a milestone stands there by name, not by part."""
    lines = [said.plan.text_head(" ".join(page.account.split())), ""]
    for number, shown in enumerate(in_order(page.shared), start=1):
        words = " ".join(shown.milestone.text.words.split())
        lines.append(f"{number}. {' — '.join([words, *_details(shown)])}")
    return "\n".join(lines)


def plan_markdown(page: PlanPage) -> bytes:
    """The same as a file; signs of Markdown that somebody typed stand there as what they are."""
    lines = [f"# {in_one_line(said.plan.text_head(page.account))}", ""]
    for number, shown in enumerate(in_order(page.shared), start=1):
        told = [in_one_line(shown.milestone.text.words), *map(in_one_line, _details(shown))]
        lines.append(f"{number}. {' — '.join(told)}")
    return ("\n".join(lines) + "\n").encode()


def _details(shown: MilestoneShown) -> Iterator[str]:
    text = shown.milestone.text
    if name := outside_name(shown):
        yield name
    if text.due is not None:
        yield said.plan.by_day(day(text.due))
    if shown.milestone.state is MilestoneState.DONE:
        yield said.plan.REACHED


def outside_name(shown: MilestoneShown) -> str:
    """Who reaches it, as the customer knows them; empty where nobody is named."""
    if shown.owner is not None:
        return shown.owner.name
    return shown.milestone.text.who
