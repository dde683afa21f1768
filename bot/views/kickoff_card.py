"""The card that AE, CSM and implementation lead have before them in the kickoff."""

from datetime import datetime
from typing import Final

from slack_sdk.models.blocks import Block, DividerBlock
from slack_sdk.models.views import View

from bot.domain.brief import Brief, ContactRole
from bot.domain.kickoff_pages import CardPage, champion_of
from bot.domain.promises import Side
from bot.views import sentences as said
from bot.views.blocks import Place, as_typed, form, reason_input, small_as_typed
from bot.views.card import success_line, why_line
from bot.views.ids import ActionId, Field, ViewId
from bot.views.kickoff_booking import elsewhere_blocks, missing_blocks
from bot.views.kickoff_calendar import kickoff_link
from bot.views.limits import NAME_SHOWN
from bot.views.message import actions, context, link_button, section
from bot.views.payload import Ref
from bot.views.plan import milestone_details
from bot.views.plan_text import in_order
from bot.views.text import day, instant_token, isolate, one_line

TOLD: Final = 400
"""Characters of one answer of the brief."""
CRITERION: Final = 200
CRITERIA: Final = 2
"""So many of the brief the AE supports at most."""
MILESTONES: Final = 8
"""So many of the plan are named one by one."""
_SUBMITS: Final = {Side.CSM: said.kickoff.SUBMIT_CSM, Side.AE: said.kickoff.SUBMIT_AE}
_MEANS: Final = {Side.CSM: said.kickoff.READ_IT, Side.AE: said.kickoff.OWN_PART}


def card_view(page: CardPage, *, as_of: datetime) -> View:
    """Who says what, filled from the brief; before the kickoff the viewer's yes to it besides."""
    blocks: list[Block] = [as_typed(page.account), *_time(page, as_of)]
    blocks += missing_blocks(page.missing)
    blocks.append(DividerBlock())
    if page.joint:
        blocks += _of_the_ae(page)
    blocks += _of_the_csm(page)
    blocks += _if_said(page)
    if page.prepares is not None:
        blocks += [DividerBlock(), context(_MEANS[page.prepares])]
    if page.prepares is not None and page.asks_why:
        place = Place("kickoff_card", entry=page.handoff_id)
        blocks.append(reason_input(place, words=said.forms.FOR_BOTH_REASON))
    return form(
        ViewId.KICKOFF_CARD,
        Ref(handoff=page.handoff_id),
        blocks,
        title=said.forms.FORM_TITLES[ViewId.KICKOFF_CARD],
        submit=_SUBMITS[page.prepares] if page.prepares is not None else None,
        close=said.forms.CLOSE,
    )


def _time(page: CardPage, as_of: datetime) -> list[Block]:
    told = [_when(page), said.kickoff.JOINT if page.joint else said.kickoff.CS_ONLY]
    blocks: list[Block] = [context(" ".join(told))]
    champion = one_line(champion_of(page.brief), NAME_SHOWN)
    blocks.append(small_as_typed(said.kickoff.of_the_customer(champion)))
    time = page.time
    if time is not None and time.booked:
        blocks += elsewhere_blocks(time.at, page.elsewhere, as_of=as_of)
        blocks.append(context(said.kickoff.HOLD if page.hold else said.kickoff.INVITE))
        link, ref = ActionId.KICKOFF_LINK, Ref(handoff=page.handoff_id)
        url = kickoff_link(time.at, page.account, joint=page.joint)
        blocks += actions([link_button(link, said.buttons.BUTTONS[link], ref, url)])
    ready = [
        f"{name} {instant_token(at)}"
        for name, at in (("CSM", page.ready_at), ("AE", page.ready_ae_at))
        if at is not None
    ]
    if ready:
        blocks.append(context(said.kickoff.PREPARED.format(who=", ".join(ready))))
    return blocks


def _when(page: CardPage) -> str:
    time = page.time
    if time is None:
        return said.kickoff.NOT_BOOKED
    token = instant_token(time.at)
    if time.held:
        return said.kickoff.held_line(token)
    if time.booked:
        return said.kickoff.booked_line(token)
    return said.kickoff.proposed_line(token) if time.proposed else said.kickoff.due_line(token)


def _of_the_ae(page: CardPage) -> list[Block]:
    brief, csm = page.brief, _csm(page)
    further = [line for line in brief.success.further.splitlines() if line.strip()]
    criteria = [success_line(brief.success, CRITERION), *further]
    named = "\n".join(one_line(one, CRITERION) for one in criteria[:CRITERIA] if one)
    return [
        section(said.kickoff.BY_AE),
        *_line(said.kickoff.OPENS, why_line(brief.why, TOLD)),
        *_line(said.kickoff.SUPPORTS, named),
        *_line(said.kickoff.COMMERCIAL, said.kickoff.COMMERCIAL_MEANS.format(csm=csm)),
        *_line(said.kickoff.CLOSES, said.kickoff.CLOSING.format(csm=csm)),
    ]


def _of_the_csm(page: CardPage) -> list[Block]:
    brief = page.brief
    blocks: list[Block] = [section(said.kickoff.BY_CSM)]
    if not page.joint:
        blocks += _line(said.kickoff.OPENS_CSM, why_line(brief.why, TOLD))
    blocks += _line(said.kickoff.CONFIRMS_METRIC, success_line(brief.success, TOLD))
    blocks += _line(said.kickoff.CONFIRMS_TIMING, _timing(brief))
    blocks += _line(said.kickoff.ASKS_CHANGE, said.kickoff.ASKS_CHANGE_MEANS)
    blocks += _line(*_plan(page))
    style = " · ".join(part for part in (brief.first_days.style, _behaviour(brief)) if part)
    if style.strip():
        blocks += _line(said.kickoff.LISTENS, one_line(style, TOLD))
    return blocks


def _plan(page: CardPage) -> tuple[str, str]:
    """What the customer is to agree to, by day; it is worked on where it lives, not here."""
    label = said.kickoff.AGREES_OUTLINE if page.outline else said.kickoff.AGREES_PLAN
    rows = [
        f"{one_line(one.milestone.text.words, CRITERION)} — {milestone_details(one)}"
        for one in in_order(page.plan)
    ]
    if len(rows) > MILESTONES:
        rows = [*rows[:MILESTONES], said.plan.more(len(rows) - MILESTONES)]
    if not rows:
        return label, said.kickoff.NO_OUTLINE if page.outline else said.plan.NOTHING_SHARED
    return label, "\n".join(rows)


def _if_said(page: CardPage) -> list[Block]:
    ae, csm = isolate(page.ae), _csm(page)
    keeps = said.kickoff.KEEP_AE.format(ae=ae)
    answer = said.kickoff.keep_ae(ae, csm, page.commercial_until)
    return [
        section(said.kickoff.IF_SAID),
        *_line(said.kickoff.EXPLAINED, said.kickoff.explained(ae, _known(page.brief))),
        *_line(keeps, answer),
    ]


def _line(label: str, text: str) -> list[Block]:
    return [small_as_typed(label), as_typed(text or said.brief.NOTHING_WRITTEN)]


def _csm(page: CardPage) -> str:
    return isolate(page.csm) if page.csm is not None else said.kickoff.THE_CSM


def _timing(brief: Brief) -> str:
    days = brief.first_days
    told = (
        (Field.LIVE_BY, days.live_by),
        (Field.REVIEW_ON, days.review_on),
        (Field.RUNS_ON, brief.why.runs_on),
    )
    labels = said.forms.FIELDS
    return " · ".join(f"{labels[one].label}: {day(on)}" for one, on in told if on is not None)


def _known(brief: Brief) -> str:
    """What they told before: in their own words, else why they bought."""
    quote = one_line(brief.why.quote, CRITERION)
    return f"“{quote}”" if quote else why_line(brief.why, CRITERION)


def _behaviour(brief: Brief) -> str:
    found = brief.people.having(ContactRole.CHAMPION)
    return next((f"{one.name}: {one.behaviour}" for one in found if one.behaviour.strip()), "")
