"""*Add to handoff* on a message: what is taken, from where, by whom, and where it goes."""

from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.domain.access import EVERY
from bot.domain.brief import Brief
from bot.domain.copied import LONGEST_COPY, Copied, Target
from bot.domain.history import Tag
from bot.domain.items import SectionKey
from bot.domain.money import Money
from bot.storage import tables
from bot.storage.channels import ChannelFacts
from bot.views.ids import ActionId, ViewId
from bot.views.payload import Ref
from tests.builders import Deal, assigned, posted, signed
from tests.flows.app import App, Modal, Reply
from tests.flows.slack import DEAL, NOT_MEMBERS, Json, account
from tests.flows.test_ledger import sound

AE, CSM, CS_MANAGER, OUTSIDER = "UAE", "UCSM", "UCS_MANAGER", "UOUTSIDER"
SAID = "We told Dana <@UCSM>: live &lt; 30 days, see <https://shop.example/plan|the plan>"
READ = "We told Dana @Jonas: live < 30 days, see the plan (https://shop.example/plan)"
MEANS = "The shop is live within 30 days of the kickoff."
MESSAGE: Json = {"user": AE, "text": SAID, "ts": "1772540000.000200"}
ELSEWHERE = "C0ELSEWHERE"


def used(app: App, user: str, message: Json = MESSAGE, *, channel: str = DEAL) -> Reply:
    return app.deliver(app.shortcut_body(user, message, channel=channel))


def form_of(app: App, user: str, message: Json = MESSAGE, *, channel: str = DEAL) -> Modal:
    return app.modal(used(app, user, message, channel=channel))


def answered(app: App, modal: Modal, reply: Reply) -> Modal:
    """What the form shows next."""
    assert reply.body.get("response_action") == "update", reply
    return app.updated(modal, reply.body["view"])


def brief(app: App, handoff_id: int) -> Brief:
    with app.store.read(app.team.workspace_id) as unit:
        return unit.brief.load(handoff_id, audiences=EVERY)


def copies(app: App, handoff_id: int) -> tuple[Copied, ...]:
    with app.store.read(app.team.workspace_id) as unit:
        return unit.copied.of(handoff_id, audiences=EVERY)


def help_with(app: App, handoff_id: int, user: str, *sections: SectionKey) -> None:
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.helpers = {unit.people.ensure(user).id: frozenset(sections)}
        unit.save(handoff, actor_id=app.team.ae.id)
        unit.commit()


def met(app: App, slack_id: str, facts: ChannelFacts) -> None:
    with app.store.write(app.team.workspace_id) as unit:
        unit.channels.ensure(slack_id, facts=facts)
        unit.commit()


# --- What it becomes


def test_a_promise_stands_in_the_ledger_as_it_is_meant_and_the_message_beside_it(app: App) -> None:
    one = posted(app.store, app.team)
    before = len(brief(app, one).entries)
    form = form_of(app, AE)
    assert form.callback_id == ViewId.COPY
    assert READ in form.words
    assert "Northwind Robotics" in form.words
    reply = app.submit(AE, form.type(becomes="promise", means=f"  {MEANS} "))
    done = answered(app, form, reply)
    assert f"promise {before + 1}" in done.words
    assert done.callback_id == ViewId.COPIED
    kept = brief(app, one).entries[-1]
    assert kept.text.words == MEANS
    assert (kept.text.said_by, kept.text.said_on) == ("Maya", date(2026, 3, 3))
    link = "https://invented.slack.com/archives/C0DEAL/p1772540000000200"
    assert kept.text.source == link
    (copy,) = copies(app, one)
    assert (copy.target, copy.entry, copy.means) == (Target.PROMISE, kept.number, MEANS)
    assert (copy.message.words, copy.message.author) == (READ, "Maya")
    assert copy.message.said_at == datetime.fromtimestamp(1772540000, tz=UTC)
    assert copy.message.link == link
    assert app.events(one)[-2:] == [Tag.COPIED, Tag.PROMISE_ADDED]
    assert sound(app, one)


def test_it_is_shown_in_the_whole_handoff_and_the_promise_below_the_card(app: App) -> None:
    one = posted(app.store, app.team)
    app.submit(AE, form_of(app, AE).type(becomes="promise", means=MEANS))
    page = app.modal(app.press(CS_MANAGER, ActionId.OPEN_HANDOFF, Ref(handoff=one)))
    assert READ in page.words
    assert MEANS in page.words
    with app.store.database.reading() as connection:
        kinds = connection.execute(select(tables.surface.c.promise_id)).scalars().all()
    assert any(kinds)


def test_a_quote_is_the_message_itself(app: App) -> None:
    one = signed(app.store, app.team)
    reply = app.submit(AE, form_of(app, AE).type(becomes="quote", means="They hate the old shop."))
    assert "word by word" in str(reply.body)
    why = brief(app, one).why
    assert (why.quote, why.quote_by, why.quote_on) == (READ, "Maya", date(2026, 3, 3))
    assert why.quote_source.startswith("https://invented.slack.com/")
    page = app.modal(app.press(AE, ActionId.OPEN_HANDOFF, Ref(handoff=one)))
    assert "They hate the old shop." in page.words


def test_only_a_quote_needs_no_explanation(app: App) -> None:
    one = signed(app.store, app.team)
    form = form_of(app, AE)
    for target in ("promise", "red_flag", "metric"):
        reply = app.submit(AE, form.type(becomes=target, means="  "))
        assert list(reply.errors) == [form.block_of("means")], target
    assert copies(app, one) == ()
    app.submit(AE, form.type(becomes="quote"))
    assert len(copies(app, one)) == 1


def test_nothing_is_added_before_it_is_chosen_what_it_is(app: App) -> None:
    signed(app.store, app.team)
    form = form_of(app, AE)
    reply = app.submit(AE, form.type(means=MEANS))
    assert list(reply.errors) == [form.block_of("becomes")]


def test_a_red_flag_is_another_line_of_the_risks(app: App) -> None:
    one = signed(app.store, app.team)
    for number in (1, 2):
        form = form_of(app, AE)
        app.submit(AE, form.type(becomes="red_flag", means=f"Risk {number}\nis big."))
    assert brief(app, one).red_flags.other_risks == "Risk 1 is big.\nRisk 2 is big."
    assert not brief(app, one).red_flags.no_risks
    seen = {
        user: READ in app.modal(app.press(user, ActionId.OPEN_HANDOFF, Ref(handoff=one))).words
        for user in (AE, CS_MANAGER, "UAE_MANAGER", OUTSIDER)
    }
    assert seen == {AE: True, CS_MANAGER: True, "UAE_MANAGER": False, OUTSIDER: False}


def test_a_risk_takes_back_that_there_are_none(app: App) -> None:
    one = signed(app.store, app.team)
    with app.store.write(app.team.workspace_id) as unit:
        unit.handoffs.lock(one)
        flags = brief(app, one).red_flags.model_copy(update={"no_risks": True})
        unit.brief.save_section(one, SectionKey.RED_FLAGS, flags, by=app.team.ae.id, at=unit.now)
        unit.commit()
    app.submit(AE, form_of(app, AE).type(becomes="red_flag", means="Their IT is slow."))
    assert not brief(app, one).red_flags.no_risks


def test_a_list_of_risks_that_is_full_keeps_the_form_open(app: App) -> None:
    one = signed(app.store, app.team)
    for _ in range(2):
        app.submit(AE, form_of(app, AE).type(becomes="red_flag", means="x" * 1000))
    form = form_of(app, AE)
    reply = app.submit(AE, form.type(becomes="red_flag", means="x" * 1000))
    assert list(reply.errors) == [form.block_of("means")]
    assert len(copies(app, one)) == 2


def test_a_metric_is_what_it_means_and_asks_for_the_rest(app: App) -> None:
    one = signed(app.store, app.team)
    app.submit(AE, form_of(app, AE).type(becomes="metric", means="Days to dispatch"))
    assert brief(app, one).success.metric == "Days to dispatch"


def test_what_is_there_is_shown_and_replaced_only_where_its_box_is_ticked(app: App) -> None:
    one = posted(app.store, app.team)
    was = brief(app, one).success
    form = form_of(app, AE)
    assert was.metric in form.words
    assert brief(app, one).why.quote in form.words
    refused = app.submit(AE, form.type(becomes="metric", means="Errors per hour"))
    assert list(refused.errors) == [form.block_of("replace")]
    assert brief(app, one).success == was
    with app.store.read(app.team.workspace_id) as unit:
        revision = unit.brief.revision(one, SectionKey.SUCCESS)
    ticked = form.type(becomes="metric", means="Errors per hour", replace=[f"metric:{revision}"])
    app.submit(AE, ticked)
    assert brief(app, one).success == was.model_copy(update={"metric": "Errors per hour"})


def test_what_came_while_the_form_was_open_is_shown_first(app: App) -> None:
    one = signed(app.store, app.team)
    form = form_of(app, AE).type(becomes="metric", means="Errors per hour")
    app.submit(AE, form_of(app, AE).type(becomes="metric", means="Days to dispatch"))
    shown = answered(app, form, app.submit(AE, form))
    assert "Days to dispatch" in shown.words
    assert shown.holds("means") == "Errors per hour"
    assert shown.holds("becomes") == "metric"
    assert brief(app, one).success.metric == "Days to dispatch"
    app.submit(AE, shown.type(replace=["metric:1"]))
    assert brief(app, one).success.metric == "Errors per hour"


def test_none_made_is_taken_back_also_by_a_csm(app: App) -> None:
    one = assigned(app.store, app.team)
    (entry,) = brief(app, one).entries
    with app.store.write(app.team.workspace_id) as unit:
        unit.handoffs.lock(one)
        unit.brief.withdraw_promise(entry.id, "Wrong deal.", by=app.team.ae.id, at=unit.now)
        none = brief(app, one).promises.model_copy(update={"none_made": True})
        unit.brief.save_section(one, SectionKey.PROMISES, none, by=app.team.ae.id, at=unit.now)
        unit.reckon(one)
        unit.commit()
    app.submit(CSM, form_of(app, CSM).type(becomes="promise", means=MEANS))
    after = brief(app, one)
    assert not after.promises.none_made
    assert [one.text.words for one in after.entries] == [MEANS]


# --- Once


def test_the_form_sent_twice_adds_once_and_says_the_same(app: App) -> None:
    one = posted(app.store, app.team)
    form = form_of(app, AE).type(becomes="promise", means=MEANS)
    body = app.submit_body(AE, form)
    first = app.deliver(body)
    rows = app.rows()
    assert app.deliver(body).body == first.body
    assert app.rows() == rows
    assert len(copies(app, one)) == 1


def test_a_form_left_open_adds_nothing_once_its_copy_was_added(app: App) -> None:
    one = posted(app.store, app.team)
    form = form_of(app, AE).type(becomes="promise", means=MEANS)
    app.submit(AE, form)
    rows = app.rows()
    late = app.submit(AE, replace(form, hash="another"))
    assert "added already" in late.sentence
    assert app.rows() == rows
    assert len(copies(app, one)) == 1


def test_the_shortcut_delivered_twice_takes_one_copy(app: App) -> None:
    signed(app.store, app.team)
    body = app.shortcut_body(AE, MESSAGE)
    app.deliver(body)
    rows = app.rows()
    app.deliver(body)
    assert app.rows() == rows


def test_a_copy_that_was_added_nowhere_is_forgotten_after_three_days(app: App) -> None:
    one = signed(app.store, app.team)
    app.submit(AE, form_of(app, AE).type(becomes="quote"))
    form = form_of(app, AE).type(becomes="metric", means="Days")
    app.machine.advance(timedelta(days=3, seconds=1))
    app.store.housekeeping()
    assert "three days" in app.submit(AE, form).sentence
    assert len(copies(app, one)) == 1


# --- Of which handoff


def test_where_several_fit_it_is_asked_of_which(app: App) -> None:
    posted(app.store, app.team)
    other = posted(app.store, app.team, Deal(account="Larkfield Clinics"))
    which = form_of(app, AE)
    assert which.callback_id == ViewId.COPY_WHERE
    assert READ in which.words
    rows = app.rows()
    form = answered(app, which, app.submit(AE, which.type(handoff=str(other))))
    assert app.rows() == rows
    assert "Larkfield Clinics" in form.words
    app.submit(AE, form.type(becomes="promise", means=MEANS))
    assert brief(app, other).entries[-1].text.words == MEANS


def test_two_of_one_customer_are_told_apart_by_their_size(app: App) -> None:
    posted(app.store, app.team)
    posted(app.store, app.team, Deal(value=Money(20_000_00, "USD")))
    choices = str(form_of(app, AE).view)
    assert "· full handoff" in choices
    assert "· light handoff" in choices


def test_elsewhere_ones_own_handoffs_are_offered(app: App) -> None:
    app.slack.channels[ELSEWHERE] = {"id": ELSEWHERE, "name": "else", "is_member": False}
    one = assigned(app.store, app.team)
    assert "Northwind Robotics" in form_of(app, CSM, channel=ELSEWHERE).words
    help_with(app, one, OUTSIDER, SectionKey.SUCCESS)
    form = form_of(app, OUTSIDER, channel=ELSEWHERE)
    assert form.holds("becomes") == "metric"


def test_who_writes_nowhere_reads_who_may(app: App) -> None:
    assigned(app.store, app.team)
    rows = app.rows()
    told = used(app, CS_MANAGER).sentence
    assert "Northwind Robotics is up to Maya or Jonas" in told
    posted(app.store, app.team, Deal(account="Larkfield Clinics"))
    rows = app.rows()
    told = used(app, OUTSIDER).sentence
    assert "the handoffs of this channel" in told
    assert app.rows() == rows
    app.slack.channels[ELSEWHERE] = {"id": ELSEWHERE, "name": "else", "is_member": True}
    assert "no open handoff that you write in" in used(app, OUTSIDER, channel=ELSEWHERE).sentence


def test_what_a_person_may_not_write_is_not_offered_and_not_taken(app: App) -> None:
    one = assigned(app.store, app.team)
    form = form_of(app, CSM)
    assert form.holds("becomes") == "promise"
    offered = str(form.view["blocks"])
    assert "metric" not in offered
    by_hand = deepcopy(form.type(means=MEANS))
    block = form.block_of("becomes")
    by_hand.state[block]["becomes"]["selected_option"] = {"value": "metric"}
    rows = app.rows()
    assert "up to Maya" in app.submit(CSM, by_hand).sentence
    assert app.rows() == rows
    app.submit(CSM, form.type(means=MEANS))
    assert brief(app, one).entries[-1].text.words == MEANS


def test_whoever_lost_their_part_meanwhile_adds_nothing(app: App) -> None:
    one = assigned(app.store, app.team)
    help_with(app, one, OUTSIDER, SectionKey.SUCCESS)
    form = form_of(app, OUTSIDER).type(means="Days", replace=[])
    help_with(app, one, CS_MANAGER, SectionKey.SUCCESS)
    rows = app.rows()
    assert "up to Maya" in app.submit(OUTSIDER, form).sentence
    assert app.rows() == rows


def test_somebody_elses_form_adds_nothing(app: App) -> None:
    assigned(app.store, app.team)
    form = form_of(app, AE).type(becomes="promise", means=MEANS)
    rows = app.rows()
    assert "copy of the message is gone" in app.submit(CSM, form).sentence
    assert app.rows() == rows


@pytest.mark.parametrize("user", sorted(NOT_MEMBERS))
def test_guests_and_outsiders_add_nothing(app: App, user: str) -> None:
    assigned(app.store, app.team)
    rows = app.rows()
    assert "full members" in used(app, user).sentence
    assert app.rows() == rows


# --- From where


def test_slack_gives_the_address_where_the_bot_is_inside(app: App) -> None:
    app.slack.channels[DEAL] = {"id": DEAL, "name": "deal", "is_member": True}
    one = signed(app.store, app.team)
    app.submit(AE, form_of(app, AE).type(becomes="quote"))
    assert copies(app, one)[0].message.link.endswith("p1772540000000200?from=slack")


def test_the_address_of_a_reply_is_built_with_its_thread(app: App) -> None:
    one = signed(app.store, app.team)
    reply = {**MESSAGE, "thread_ts": "1772500000.000100"}
    app.submit(AE, form_of(app, AE, reply).type(becomes="quote"))
    link = copies(app, one)[0].message.link
    assert link.endswith("/p1772540000000200?thread_ts=1772500000.000100&cid=C0DEAL")


def test_a_slack_that_does_not_answer_holds_nothing_up(app: App) -> None:
    one = signed(app.store, app.team)
    app.slack.silent.add("chat.getPermalink")
    app.submit(AE, form_of(app, AE).type(becomes="quote"))
    assert copies(app, one)[0].message.link.startswith("https://invented.slack.com/")


@pytest.mark.parametrize("channel", ["D0THEIRS", "G0MANY", "G0UNSEEN"])
def test_from_where_few_read_it_is_said_who_will_and_asked_once(app: App, channel: str) -> None:
    # A conversation of a few, which the bot may not look into, and a private channel it is not in.
    app.slack.channels["G0MANY"] = {"id": "G0MANY", "is_mpim": True, "is_private": True}
    one = signed(app.store, app.team)
    form = form_of(app, AE, channel=channel)
    assert "every full member" in form.words
    assert "AE, CSM, second listener and CS manager" in form.words
    unsaid = form.type(becomes="quote")
    assert list(app.submit(AE, unsaid).errors) == [form.block_of("may_read")]
    assert copies(app, one) == ()
    app.submit(AE, unsaid.type(may_read=["yes"]))
    assert len(copies(app, one)) == 1


def test_of_a_private_deal_it_is_said_that_its_channel_reads_it(app: App) -> None:
    signed(app.store, app.team)
    met(app, DEAL, ChannelFacts(name="deal", private=True, bot_inside=True))
    form = form_of(app, AE)
    assert "whoever is in" in form.words
    assert "may_read" in str(form.view["blocks"])


def test_in_a_public_channel_nobody_is_asked(app: App) -> None:
    signed(app.store, app.team)
    assert "may_read" not in str(form_of(app, AE).view["blocks"])


UNSAFE = {
    "shared": {"is_ext_shared": True},
    "to be shared": {"is_pending_ext_shared": True},
    "private and shared": {"is_private": True, "is_member": True, "is_ext_shared": True},
}


@pytest.mark.parametrize("how", sorted(UNSAFE))
def test_nothing_is_taken_in_where_others_read(app: App, how: str) -> None:
    signed(app.store, app.team)
    app.slack.channels[ELSEWHERE] = {"id": ELSEWHERE, "name": "else", **UNSAFE[how]}
    rows = app.rows()
    assert "Others than colleagues" in used(app, AE, channel=ELSEWHERE).sentence
    assert app.rows() == rows


@pytest.mark.parametrize("inside", [True, False])
def test_nothing_is_taken_in_from_among_guests(app: App, inside: bool) -> None:
    signed(app.store, app.team)
    app.slack.channels[ELSEWHERE] = {"id": ELSEWHERE, "name": "else", "is_member": inside}
    app.slack.members[ELSEWHERE] = [AE, "U0GUEST"]
    rows = app.rows()
    assert "guests" in used(app, AE, channel=ELSEWHERE).sentence
    assert app.rows() == rows


@pytest.mark.parametrize(("author", "told"), [("U0GUEST", "guests"), ("U0STRANGER", "Others")])
def test_where_the_bot_cannot_look_the_author_tells_who_is_there(
    app: App, author: str, told: str
) -> None:
    signed(app.store, app.team)
    rows = app.rows()
    message = {**MESSAGE, "user": author}
    assert told in used(app, AE, message, channel="D0THEIRS").sentence
    assert app.rows() == rows


def test_where_slack_does_not_say_who_reads_nothing_is_taken(app: App) -> None:
    signed(app.store, app.team)
    app.slack.silent.add("conversations.info")
    rows = app.rows()
    assert "Try again" in used(app, AE, channel=ELSEWHERE).sentence
    assert app.rows() == rows


def test_a_shortcut_of_another_version_is_answered_with_a_sentence(app: App) -> None:
    body = app.shortcut_body(AE, MESSAGE) | {"callback_id": "from_last_year"}
    rows = app.rows()
    assert "older version" in app.deliver(body).sentence
    assert app.rows() == rows


# --- What is taken


def test_a_long_message_is_cut_and_the_form_says_so(app: App) -> None:
    one = signed(app.store, app.team)
    form = form_of(app, AE, {**MESSAGE, "text": "ab " * 1700})
    assert "3,000 characters" in form.words
    app.submit(AE, form.type(becomes="quote"))
    (copy,) = copies(app, one)
    assert copy.message.words == ("ab " * 1700)[:LONGEST_COPY]
    assert copy.message.cut
    page = app.modal(app.press(AE, ActionId.OPEN_HANDOFF, Ref(handoff=one)))
    assert "cut" in page.words


def test_a_message_of_blocks_alone_is_read_from_them(app: App) -> None:
    one = signed(app.store, app.team)
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Call with Dana"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "Live in *June*, <@UCSM>"}},
    ]
    form = form_of(app, AE, {"user": AE, "text": "", "blocks": blocks, "ts": MESSAGE["ts"]})
    app.submit(AE, form.type(becomes="quote"))
    assert copies(app, one)[0].message.words == "Call with Dana\nLive in *June*, @Jonas"


def test_a_message_of_a_bot_is_named_after_it(app: App) -> None:
    one = signed(app.store, app.team)
    message = {
        "bot_id": "B0CALLS",
        "user": "U0ROBOT",
        "username": "Call notes",
        "text": "Dana: June.",
        "ts": MESSAGE["ts"],
    }
    app.submit(AE, form_of(app, AE, message).type(becomes="quote"))
    assert copies(app, one)[0].message.author == "Call notes"
    assert brief(app, one).why.quote_by == "Call notes"


def test_an_author_the_bot_never_met_is_looked_up(app: App) -> None:
    app.slack.users["UNEW"] = account("UNEW", real_name="Noor Haddad")
    one = signed(app.store, app.team)
    app.submit(AE, form_of(app, AE, {**MESSAGE, "user": "UNEW"}).type(becomes="quote"))
    assert copies(app, one)[0].message.author == "Noor Haddad"


def test_a_message_without_words_cannot_be_added(app: App) -> None:
    signed(app.store, app.team)
    rows = app.rows()
    message = {"user": AE, "text": "", "files": [{"id": "F0"}], "ts": MESSAGE["ts"]}
    assert "no words" in used(app, AE, message).sentence
    assert app.rows() == rows


def test_nothing_of_it_is_in_the_records_of_the_history_but_its_commitment(app: App) -> None:
    one = posted(app.store, app.team)
    app.submit(AE, form_of(app, AE).type(becomes="promise", means=MEANS))
    with app.store.read(app.team.workspace_id) as unit:
        bodies = b"".join(record.body for record in unit.history.records(one)).decode()
    assert "Dana" not in bodies
    assert "invented.slack.com" not in bodies
