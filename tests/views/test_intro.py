"""The editor of the intro, the forms about what went out, and what is told of it."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from bot.domain.deadlines import Step
from bot.domain.intro import (
    LONGEST_DRAFT,
    Contacted,
    CsBefore,
    Flaw,
    IntroDraft,
    Looked,
    Way,
)
from bot.domain.intro_pages import ContactForm, IntroEditor, Noted, SentForm, Wait
from bot.domain.kickoff import KickoffTime
from bot.domain.merging import FieldConflict
from bot.domain.notices import NoticeKind
from bot.domain.promises import Side
from bot.domain.read_models import Clash, IntroLine, Light, WholePage, Writer
from bot.views import sentences
from bot.views.guide import guide_message
from bot.views.ids import ActionId, Field, MoreChoice
from bot.views.intro import (
    contact_view,
    csm_wrote_message,
    draft_rows,
    intro_view,
    mail_link,
    sent_message,
    sent_view,
    taken_back_message,
)
from bot.views.limits import SECTION_TEXT
from bot.views.nudge import nudge_message
from bot.views.text import instant_token
from bot.views.whole import whole_view
from tests.views.shown import (
    CARD,
    GUIDE,
    JONAS,
    LONG,
    MAYA,
    NOW,
    NUDGE,
    PRIYA,
    TRICKY,
    WORST_CARD,
    action_ids,
    check_message,
    line,
    menu,
    seen_text,
)
from tests.views.submitted import fields_of, form_dict, refused_by_slack, submitted

EARLIER = NOW - timedelta(hours=20)
WORDS = "Dear Ilse,\n\nJonas & I look forward to the kickoff: 0.8 % it is.\nBest, Maya"
EDITOR = IntroEditor(7, "Northwind Robotics", WORDS, 3, "Jonas Weber", saved_at=NOW)
ALL_GOOD = Looked(96, ())
NOTHING_GOOD = Looked(0, tuple(Flaw), "[day]")
WORST = IntroEditor(
    7,
    WORST_CARD.account,
    LONG[:LONGEST_DRAFT],
    3,
    TRICKY,
    looked=replace(NOTHING_GOOD, placeholder=TRICKY),
    clash=Clash((FieldConflict("intro", LONG, LONG),), {"intro": Writer(MAYA, NOW)}),
    wait=Wait(Step.HOLD_CALL, JONAS, for_checks=True),
    noted=(
        Noted(MAYA, Side.AE, Contacted(EARLIER, Way.CHAT)),
        Noted(JONAS, Side.CSM, Contacted(EARLIER, Way.PHONE)),
    ),
)
SENT = SentForm(7, "Northwind Robotics", at=NOW, way=None, recorded=None)
CONTACT = ContactForm(7, "Northwind Robotics", Side.AE, at=NOW, noted=None, sends=True)


def test_the_draft_its_checks_and_the_ways_out_stand_in_one_form() -> None:
    made = form_dict(intro_view(replace(EDITOR, looked=ALL_GOOD)))
    shown = seen_text(made["blocks"])
    assert fields_of(made) == [Field.INTRO]
    assert shown.count("✅") == 6
    assert "✅ 96 words" in shown
    assert "the name of the CSM, Jonas Weber" in shown
    assert f"Saved {instant_token(NOW)}." in shown
    assert sentences.intro.INVITATION in shown
    assert set(action_ids(made["blocks"])) >= {"check_intro", "mark_intro_sent", "open_contact"}


def test_each_thing_that_is_missing_is_named() -> None:
    shown = seen_text(form_dict(intro_view(replace(EDITOR, looked=NOTHING_GOOD)))["blocks"])
    assert shown.count("⚪") == 6
    assert "⚪ 0 words; 80 to 120 read best" in shown
    assert "no placeholder left: [day]" in shown


def test_nothing_is_looked_for_before_somebody_asks() -> None:
    shown = seen_text(form_dict(intro_view(EDITOR))["blocks"])
    assert sentences.intro.CHECKLIST not in shown


def test_the_worst_editor_fits_and_mentions_nobody_who_is_typed() -> None:
    made = form_dict(intro_view(WORST))
    assert TRICKY in seen_text(made["blocks"])
    assert form_dict(intro_view(replace(WORST, clash=None, wait=None, saved_at=NOW)))


def test_while_it_waits_nothing_marks_it_as_sent_and_it_says_on_whom() -> None:
    made = form_dict(intro_view(WORST))
    assert "mark_intro_sent" not in set(action_ids(made["blocks"]))
    shown = seen_text(made["blocks"])
    assert "Waiting on <@U0JONAS>: not every check is a yes" in shown
    reading = replace(WORST, wait=Wait(Step.READ, None))
    assert "Waiting on the CSM, for the" in seen_text(form_dict(intro_view(reading))["blocks"])


def test_while_it_waits_neither_text_nor_link_is_offered() -> None:
    waiting = replace(EDITOR, wait=Wait(Step.READ, JONAS))
    shown = seen_text(form_dict(intro_view(waiting))["blocks"])
    assert sentences.intro.NO_WAY_OUT in shown
    assert "mailto" not in shown
    assert sentences.intro.TO_COPY not in shown
    free = seen_text(form_dict(intro_view(EDITOR))["blocks"])
    assert "mailto" in free
    assert sentences.intro.TO_COPY in free


def test_what_is_only_typed_has_no_way_out() -> None:
    shown = seen_text(form_dict(intro_view(replace(EDITOR, saved_at=None)))["blocks"])
    assert sentences.intro.NOT_SAVED in shown
    assert "mailto" not in shown


def test_what_went_out_is_not_sent_again() -> None:
    made = form_dict(intro_view(replace(EDITOR, sent=Contacted(NOW, Way.EMAIL))))
    assert not set(action_ids(made["blocks"])) & {"mark_intro_sent", "open_contact"}
    assert "It went out by e-mail" in seen_text(made["blocks"])


def test_the_link_carries_subject_and_body_and_no_address() -> None:
    link = mail_link(WORDS, "Northwind Robotics · Jonas Weber")
    assert link is not None
    address = link.removeprefix("<").split("|")[0].replace("&amp;", "&")
    parts = urlsplit(address)
    assert (parts.scheme, parts.path) == ("mailto", "")
    assert parse_qs(parts.query) == {
        "subject": ["Northwind Robotics · Jonas Weber"],
        "body": [WORDS.replace("\n", "\r\n")],
    }
    assert not set("<>| \n") & set(address)


@pytest.mark.parametrize(("letter", "longest"), [("a", 2750), ("é", 440)])
def test_a_link_that_slack_would_not_take_is_left_out_with_a_sentence(
    letter: str, longest: int
) -> None:
    fits = mail_link(letter * longest, "")
    assert fits is not None
    assert len(fits) <= SECTION_TEXT
    assert unquote(fits).count(letter) >= longest
    assert mail_link(letter * (longest + 300), "") is None
    long = replace(EDITOR, words=letter * (longest + 300))
    shown = seen_text(form_dict(intro_view(long))["blocks"])
    assert sentences.intro.TOO_LONG_FOR_MAIL in shown


def test_a_draft_is_shown_as_typed_on_the_page() -> None:
    assert draft_rows(IntroDraft(words=TRICKY)) == [("Intro to the champion", TRICKY)]


def test_the_form_of_a_sent_intro_asks_when_how_and_who_wrote_before() -> None:
    made = form_dict(sent_view(SENT))
    wanted = [Field.INTRO_SENT_AT, Field.INTRO_WAY, Field.CS_BEFORE]
    assert fields_of(made) == [*wanted, Field.CSM_WROTE_AT, Field.CSM_WAY]
    assert len(refused_by_slack(submitted(sent_view(SENT)))) == 2
    own = replace(SENT, asks_before=False, csm=Contacted(EARLIER, Way.CHAT))
    assert fields_of(form_dict(sent_view(own))) == wanted[:2]


def test_a_record_is_corrected_and_a_manager_says_why() -> None:
    model = replace(
        SENT,
        account=TRICKY,
        way=Way.IN_PERSON,
        recorded=NOW,
        before=CsBefore.CSM,
        csm=Contacted(EARLIER, Way.CHAT),
        wait=Wait(Step.READ, JONAS),
        asks_why=True,
    )
    made = form_dict(sent_view(model))
    assert fields_of(made)[-2:] == [Field.TAKE_BACK, Field.REASON]
    assert "that is kept as a breakdown" in seen_text(made["blocks"])


@pytest.mark.parametrize("side", list(Side))
def test_the_form_of_a_note_says_what_it_ends(side: Side) -> None:
    model = replace(CONTACT, account=TRICKY, side=side, noted=Contacted(NOW, Way.PHONE))
    made = form_dict(contact_view(model))
    assert fields_of(made) == [Field.WROTE_AT, Field.WROTE_WAY, Field.TAKE_BACK]
    assert ("first contact" in seen_text(made["blocks"])) is (side is Side.CSM)
    plain = form_dict(contact_view(replace(CONTACT, sends=False)))
    assert "mark_intro_sent" not in set(action_ids(plain["blocks"]))


@pytest.mark.parametrize("way", list(Way))
def test_the_thread_reads_that_it_went_out_and_nothing_of_it(way: Way) -> None:
    facts = {"at": NOW.isoformat(), "way": way.value, "own": 1}
    args = check_message(sent_message(WORST_CARD, facts, MAYA))
    assert "Maya Reed sent the intro to the champion" in seen_text(args["blocks"])
    other = check_message(sent_message(WORST_CARD, {**facts, "own": 0}, None))
    assert "recorded that the intro to the champion went out" in seen_text(other["blocks"])
    assert check_message(taken_back_message(WORST_CARD, PRIYA))["blocks"]


@pytest.mark.parametrize("to_csm", [True, False])
def test_the_other_one_reads_that_the_csm_wrote_before(to_csm: bool) -> None:
    args = check_message(csm_wrote_message(7, TRICKY, JONAS, Way.CHAT, NOW, to_csm=to_csm))
    wanted = "open_contact" if to_csm else "open_intro"
    assert set(action_ids(args["blocks"])) == {wanted}


def test_a_guide_leads_to_the_draft_and_to_its_record() -> None:
    intro = line(Step.INTRO, Light.SOON, MAYA)
    guide = replace(
        GUIDE,
        steps=(intro,),
        mine=intro,
        csm=JONAS,
        intro=IntroLine(True, True, Contacted(EARLIER, Way.CHAT), JONAS),
    )
    args = check_message(guide_message(guide))
    assert {"open_intro", "mark_intro_sent"} <= set(action_ids(args["blocks"]))
    assert "<@U0JONAS> wrote to the champion before the intro" in seen_text(args["blocks"])
    earlier = replace(guide, intro=replace(guide.intro, csm=None))
    told = seen_text(check_message(guide_message(earlier))["blocks"])
    assert "Customer success wrote to the champion before the intro" in told
    waiting = replace(intro, light=Light.WAITING)
    held = guide_message(replace(guide, steps=(waiting,), mine=waiting)).to_args()
    assert not {"open_intro", "mark_intro_sent"} & set(action_ids(held["blocks"]))
    assert MoreChoice.INTRO in menu(held)
    assert MoreChoice.INTRO_SENT not in menu(held)
    assert MoreChoice.WROTE_BEFORE in menu(held)


def test_a_reminder_says_how_long_the_draft_is_and_has_both_buttons() -> None:
    nudge = replace(NUDGE, line=line(Step.INTRO, Light.SOON, MAYA), draft_words=64, holds_up=None)
    args = check_message(nudge_message(nudge, NoticeKind.NUDGE))
    shown = seen_text(args["blocks"])
    assert "has heard nothing from us since the signature" in shown
    assert "The draft has 64 words; 80 to 120 read best." in shown
    assert "Holds up: first contact." in shown
    assert {ActionId.OPEN_INTRO, ActionId.MARK_INTRO_SENT} <= set(action_ids(args["blocks"]))
    noted = replace(nudge, contacted=True, draft_words=None)
    shown = seen_text(check_message(nudge_message(noted, NoticeKind.NUDGE))["blocks"])
    assert "the intro itself is missing" in shown
    assert "Holds up" not in shown


@pytest.mark.parametrize(
    ("count", "says"),
    [
        (0, "No draft is saved yet."),
        (1, "The draft has 1 word; 80 to 120 read best."),
        (80, "The draft has 80 words."),
        (120, "The draft has 120 words."),
        (121, "The draft has 121 words; 80 to 120 read best."),
    ],
)
def test_a_draft_is_told_by_its_length(count: int, says: str) -> None:
    assert sentences.intro.draft_has(count) == says


@pytest.mark.parametrize(
    ("sent", "held", "says"), [(False, False, True), (True, False, False), (False, True, False)]
)
def test_whoever_plans_the_kickoff_reads_that_its_invitation_waits(
    sent: bool, held: bool, says: bool
) -> None:
    card = replace(CARD, kickoff=KickoffTime(NOW, held=held))
    steps = (line(Step.INTRO, Light.SOON, MAYA),)
    page = WholePage(card, steps, (), (), holds_kickoff=True, intro_sent=sent)
    shown = seen_text(form_dict(whole_view(page))["blocks"])
    assert (sentences.intro.INVITATION in shown) is says
