"""The success plan in a modal: its milestones in pages, their editor, and who said yes to it."""

from collections.abc import Sequence
from typing import Final

from slack_sdk.models.blocks import Block, ButtonElement
from slack_sdk.models.views import View

from bot.domain.access import Act
from bot.domain.plan import (
    LONGEST_MILESTONE,
    LONGEST_WHO,
    OUTSIDE,
    ConfirmedWay,
    Milestone,
    MilestoneOwner,
    MilestoneState,
    MilestoneText,
    Party,
    Sharing,
)
from bot.domain.plan_pages import ConfirmForm, MilestoneShown, PlanPage, to_ask
from bot.domain.read_models import Clash
from bot.views import sentences as said
from bot.views.blocks import (
    Place,
    as_typed,
    choice_input,
    date_input,
    form,
    option,
    reason_input,
    text_input,
)
from bot.views.brief import theirs_of, yours_of
from bot.views.card import Row
from bot.views.ids import ActionId, Field, ViewId
from bot.views.limits import LINE, NAME_SHOWN, SECTION_TEXT, paginate
from bot.views.message import (
    actions,
    button,
    context,
    lines,
    plain_section,
    when,
    words,
)
from bot.views.payload import Ref
from bot.views.plan_text import in_order, outside_name, plan_text
from bot.views.text import day, instant_token, isolate, one_line

EACH: Final = 8
"""Milestones on one page."""


def plan_view(
    page: PlanPage, *, at: int = 0, told: str = "", from_channel: int | None = None
) -> View:
    """Every milestone the viewer may read, some on a page, with what is theirs to do.

    `told` is what the viewer's last press led to, `from_channel` the channel it was asked for in.
    """
    gone = [one for one in page.milestones if not one.milestone.in_force]
    rows, here, pages = paginate([*in_order(page.in_force), *gone], page=at, size=EACH)
    about = Ref(
        handoff=page.handoff_id, page=here, revision=page.plan.version, channel=from_channel
    )
    blocks: list[Block] = [as_typed(page.account), context(plan_state(page))]
    if told:
        blocks.append(plain_section(told))
    if not rows:
        nothing = said.plan.NOTHING_TO_READ if page.plan.milestones else said.plan.EMPTY
        blocks.append(plain_section(nothing))
    else:
        blocks.append(lines(*mark_rows(page)))
    if page.edits and page.plan.incomplete:
        blocks.append(context(said.plan.incomplete(page.plan.incomplete)))
    if page.signs is not None:
        blocks.append(context(said.plan.INITIAL_MEANS))
    blocks += _what_to_do(page, about)
    for shown in rows:
        blocks += _milestone(page, shown, about)
    # Within one row of buttons Slack wants different action ids: each way gets its own row.
    for label, target in ((said.whole.PAGE_BACK, here - 1), (said.whole.PAGE_ON, here + 1)):
        if 0 <= target < pages:
            ref = Ref(handoff=page.handoff_id, page=target, channel=from_channel)
            blocks += actions([button(ActionId.OPEN_SUCCESS_PLAN, label, ref)])
    return form(
        ViewId.SUCCESS_PLAN,
        Ref(handoff=page.handoff_id, page=here),
        blocks,
        title=said.forms.FORM_TITLES[ViewId.SUCCESS_PLAN],
        close=said.forms.CLOSE,
    )


def plan_state(page: PlanPage) -> str:
    """How far it is, as far as this viewer may know (mrkdwn)."""
    told = [said.plan.milestones(len(page.in_force))]
    if page.reads_internal:
        told += [said.plan.shared(page.plan.shared), said.plan.version(page.plan.version)]
    if page.plan.signed_at is not None:
        told.append(said.plan.signed(instant_token(page.plan.signed_at)))
    return " · ".join(told)


def mark_rows(page: PlanPage) -> list[Row]:
    """Who said yes to the plan as it is, and whose yes is missing."""
    return [_mark(page, party) for party in page.parties]


def _mark(page: PlanPage, party: Party) -> Row:
    name, given = said.plan.PARTIES[party], page.marks.get(party)
    if given is None:
        owner = page.people.get(party)
        return [words(f"⚪ {name} {isolate(owner.name)}" if owner else f"⚪ {name}")]
    if party not in OUTSIDE:
        return [words(f"✍️ {name} {isolate(given.by.name)} "), when(given.at)]
    if given.confirmation is None:
        return [words(f"✅ {name}")]
    heard = given.confirmation
    who = one_line(heard.who, NAME_SHOWN)
    return [words(f"✅ {name}: {said.plan.confirmed(who, day(heard.on), heard.way)}")]


def _what_to_do(page: PlanPage, about: Ref) -> list[Block]:
    """What concerns the plan as a whole."""
    first = [
        _press(ActionId.INITIAL_PLAN, about, primary=True) if page.signs is not None else None,
        _press(ActionId.START_PLAN, about, primary=page.signs is None)
        if page.edits and not page.started
        else None,
        _press(ActionId.MILESTONE_ADD, about) if page.edits else None,
        _press(ActionId.PLAN_TEXT, about) if page.shared else None,
    ]
    blocks = actions(first)
    for party in to_ask(page) if page.confirms else ():
        label = said.plan.CORRECTS if party in page.marks else said.plan.CONFIRMS
        ref = about.model_copy(update={"thing": party.value})
        blocks += actions([button(ActionId.OPEN_CONFIRM_PLAN, label[party], ref)])
    return blocks


def _press(action: ActionId, ref: Ref, *, primary: bool = False) -> ButtonElement:
    return button(action, said.buttons.BUTTONS[action], ref, primary=primary)


def _milestone(page: PlanPage, shown: MilestoneShown, about: Ref) -> list[Block]:
    one = shown.milestone
    ref = about.model_copy(update={"entry": one.id, "revision": one.version})
    row: list[ButtonElement | None] = []
    if one.in_force:
        edit = _press(ActionId.MILESTONE_EDIT, ref) if page.edits else None
        is_open = one.state is MilestoneState.OPEN
        became = ActionId.MILESTONE_DONE if is_open else ActionId.MILESTONE_AGAIN
        row = [
            edit,
            _press(became, ref) if page.concludes else None,
            _press(ActionId.MILESTONE_DROP, ref) if page.edits else None,
        ]
    elif page.edits:
        row = [_press(ActionId.MILESTONE_AGAIN, ref)]
    return [*milestone_blocks(shown), *actions(row)]


def milestone_blocks(shown: MilestoneShown) -> list[Block]:
    """One milestone: what is reached, by whom and when, and what became of it."""
    one = shown.milestone
    head: Row = [
        words(said.plan.title(one.number), bold=True),
        words(f" — {milestone_details(shown)}"),
    ]
    if one.state is MilestoneState.DONE and one.state_at is not None:
        head += [words(f" · {said.plan.DONE} "), when(one.state_at)]
    elif one.state is MilestoneState.DROPPED:
        head.append(words(f" · {said.plan.DROPPED}"))
    return [lines(head), as_typed(one_line(one.text.words, 4 * LINE))]


def milestone_details(shown: MilestoneShown) -> str:
    """Whose it is, by when, and whether the customer knows of it (plain text)."""
    text = shown.milestone.text
    parts = [_owner(shown) or said.plan.NO_OWNER]
    parts.append(said.plan.by_day(day(text.due)) if text.due is not None else said.plan.NO_DATE)
    if text.sharing is Sharing.INTERNAL:
        parts.append(said.plan.INTERNAL)
    return " · ".join(parts)


def _owner(shown: MilestoneShown) -> str:
    owner = shown.milestone.text.owner
    if owner is None:
        return ""
    name = one_line(outside_name(shown), NAME_SHOWN)
    return f"{said.terms.MILESTONE_OWNERS[owner]} {name}".strip()


def milestone_view(
    handoff_id: int,
    milestone: Milestone | None = None,
    *,
    clash: Clash | None = None,
    page: int = 0,
    asks_why: bool = False,
) -> View:
    """The editor of one milestone; in a `clash` with this person's words.

    `page` is the one of the plan that lies below.
    """
    text = milestone.text if milestone is not None else MilestoneText("")
    if clash is not None:
        text = MilestoneText(**{**vars(text), **yours_of(clash)})
    entry, version = (milestone.id, milestone.version) if milestone is not None else (None, None)
    place = Place("milestone", entry=entry or 0, revision=version or 0)
    sharing = [option(one.value, said.terms.SHARING_NAMES[one]) for one in Sharing]
    owners = [
        option(one.value, said.terms.at_start(said.terms.MILESTONE_OWNERS[one]))
        for one in MilestoneOwner
    ]
    chosen = text.owner.value if text.owner is not None else ""
    blocks: list[Block] = [
        *theirs_of(clash, Field.MILESTONE, "words"),
        text_input(place, Field.MILESTONE, text.words, multiline=True, longest=LONGEST_MILESTONE),
        *theirs_of(clash, Field.SHARING),
        choice_input(place, Field.SHARING, sharing, text.sharing.value),
        *theirs_of(clash, Field.MILESTONE_OWNER, "owner"),
        choice_input(place, Field.MILESTONE_OWNER, owners, chosen, optional=True),
        *theirs_of(clash, Field.MILESTONE_WHO, "who"),
        text_input(place, Field.MILESTONE_WHO, text.who, optional=True, longest=LONGEST_WHO),
        *theirs_of(clash, Field.MILESTONE_DUE, "due"),
        date_input(place, Field.MILESTONE_DUE, text.due),
    ]
    if asks_why:
        blocks.append(reason_input(place, words=said.forms.FOR_CSM_REASON))
    return form(
        ViewId.MILESTONE,
        Ref(handoff=handoff_id, entry=entry, revision=version, page=page),
        blocks,
        title=said.plan.title(milestone.number if milestone is not None else None),
        submit=said.forms.FORM_SUBMITS[ViewId.MILESTONE],
        close=said.forms.CLOSE_UNSAVED,
    )


def confirm_view(model: ConfirmForm, *, page: int = 0) -> View:
    """Who outside said yes to which milestones, when, and how."""
    place = Place("confirm", entry=model.handoff_id, revision=model.version)
    known = model.known.confirmation if model.known is not None else None
    ways = [option(one.value, said.terms.at_start(said.plan.WAYS[one])) for one in ConfirmedWay]
    who = known.who if known is not None else model.likely
    blocks: list[Block] = [
        as_typed(model.account),
        plain_section(said.plan.CONFIRM_MEANS[model.party]),
        *_shared_rows(model.shared),
        text_input(place, Field.CONFIRMED_BY, who, longest=LONGEST_WHO),
        date_input(place, Field.CONFIRMED_ON, known.on if known is not None else model.today),
        choice_input(
            place, Field.CONFIRMED_WAY, ways, known.way.value if known is not None else ""
        ),
    ]
    if model.asks_why:
        blocks.append(reason_input(place, words=said.forms.FOR_CSM_REASON))
    return form(
        ViewId.CONFIRM_PLAN,
        Ref(
            handoff=model.handoff_id,
            thing=model.party.value,
            entry=model.seen or None,
            revision=model.version,
            page=page,
        ),
        blocks,
        title=said.forms.FORM_TITLES[ViewId.CONFIRM_PLAN],
        submit=said.forms.FORM_SUBMITS[ViewId.CONFIRM_PLAN],
        close=said.forms.CLOSE_UNSAVED,
    )


def _shared_rows(shared: Sequence[MilestoneShown]) -> list[Block]:
    rows: list[Row] = [
        [words(f"{one.milestone.number}. {one_line(one.milestone.text.words)}")]
        for one in in_order(shared)
    ]
    return [lines(*rows)] if rows else []


def for_another_view(page: PlanPage, act: Act, *, ref: Ref) -> View:
    """A manager says why they do it, in place of the plan; `ref` is that of what they pressed."""
    place = Place("plan_for_another", entry=page.handoff_id)
    reason = said.forms.FOR_AE_REASON if act is Act.SIGN_PLAN_AE else said.forms.FOR_CSM_REASON
    return form(
        ViewId.PLAN_FOR_ANOTHER,
        ref,
        [
            as_typed(page.account),
            plain_section(said.plan.FOR_ANOTHER[act]),
            reason_input(place, words=reason),
        ],
        title=said.forms.FORM_TITLES[ViewId.PLAN_FOR_ANOTHER],
        submit=said.forms.FORM_SUBMITS[ViewId.PLAN_FOR_ANOTHER],
        close=said.forms.CLOSE_UNSAVED,
    )


def plan_text_view(page: PlanPage, *, told: str = "") -> View:
    """What the customer may read, to be copied, and the way to a file of it."""
    text, blocks = plan_text(page), list[Block]()
    if told:
        blocks.append(plain_section(told))
    blocks.append(context(said.plan.TEXT_MEANS if page.shared else said.plan.NOTHING_SHARED))
    # Whole lines in each block, so that none is cut in what is copied.
    part: list[str] = []
    for line in text.splitlines():
        if part and len("\n".join([*part, line])) > SECTION_TEXT:
            blocks.append(as_typed("\n".join(part)))
            part = []
        part.append(line)
    blocks.append(as_typed("\n".join(part)))
    if page.shared:
        blocks += actions([_press(ActionId.PLAN_FILE, Ref(handoff=page.handoff_id))])
    return form(
        ViewId.PLAN_TEXT,
        Ref(handoff=page.handoff_id),
        blocks,
        title=said.forms.FORM_TITLES[ViewId.PLAN_TEXT],
        close=said.forms.CLOSE,
    )
