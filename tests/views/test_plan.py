"""The success plan: its pages, editor, confirmations, what is told of it, and the text of it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.domain.access import Act
from bot.domain.deadlines import Step
from bot.domain.merging import FieldConflict
from bot.domain.notices import NoticeKind
from bot.domain.plan import (
    Confirmation,
    ConfirmedWay,
    Milestone,
    MilestoneOwner,
    MilestoneState,
    MilestoneText,
    Party,
    PlanMark,
    Sharing,
    SuccessPlan,
)
from bot.domain.plan_pages import ConfirmForm, MilestoneShown, PlanPage
from bot.domain.promises import Side
from bot.domain.read_models import Clash, Light, Writer
from bot.views.card import card_message
from bot.views.ids import ActionId
from bot.views.nudge import nudge_message
from bot.views.payload import Ref
from bot.views.plan import (
    EACH,
    confirm_view,
    for_another_view,
    milestone_view,
    plan_text_view,
    plan_view,
)
from bot.views.plan_messages import (
    MOST_NAMED,
    plan_reopened_message,
    plan_signed_message,
    plan_voided_message,
)
from bot.views.plan_text import plan_markdown, plan_text
from tests.views.shown import (
    CARD,
    HEBREW,
    JONAS,
    LONG,
    MAYA,
    NOW,
    NUDGE,
    TRICKY,
    WORST_CARD,
    action_ids,
    check_message,
    line,
    seen_text,
    view_dict,
)
from tests.views.submitted import fields_of, form_dict

LIVE = MilestoneText("Live in Hamburg", owner=MilestoneOwner.CSM, due=date(2026, 6, 1))
HIDDEN = MilestoneText(
    "Agree on who answers at night", Sharing.INTERNAL, MilestoneOwner.AE, "", date(2026, 4, 1)
)
THEIRS = MilestoneText(
    "They count *themselves*", Sharing.SHARED, MilestoneOwner.CUSTOMER, "Ilse Brandt"
)
WORST = MilestoneText(LONG[:500], owner=MilestoneOwner.PARTNER, who=LONG[:80], due=LIVE.due)
HEARD = PlanMark(
    Party.CUSTOMER, 4, JONAS, NOW, Confirmation("Ilse Brandt", date(2026, 3, 12), ConfirmedWay.MAIL)
)


def shown(*texts: MilestoneText) -> tuple[MilestoneShown, ...]:
    people = {MilestoneOwner.AE: MAYA, MilestoneOwner.CSM: JONAS}
    return tuple(
        MilestoneShown(
            Milestone(number + 10, number, 1, text),
            people.get(text.owner) if text.owner is not None else None,
        )
        for number, text in enumerate(texts, start=1)
    )


PLAN = PlanPage(
    7,
    "Northwind Robotics",
    SuccessPlan(version=4, shared_version=3, milestones=3, incomplete=1, shared=2),
    shown(LIVE, HIDDEN, THEIRS),
    parties=(Party.CSM, Party.AE, Party.CUSTOMER),
    missing=(Party.CSM, Party.AE, Party.CUSTOMER),
    people={Party.AE: MAYA, Party.CSM: JONAS},
    reads_internal=True,
)
CSMS = replace(PLAN, started=True, edits=True, concludes=True, signs=Side.CSM, confirms=True)
EMPTY = replace(PLAN, plan=SuccessPlan(), milestones=(), parties=(Party.CSM, Party.CUSTOMER))
MANY = replace(
    CSMS, milestones=shown(*[WORST] * 40), plan=replace(PLAN.plan, milestones=40, shared=40)
)


def test_the_csm_has_before_them_all_that_is_theirs_to_do() -> None:
    view = view_dict(plan_view(CSMS))
    told = seen_text(view["blocks"])
    for words in (
        "3 milestones · 2 shared with the customer · version 4",
        "Live in Hamburg",
        "CSM Jonas Brandt · by 1 Jun 2026",
        "AE Maya Reed · by 1 Apr 2026 · 🔒 internal",
        "customer Ilse Brandt · no date yet",
        "1 milestone has no owner or no date",
    ):
        assert words in told, words
    ids = action_ids(view["blocks"])
    assert ids.count(ActionId.MILESTONE_EDIT) == ids.count(ActionId.MILESTONE_DONE) == 3
    wanted = {ActionId.INITIAL_PLAN, ActionId.MILESTONE_ADD, ActionId.OPEN_CONFIRM_PLAN}
    assert wanted | {ActionId.PLAN_TEXT} <= set(ids)
    assert ActionId.START_PLAN not in ids


def test_who_only_reads_has_nothing_to_press_but_the_text() -> None:
    view = view_dict(plan_view(replace(PLAN, reads_internal=False, milestones=shown(LIVE))))
    assert action_ids(view["blocks"]) == [ActionId.PLAN_TEXT]
    assert "version" not in seen_text(view["blocks"])
    assert "1 milestone ·" not in seen_text(view["blocks"])


def test_a_plan_that_was_not_begun_says_where_it_begins() -> None:
    view = view_dict(plan_view(replace(EMPTY, edits=True)))
    assert "an outline to take along to the kickoff" in seen_text(view["blocks"])
    assert action_ids(view["blocks"]) == [ActionId.START_PLAN, ActionId.MILESTONE_ADD]
    hidden = replace(EMPTY, plan=replace(PLAN.plan, shared=0))
    assert "no milestone yet that you may read" in seen_text(view_dict(plan_view(hidden))["blocks"])


def test_the_plan_is_paged_and_every_page_fits() -> None:
    seen: set[str] = set()
    for at in range(5):
        view = view_dict(plan_view(MANY, at=at, from_channel=3))
        rows = _all(view).splitlines()
        seen |= {row for row in rows if row.startswith("Milestone ")}
        values = [
            Ref.load(element["value"])
            for block in view["blocks"]
            for element in block.get("elements", ())
            if element.get("action_id") == ActionId.OPEN_SUCCESS_PLAN
        ]
        assert {ref.channel for ref in values} == {3}
        assert len(values) == (1 if at in (0, 4) else 2)
    assert len(seen) == 40 == 5 * EACH


def _all(view: dict[str, object]) -> str:
    return seen_text(view["blocks"])


def test_what_became_of_a_milestone_stands_with_it_and_dropped_ones_come_last() -> None:
    done, dropped, still = shown(LIVE, HIDDEN, THEIRS)
    done = replace(
        done,
        milestone=replace(done.milestone, state=MilestoneState.DONE, state_by=JONAS, state_at=NOW),
    )
    gone = replace(dropped, milestone=replace(dropped.milestone, state=MilestoneState.DROPPED))
    view = view_dict(plan_view(replace(CSMS, milestones=(gone, still, done))))
    told = seen_text(view["blocks"])
    assert "✅ done" in told
    assert told.index("Live in Hamburg") < told.index("They count") < told.index("at night")
    ids = action_ids(view["blocks"])
    # Of a done one it can be said that it was not, and a dropped one is taken up again.
    assert ids.count(ActionId.MILESTONE_AGAIN) == 2
    assert ids.count(ActionId.MILESTONE_DROP) == 2


def test_who_said_yes_and_whose_yes_is_missing_is_told_by_name() -> None:
    signed = PlanMark(Party.CSM, 4, JONAS, NOW)
    page = replace(
        CSMS,
        marks={Party.CSM: signed, Party.CUSTOMER: HEARD},
        missing=(Party.AE,),
        signs=None,
        plan=replace(PLAN.plan, signed_at=NOW),
    )
    view = view_dict(plan_view(page, told="The plan changed."))
    told = seen_text(view["blocks"])
    assert "✍️ CSM Jonas Brandt" in told
    assert "⚪ AE Maya Reed" in told
    assert "✅ customer: Ilse Brandt, 12 Mar 2026, by mail" in told
    assert "plan signed" in told
    assert "Correct customer's yes" in str(view)
    helper = replace(page, marks={Party.CUSTOMER: replace(HEARD, confirmation=None)})
    assert "Ilse Brandt, 12 Mar" not in seen_text(view_dict(plan_view(helper))["blocks"])


def test_the_editor_has_a_field_for_each_thing_and_carries_its_version() -> None:
    fields = ["milestone", "sharing", "milestone_owner", "milestone_who", "milestone_due"]
    new = form_dict(milestone_view(7))
    assert fields_of(new) == fields
    one = shown(THEIRS)[0].milestone
    form = form_dict(milestone_view(7, one, page=2, asks_why=True))
    assert fields_of(form) == [*fields, "reason"]
    ref = Ref.load(form["private_metadata"])
    assert (ref.entry, ref.revision, ref.page) == (one.id, one.version, 2)


def test_a_clash_shows_what_both_wrote() -> None:
    one = shown(LIVE)[0].milestone
    conflicts = (
        FieldConflict("due", LIVE.due, date(2026, 6, 9)),
        FieldConflict("owner", MilestoneOwner.CSM, MilestoneOwner.AE),
        FieldConflict("words", TRICKY, "Mine"),
    )
    found = Clash(conflicts, {"due": Writer(MAYA, NOW, own=False)})
    form = form_dict(milestone_view(7, one, clash=found))
    told = seen_text(form["blocks"])
    assert "1 Jun 2026" in told
    assert TRICKY in told
    assert '"initial_date": "2026-06-09"' in str(form).replace("'", '"')
    assert '"initial_value": "Mine"' in str(form).replace("'", '"')


@pytest.mark.parametrize("known", [None, HEARD])
@pytest.mark.parametrize("party", [Party.CUSTOMER, Party.PARTNER])
def test_a_confirmation_shows_what_is_confirmed_and_begins_with_what_is_known(
    party: Party, known: PlanMark | None
) -> None:
    model = ConfirmForm(
        7,
        "Northwind Robotics",
        party,
        4,
        shown(LIVE, THEIRS),
        NOW.date(),
        known=known,
        likely="Theo",
        asks_why=True,
    )
    form = form_dict(confirm_view(model, page=1))
    assert fields_of(form) == ["confirmed_by", "confirmed_on", "confirmed_way", "reason"]
    told = seen_text(form["blocks"])
    assert "1. Live in Hamburg" in told
    assert "2. They count *themselves*" in told
    named = "Ilse Brandt" if known is not None else "Theo"
    assert f"'initial_value': '{named}'" in str(form)
    ref = Ref.load(form["private_metadata"])
    assert (ref.thing, ref.revision, ref.page) == (party.value, 4, 1)


@pytest.mark.parametrize("act", [Act.EDIT_PLAN, Act.SIGN_PLAN, Act.SIGN_PLAN_AE])
def test_a_manager_is_asked_why_before_they_do_it(act: Act) -> None:
    form = form_dict(for_another_view(CSMS, act, ref=Ref(handoff=7, thing="initial_plan")))
    assert fields_of(form) == ["reason"]
    assert "read the reason" in seen_text(form["blocks"])


# --- What the customer reads

OURS = ("internal", "at night", "AE", "CSM", "version", "plan signed", "🔒")


def test_the_text_has_the_shared_milestones_and_nothing_else() -> None:
    done = shown(LIVE)[0]
    done = replace(done, milestone=replace(done.milestone, state=MilestoneState.DONE))
    page = replace(PLAN, milestones=(*shown(THEIRS, HIDDEN), done))
    assert plan_text(page).splitlines() == [
        "Northwind Robotics: our plan for the first 90 days",
        "",
        "1. Live in Hamburg — Jonas Brandt — by 1 Jun 2026 — done",
        "2. They count *themselves* — Ilse Brandt",
    ]
    file = plan_markdown(page).decode()
    assert file.startswith("# Northwind Robotics: our plan for the first 90 days\n")
    assert "2. They count \\*themselves\\* — Ilse Brandt" in file
    for text in (plan_text(page), file):
        assert not [word for word in OURS if word in text]


def test_the_text_is_whole_over_several_blocks() -> None:
    view = view_dict(plan_text_view(MANY))
    shown_to_copy = "".join(
        block["text"]["text"] for block in view["blocks"] if block["type"] == "section"
    )
    # Blocks begin new lines; nothing else is lost.
    assert len(shown_to_copy) >= len(plan_text(MANY)) - len(view["blocks"])
    assert ActionId.PLAN_FILE in action_ids(view["blocks"])
    nothing = view_dict(plan_text_view(replace(EMPTY, milestones=shown(HIDDEN))))
    assert action_ids(nothing["blocks"]) == []
    assert "No milestone is shared" in seen_text(nothing["blocks"])
    assert "at night" not in seen_text(nothing["blocks"])


# --- What is told of it


def test_below_the_card_stand_the_shared_milestones_a_line_each() -> None:
    args = check_message(plan_signed_message(replace(PLAN, marks={Party.CUSTOMER: HEARD})))
    told = seen_text(args["blocks"])
    assert "1. Live in Hamburg\n — CSM Jonas Brandt · by 1 Jun 2026" in told
    assert "at night" not in told
    assert "✅ customer: Ilse Brandt" in told
    worst = check_message(plan_signed_message(replace(MANY, account=HEBREW * 5)))
    assert f"and {40 - MOST_NAMED} milestones more" in seen_text(worst["blocks"])


def test_what_is_open_again_is_told_with_the_way_to_it() -> None:
    for initial, words in ((True, "waits for your initial again"), (False, "confirmed anew")):
        args = check_message(plan_voided_message(7, TRICKY, MAYA, initial=initial))
        assert words in seen_text(args["blocks"])
        assert action_ids(args["blocks"]) == [ActionId.OPEN_SUCCESS_PLAN]
    below = check_message(plan_reopened_message(TRICKY, None))
    assert "Somebody changed the success plan after it was signed" in seen_text(below["blocks"])


@pytest.mark.parametrize(
    ("step", "incomplete", "unsigned", "told"),
    [
        (Step.PLAN, 0, (), "There is no milestone yet. The brief gives an outline."),
        (Step.PLAN, 2, (), "2 milestones have no owner or no date."),
        (
            Step.SIGN_PLAN,
            0,
            (Party.CSM, Party.AE, Party.CUSTOMER),
            "Still missing: your initial and the customer's yes.",
        ),
        (Step.SIGN_PLAN, 0, (Party.PARTNER,), "Still missing: the partner's yes."),
    ],
)
def test_a_reminder_says_what_the_plan_still_lacks(
    step: Step, incomplete: int, unsigned: tuple[Party, ...], told: str
) -> None:
    nudge = replace(
        NUDGE,
        line=line(step, Light.SOON, JONAS),
        viewer=JONAS,
        incomplete=incomplete,
        unsigned=unsigned,
    )
    args = check_message(nudge_message(nudge, NoticeKind.NUDGE))
    assert told in seen_text(args["blocks"])
    assert "AE's" not in seen_text(args["blocks"])


def test_a_reminder_of_a_milestone_names_it_and_marks_it_done() -> None:
    owed = replace(line(Step.MILESTONE, Light.LATE, JONAS), number=3)
    nudge = replace(NUDGE, line=owed, viewer=JONAS, milestone=shown(LIVE)[0].milestone)
    args = check_message(nudge_message(nudge, NoticeKind.LATE))
    told = seen_text(args["blocks"])
    assert "milestone 3 of the success plan" in told
    assert "“Live in Hamburg”" in told
    assert action_ids(args["blocks"]) == [
        ActionId.MILESTONE_DONE,
        ActionId.OPEN_SUCCESS_PLAN,
        ActionId.OPEN_SNOOZE,
    ]
    # A manager reads whose it is, and none of its words.
    managed = replace(nudge, told_as_manager=True)
    assert "Hamburg" not in str(check_message(nudge_message(managed, NoticeKind.LATE_FOR_MANAGER)))


def test_the_card_says_since_when_the_plan_is_signed() -> None:
    signed = replace(CARD, plan_signed_at=NOW + timedelta(days=9))
    assert "plan signed" in seen_text(check_message(card_message(signed))["blocks"])
    assert "plan signed" not in seen_text(check_message(card_message(CARD))["blocks"])
    check_message(card_message(replace(WORST_CARD, plan_signed_at=NOW)))
