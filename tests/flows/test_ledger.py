"""The promise ledger through its buttons, forms and reactions."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import select, update

from bot.domain.access import EVERY
from bot.domain.history import Tag, verify
from bot.domain.ledger import Entry
from bot.domain.promises import PromiseText, Side
from bot.storage.channels import ChannelFacts
from bot.storage.tables import outbox, person, surface
from bot.views.ids import ActionId, MoreChoice, ViewId
from bot.views.payload import Ref
from tests.builders import Deal, FixedClock, assigned, initial_all, posted
from tests.flows.app import App, Reply
from tests.flows.slack import Json
from tests.flows.test_long_briefs import statements

AE, CSM, CS_MANAGER, OUTSIDER = "UAE", "UCSM", "UCS_MANAGER", "UOUTSIDER"
CAN = {"delivery": "can"}


def entries(app: App, handoff_id: int) -> list[Entry]:
    with app.store.read(app.team.workspace_id) as unit:
        return unit.ledger.entries(handoff_id)


def entry(app: App, handoff_id: int, number: int = 1) -> Entry:
    return next(one for one in entries(app, handoff_id) if one.promise.number == number)


def ref(app: App, handoff_id: int, number: int = 1) -> Ref:
    promise = entry(app, handoff_id, number).promise
    return Ref(handoff=handoff_id, entry=promise.id, revision=promise.version)


def edit(app: App, user: str, handoff_id: int, number: int = 1, **typed: object) -> Reply:
    form = app.modal(app.press(user, ActionId.PROMISE_CHANGE, ref(app, handoff_id, number)))
    return app.submit(user, form.type(**typed))  # type: ignore[arg-type]


def deliverable(app: App) -> int:
    """An assigned handoff whose one promise says who delivers it by when."""
    handoff_id = assigned(app.store, app.team)
    assert not edit(app, AE, handoff_id, due="2026-06-30", owner_id=CSM).errors
    return handoff_id


def add(app: App, handoff_id: int, *words: str) -> None:
    """More promises, as if the AE had written them down, complete."""
    with app.store.write(app.team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        for one in words:
            text = PromiseText(one, owner_id=app.team.csm.id, due=date(2026, 7, 1))
            unit.brief.add_promise(handoff_id, text, by=app.team.ae.id, at=unit.now)
        unit.reckon(handoff_id)
        unit.commit()


def ae_initials(app: App, handoff_id: int, number: int = 1) -> Reply:
    return app.press(AE, ActionId.INITIAL_PROMISE, ref(app, handoff_id, number))


def csm_initials(app: App, handoff_id: int, number: int = 1, **typed: str) -> Reply:
    form = app.modal(app.press(CSM, ActionId.INITIAL_PROMISE, ref(app, handoff_id, number)))
    return app.submit(CSM, form.type(**(typed or CAN)))


def sound(app: App, handoff_id: int) -> bool:
    with app.store.read(app.team.workspace_id) as unit:
        count, head = unit.history.head(handoff_id)
        records = unit.history.records(handoff_id)
    return verify(records, expected_count=count, expected_head=head).sound


# --- By button


def test_the_ae_presses_and_the_csm_says_whether_they_can_deliver_it(app: App) -> None:
    handoff_id = deliverable(app)
    assert ae_initials(app, handoff_id).body == {}
    form = app.modal(app.press(CSM, ActionId.INITIAL_PROMISE, ref(app, handoff_id)))
    assert form.callback_id == ViewId.INITIAL
    assert "The ERP connector" in form.words
    unsaid = app.submit(CSM, form)
    assert list(unsaid.errors) == [form.block_of("delivery")]
    unnamed = app.submit(CSM, form.type(delivery="check"))
    assert list(unnamed.errors) == [form.block_of("check_with")]
    checked = form.type(delivery="check", check_with="the platform team, by June")
    assert app.submit(CSM, checked).body == {}
    assert entry(app, handoff_id).signed
    with app.store.read(app.team.workspace_id) as unit:
        assert unit.handoffs.get(handoff_id).signing.complete
    events = app.events(handoff_id)
    assert events[-3:] == [Tag.PROMISE_INITIALED, Tag.PROMISE_INITIALED, Tag.LEDGER_SIGNED]
    assert sound(app, handoff_id)


def test_the_second_press_is_no_second_initial(app: App) -> None:
    handoff_id = deliverable(app)
    ae_initials(app, handoff_id)
    before = app.rows()
    assert "already" in ae_initials(app, handoff_id).sentence
    assert app.rows() == before
    body = app.press_body(CSM, ActionId.INITIAL_PROMISE, ref(app, handoff_id))
    form = app.modal(app.deliver(body))
    sent = app.submit_body(CSM, form.type(**CAN))
    app.deliver(sent)
    after = app.rows()
    app.deliver(sent)
    assert app.rows() == after


@pytest.mark.parametrize("user", [CS_MANAGER, "UAE_MANAGER", "UREVOPS", OUTSIDER])
def test_nobody_else_has_a_box(app: App, user: str) -> None:
    handoff_id = deliverable(app)
    before = app.rows()
    told = app.press(user, ActionId.INITIAL_PROMISE, ref(app, handoff_id)).sentence
    assert "up to Maya or Jonas." in told
    assert app.rows() == before


def test_without_owner_and_day_the_csm_is_told_what_is_missing(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    told = app.press(CSM, ActionId.INITIAL_PROMISE, ref(app, handoff_id)).sentence
    assert "who delivers it by when" in told
    page = app.modal(app.press(CSM, ActionId.OPEN_LEDGER, Ref(handoff=handoff_id)))
    assert "Promise 1 says not yet who delivers it by when." in page.words


def test_a_button_of_an_earlier_wording_is_refused_with_the_new_one(app: App) -> None:
    handoff_id = deliverable(app)
    old = ref(app, handoff_id)
    ae_initials(app, handoff_id)
    edit(app, CSM, handoff_id, words="A login page in their colours by 3 July")
    assert entry(app, handoff_id).initials == {}
    assert Tag.INITIALS_VOIDED in app.events(handoff_id)
    before = app.rows()
    for user in (AE, CSM):
        told = app.press(user, ActionId.INITIAL_PROMISE, old).sentence
        assert "“A login page in their colours by 3 July”" in told
    assert app.rows() == before


def test_a_form_that_was_open_while_somebody_edited_signs_nothing(app: App) -> None:
    handoff_id = deliverable(app)
    form = app.modal(app.press(CSM, ActionId.INITIAL_PROMISE, ref(app, handoff_id)))
    edit(app, AE, handoff_id, words="Something else")
    refused = app.submit(CSM, form.type(**CAN))
    assert "Something else" in refused.sentence
    assert entry(app, handoff_id).initials == {}


def test_who_delivers_it_is_our_own_affair_and_asks_for_no_new_acknowledgement(app: App) -> None:
    handoff_id = deliverable(app)
    assert app.press(CSM, ActionId.ACKNOWLEDGE, app.shown(handoff_id)).body == {}
    edit(app, CSM, handoff_id, owner_id=CS_MANAGER)
    with app.store.read(app.team.workspace_id) as unit:
        assert unit.handoffs.get(handoff_id).acknowledged
    edit(app, CSM, handoff_id, due="2026-08-01")
    with app.store.read(app.team.workspace_id) as unit:
        assert not unit.handoffs.get(handoff_id).acknowledged


def test_an_owner_who_is_no_colleague_is_refused_and_nothing_typed_is_lost(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    form = app.modal(app.press(AE, ActionId.PROMISE_CHANGE, ref(app, handoff_id)))
    refused = app.submit(AE, form.type(words="Anything", owner_id="U0GUEST"))
    assert list(refused.errors) == [form.block_of("owner_id")]


def test_an_initial_is_taken_back_from_the_menu_for_ten_minutes(
    app: App, clock: FixedClock
) -> None:
    handoff_id = deliverable(app)
    ae_initials(app, handoff_id)
    assert "up to" in app.press(OUTSIDER, ActionId.TAKE_BACK_INITIAL, ref(app, handoff_id)).sentence
    value = ref(app, handoff_id).model_copy(update={"thing": MoreChoice.TAKE_BACK_INITIAL.value})
    body = app.press_body(AE, ActionId.MORE)
    del body["actions"][0]["value"]
    body["actions"][0] |= {"type": "overflow", "selected_option": {"value": value.dump()}}
    assert app.deliver(body).body == {}
    assert entry(app, handoff_id).initials == {}
    ae_initials(app, handoff_id)
    clock.advance(timedelta(minutes=10, seconds=1))
    told = app.press(AE, ActionId.TAKE_BACK_INITIAL, ref(app, handoff_id)).sentence
    assert "10 minutes" in told
    assert Side.AE in entry(app, handoff_id).initials


def test_another_csm_has_signed_nothing_yet(app: App) -> None:
    handoff_id = deliverable(app)
    ae_initials(app, handoff_id)
    csm_initials(app, handoff_id)
    form = app.modal(app.press(CS_MANAGER, ActionId.OPEN_ASSIGN, Ref(handoff=handoff_id)))
    assert not app.submit(CS_MANAGER, form.type(csm=OUTSIDER)).errors
    assert list(entry(app, handoff_id).initials) == [Side.AE]
    with app.store.read(app.team.workspace_id) as unit:
        signing = unit.handoffs.get(handoff_id).signing
    assert (signing.ae, signing.csm, signing.csm_at) == (1, 0, None)


# --- By command


def test_a_promise_is_written_down_by_command_and_stands_below_the_card(app: App) -> None:
    handoff_id = deliverable(app)
    form = app.modal(app.command(AE, "promise"))
    assert form.callback_id == ViewId.PROMISE
    assert app.submit(AE, form.type(words="Two trainings on site by 1 May")).errors == {}
    assert entry(app, handoff_id, 2).promise.text.words == "Two trainings on site by 1 May"
    assert (entry(app, handoff_id, 2).promise.id, 1) in wanted(app)
    # What the customer remembers the CSM writes down as well; nobody else does.
    assert app.modal(app.command(CSM, "promise")).callback_id == ViewId.PROMISE
    refused = app.command(CS_MANAGER, "promise")
    assert "up to Maya or Jonas" in refused.sentence


def test_with_several_handoffs_the_command_asks_which(app: App) -> None:
    first = deliverable(app)
    second = assigned(app.store, app.team, Deal(account="Larkfield Labs"))
    asked = app.command(AE, "promise")
    assert "Which one is the promise of?" in asked.sentence
    about = [Ref.load(one["value"]).handoff for one in asked.buttons]
    assert about == [first, second]
    form = app.modal(app.press(AE, ActionId.PROMISE_NEW, Ref(handoff=second)))
    app.submit(AE, form.type(words="Two trainings on site by 1 May"))
    assert len(entries(app, second)) == 2


# --- That none were made


def test_that_none_were_made_is_an_entry_for_as_long_as_the_brief_says_so(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    edit(app, AE, handoff_id, withdraw="They did not mean it.")
    assert [one.open for one in entries(app, handoff_id)] == [False]

    def tick(*ticked: str) -> None:
        step = app.brief_step(AE, handoff_id, "promises")
        assert not app.submit(AE, step.type(none_made=list(ticked))).errors

    tick("yes")
    made = next(one for one in entries(app, handoff_id) if one.none_made)
    assert made.open
    about = Ref(handoff=handoff_id, entry=made.promise.id, revision=made.promise.version)
    for user in (AE, CSM):
        assert app.press(user, ActionId.INITIAL_PROMISE, about).body == {}
    with app.store.read(app.team.workspace_id) as unit:
        assert unit.handoffs.get(handoff_id).signing.complete
        assert unit.brief.load(handoff_id, audiences=EVERY).entries == ()
    assert "form" not in app.press(AE, ActionId.PROMISE_CHANGE, about).body
    tick()
    assert not any(one.open for one in entries(app, handoff_id))
    tick("yes")
    again = next(one for one in entries(app, handoff_id) if one.none_made)
    assert (again.promise.version, again.initials) == (2, {})


# --- One by one, and all of them


def test_one_by_one_each_open_entry_is_shown_whole_and_no_other(app: App) -> None:
    handoff_id = deliverable(app)
    add(app, handoff_id, "Two trainings on site.", "A report every Monday.")
    csm_initials(app, handoff_id, 2)
    page = app.modal(app.press(CSM, ActionId.OPEN_LEDGER, Ref(handoff=handoff_id)))
    assert "Initial 2 promises one by one" in page.words
    app.press(CSM, ActionId.INITIAL_ALL, Ref(handoff=handoff_id), modal=page)
    form = app.screen(app.slack.called("views.update")[-1]["view"])
    assert "The ERP connector" in form.words
    assert "1 more waits after this one." in form.words
    following = app.screen(app.submit(CSM, form.type(**CAN)).body["view"])
    assert "A report every Monday." in following.words
    last = app.submit(CSM, following.type(delivery="check", check_with="Support")).body["view"]
    assert last["callback_id"] == ViewId.LEDGER
    assert all(Side.CSM in one.initials for one in entries(app, handoff_id))
    # The AE goes the same way, without a question.
    app.press(AE, ActionId.INITIAL_ALL, Ref(handoff=handoff_id), modal=page)
    form = app.screen(app.slack.called("views.update")[-1]["view"])
    for _ in range(3):
        assert form.callback_id == ViewId.INITIAL
        form = app.screen(app.submit(AE, form).body["view"])
    assert all(one.signed for one in entries(app, handoff_id))


def test_a_ledger_of_very_many_is_shown_in_pages_that_slack_takes(app: App) -> None:
    handoff_id = deliverable(app)
    add(app, handoff_id, *(f"Promise of the sale number {number}. " * 60 for number in range(40)))
    reply = app.press(CSM, ActionId.OPEN_LEDGER, Ref(handoff=handoff_id))
    seen = app.modal(reply).words
    for page in range(1, 6):
        turned = app.press(CSM, ActionId.OPEN_LEDGER, Ref(handoff=handoff_id, page=page))
        seen += app.modal(turned).words
    assert all(f"Promise {number}\n" in seen for number in range(1, 42))


def test_the_ledger_is_for_who_reads_in_the_deal_channel(app: App) -> None:
    handoff_id = deliverable(app)
    with app.store.write(app.team.workspace_id) as unit:
        facts = ChannelFacts("deal-northwind", private=True, bot_inside=True)
        unit.channels.ensure("C0DEAL", facts=facts)
        unit.commit()
    for action in (ActionId.OPEN_LEDGER, ActionId.PROMISE_HISTORY):
        about = ref(app, handoff_id)
        refused = app.press(OUTSIDER, action, about, channel="D0ELSEWHERE")
        assert "private channel" in refused.sentence
        assert app.press(CSM, action, about, channel="D0ELSEWHERE").opened


def test_every_wording_stays_readable_with_the_initials_it_got(app: App) -> None:
    handoff_id = deliverable(app)
    ae_initials(app, handoff_id)
    csm_initials(app, handoff_id)
    edit(app, CSM, handoff_id, words="A login page by 3 July")
    shown = app.modal(app.press(OUTSIDER, ActionId.PROMISE_HISTORY, ref(app, handoff_id)))
    assert shown.words.index("A login page by 3 July") < shown.words.index("Version 2")
    assert shown.words.count("✍️") == 2


# --- By reaction


def stands(app: App, handoff_id: int, number: int = 1) -> tuple[str, str]:
    """Where the message of the wording in force stands, as if it had been posted."""
    promise = entry(app, handoff_id, number).promise
    ts = f"1772600000.{promise.id:03d}{promise.version:03d}"
    with app.store.database.writing() as connection:
        connection.execute(
            update(surface)
            .where(
                surface.c.promise_id == promise.id,
                surface.c.promise_version == promise.version,
            )
            .values(ts=ts, posted_in="C0DEAL")
        )
        connection.commit()
    return "C0DEAL", ts


def react(
    app: App,
    user: str,
    at: tuple[str, str],
    *,
    name: str = "white_check_mark",
    gone: bool = False,
    item: Json | None = None,
    when: str | None = None,
) -> Reply:
    channel, ts = at
    event: Json = {
        "type": "reaction_removed" if gone else "reaction_added",
        "user": user,
        "reaction": name,
        "item": item or {"type": "message", "channel": channel, "ts": ts},
        **({"event_ts": when} if when is not None else {}),
    }
    return app.deliver(app.event_body(**event))


def told(app: App) -> list[tuple[int, str]]:
    """What was said about reactions: to whom, and why."""
    with app.store.database.reading() as connection:
        rows = connection.execute(
            select(outbox).where(outbox.c.kind == "reaction_not_taken").order_by(outbox.c.id)
        ).all()
    return [(row.person_id, json.loads(row.facts)["problem"]) for row in rows]


def test_a_tick_on_the_message_is_an_initial_and_without_it_there_is_none(app: App) -> None:
    handoff_id = deliverable(app)
    at = stands(app, handoff_id)
    for user in (AE, CSM):
        assert react(app, user, at).status == 200
    assert entry(app, handoff_id).signed
    assert react(app, AE, at, gone=True).status == 200
    assert list(entry(app, handoff_id).initials) == [Side.CSM]
    assert told(app) == []
    assert sound(app, handoff_id)


def test_of_a_tick_and_its_end_the_later_one_stands_in_whatever_order_they_come(app: App) -> None:
    handoff_id = deliverable(app)
    at = stands(app, handoff_id)
    given, gone, again = "1772600100.000900", "1772600101.000100", "1772600109.5"
    react(app, AE, at, gone=True, when=gone)
    react(app, AE, at, when=given)
    assert entry(app, handoff_id).initials == {}
    react(app, AE, at, when=again)
    react(app, AE, at, gone=True, when=gone)
    react(app, CSM, at, when=given)
    assert entry(app, handoff_id).signed
    # What says no time, or none that can be read, is taken as it comes.
    react(app, AE, at, gone=True, when="soon")
    assert list(entry(app, handoff_id).initials) == [Side.CSM]
    assert told(app) == []


def test_other_reactions_and_those_of_others_do_nothing(app: App) -> None:
    handoff_id = deliverable(app)
    at = stands(app, handoff_id)
    before = {**app.rows(), "received": []}
    react(app, AE, at, name="heavy_check_mark")
    react(app, OUTSIDER, at)
    react(app, CS_MANAGER, at)
    react(app, "U0STRANGER", at)
    react(app, AE, ("C0DEAL", "1.1"))
    react(app, AE, at, item={"type": "file", "file": "F1"})
    assert {**app.rows(), "received": []} == before


def test_a_tick_on_an_earlier_wording_signs_nothing_and_says_so_once(app: App) -> None:
    handoff_id = deliverable(app)
    at = stands(app, handoff_id)
    edit(app, CSM, handoff_id, words="A login page by 3 July")
    for _ in range(2):
        react(app, AE, at)
        react(app, AE, at, gone=True)
    assert entry(app, handoff_id).initials == {}
    assert told(app) == [(app.team.ae.id, "promise_reworded")]


def test_a_tick_taken_away_too_late_leaves_the_initial_and_says_so_once(
    app: App, clock: FixedClock
) -> None:
    handoff_id = deliverable(app)
    at = stands(app, handoff_id)
    react(app, AE, at)
    clock.advance(timedelta(minutes=11))
    for _ in range(2):
        react(app, AE, at, gone=True)
    assert Side.AE in entry(app, handoff_id).initials
    assert told(app) == [(app.team.ae.id, "undo_too_late")]


def test_a_tick_of_the_csm_on_what_names_no_owner_says_what_is_missing(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    react(app, CSM, stands(app, handoff_id))
    assert told(app) == [(app.team.csm.id, "not_deliverable")]


@pytest.mark.parametrize("item", [{}, {"type": "message"}, {"channel": "C0DEAL", "ts": []}])
def test_a_reaction_of_another_shape_changes_nothing(app: App, item: Json) -> None:
    deliverable(app)
    assert react(app, AE, ("", ""), item={"type": "message", **item}).status == 200


# --- Which messages are drawn


def wanted(app: App) -> dict[tuple[int, int], int]:
    with app.store.database.reading() as connection:
        rows = connection.execute(select(surface).where(surface.c.kind == "promise")).all()
    return {(row.promise_id, row.promise_version): row.wanted for row in rows}


def test_only_what_changed_is_drawn_anew(app: App) -> None:
    handoff_id = deliverable(app)
    add(app, handoff_id, "Two trainings on site.")
    with app.store.write(app.team.workspace_id) as unit:
        for one in unit.ledger.entries(handoff_id):
            handoff = unit.handoffs.lock(handoff_id)
            unit.surfaces.show_promise(handoff, one.promise.id, one.promise.version)
        unit.commit()
    first, second = (one.promise for one in entries(app, handoff_id))
    before = wanted(app)
    ae_initials(app, handoff_id, 2)
    app.press(CSM, ActionId.ACKNOWLEDGE, app.shown(handoff_id))
    after = wanted(app)
    assert after == before | {(second.id, 1): before[second.id, 1] + 1}
    edit(app, AE, handoff_id, words="Another")
    reworded = wanted(app)
    changed = {key for key in reworded if reworded[key] != after.get(key)}
    assert changed == {(first.id, 1), (first.id, 2), (first.id, 3)}


def test_before_the_card_stands_no_promise_does_and_with_it_all_of_them(app: App) -> None:
    posted(app.store, app.team)
    assert len(wanted(app)) == 1


def standing(app: App) -> None:
    """Every message of the bot stands, as it does a moment after it was wanted."""
    with app.store.database.writing() as connection:
        stands = {"ts": surface.c.opaque, "posted_in": "C0DEAL", "shown": surface.c.wanted}
        connection.execute(update(surface).where(surface.c.ts.is_(None)).values(**stands))
        connection.commit()


MOST_STATEMENTS = 12


def asked_for(app: App, act: Callable[[], Reply]) -> int:
    """How many statements an act takes, besides the one that begins a transaction of SQLite's."""
    found = statements(app, act)
    return len(found) - sum(one.startswith("BEGIN") for one in found)


def test_two_boxes_filled_in_one_transaction_are_both_counted(app: App) -> None:
    handoff_id = deliverable(app)
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        initial_all(unit, handoff, app.team)
        unit.save(handoff, actor_id=app.team.csm.id)
        unit.commit()
    with app.store.read(app.team.workspace_id) as unit:
        signing = unit.handoffs.get(handoff_id).signing
    assert (signing.ae, signing.csm, signing.signed) == (1, 1, 1)


def test_an_initial_takes_as_many_statements_with_150_entries_as_with_one(app: App) -> None:
    counts: set[tuple[int, ...]] = set()
    # One that is left open: with the last one a step is done, and its reminders are taken back.
    for more in (1, 14, 149):
        handoff_id = deliverable(app)
        add(app, handoff_id, *(f"Number {number}" for number in range(more)))
        standing(app)
        about = ref(app, handoff_id)
        form = app.modal(app.press(CSM, ActionId.INITIAL_PROMISE, about))
        counts.add(
            (
                asked_for(app, partial(app.submit, CSM, form.type(**CAN))),
                asked_for(app, partial(app.press, CSM, ActionId.TAKE_BACK_INITIAL, about)),
                asked_for(app, partial(ae_initials, app, handoff_id)),
            )
        )
    assert len(counts) == 1, counts
    assert max(*counts.pop()) <= MOST_STATEMENTS


def test_the_initial_that_completes_a_ledger_takes_no_more_than_is_said_of_it(app: App) -> None:
    handoff_id = deliverable(app)
    ae_initials(app, handoff_id)
    standing(app)
    form = app.modal(app.press(CSM, ActionId.INITIAL_PROMISE, ref(app, handoff_id)))
    # The step is done with it: its deadline is, too, and what was said of it is looked at. A card
    # that is posted anew asks whether the database was restored.
    most = MOST_STATEMENTS + 3
    assert asked_for(app, partial(app.submit, CSM, form.type(**CAN))) <= most
    with app.store.read(app.team.workspace_id) as unit:
        assert unit.handoffs.get(handoff_id).signing.complete


def test_what_follows_from_the_count_before_is_what_is_there(app: App) -> None:
    handoff_id = deliverable(app)
    add(app, handoff_id, "The second one.")
    number_two = ref(app, handoff_id, 2)

    def in_line() -> bool:
        with app.store.read(app.team.workspace_id) as unit:
            handoff, counts = unit.handoffs.get(handoff_id), unit.ledger.counts(handoff_id)
        known = handoff.signing
        return (known.ae, known.csm, known.signed) == (counts.ae, counts.csm, counts.signed)

    for act in (
        partial(ae_initials, app, handoff_id),
        partial(csm_initials, app, handoff_id),
        partial(app.press, AE, ActionId.INITIAL_PROMISE, number_two),
        partial(csm_initials, app, handoff_id, 2),
        partial(app.press, AE, ActionId.TAKE_BACK_INITIAL, number_two),
        partial(app.press, AE, ActionId.INITIAL_PROMISE, number_two),
        partial(edit, app, AE, handoff_id, 2, words="Another one."),
        partial(app.press, CSM, ActionId.TAKE_BACK_INITIAL, ref(app, handoff_id)),
        partial(edit, app, AE, handoff_id, 1, withdraw="Not ours."),
    ):
        act()
        assert in_line(), act


# --- What an initial is never given or lost by


def test_a_reaction_where_others_read_signs_nothing(app: App) -> None:
    handoff_id = deliverable(app)
    at = stands(app, handoff_id)
    with app.store.write(app.team.workspace_id) as unit:
        unit.channels.note("C0DEAL", shared=True)
        unit.commit()
    react(app, AE, at)
    assert entry(app, handoff_id).initials == {}


def test_a_reaction_to_what_a_moved_handoff_left_behind_signs_nothing(app: App) -> None:
    handoff_id = deliverable(app)
    at = stands(app, handoff_id)
    with app.store.write(app.team.workspace_id) as unit:
        facts = ChannelFacts("new", bot_inside=True, private=True)
        channel = unit.channels.ensure("C0NEW", facts=facts)
        unit.move(unit.handoffs.lock(handoff_id), channel, by=app.team.ae)
        unit.commit()
    react(app, AE, at)
    assert entry(app, handoff_id).initials == {}


def test_a_reaction_that_goes_takes_back_only_what_a_reaction_gave(app: App) -> None:
    handoff_id = deliverable(app)
    at = stands(app, handoff_id)
    csm_initials(app, handoff_id, delivery="check", check_with="the platform team")
    react(app, CSM, at)
    react(app, CSM, at, gone=True)
    assert entry(app, handoff_id).initials[Side.CSM].check_with == "the platform team"


def test_a_stand_in_takes_back_no_initial_of_whom_they_stand_in_for(app: App) -> None:
    handoff_id = deliverable(app)
    ae_initials(app, handoff_id)
    with app.store.write(app.team.workspace_id) as unit:
        stand_in = unit.people.by_slack_id(OUTSIDER)
        assert stand_in is not None
        unit.set_leave(app.team.ae.id, date(2027, 1, 1), stand_in.id, by=None)
        unit.commit()
    app.press(OUTSIDER, ActionId.TAKE_BACK_INITIAL, ref(app, handoff_id))
    assert Side.AE in entry(app, handoff_id).initials
    app.press(AE, ActionId.TAKE_BACK_INITIAL, ref(app, handoff_id))
    assert Side.AE not in entry(app, handoff_id).initials


def test_another_csm_leaves_the_initials_of_earlier_wordings(app: App) -> None:
    handoff_id = deliverable(app)
    ae_initials(app, handoff_id)
    csm_initials(app, handoff_id)
    edit(app, AE, handoff_id, words="A login page by 3 July")
    form = app.modal(app.press(CS_MANAGER, ActionId.OPEN_ASSIGN, Ref(handoff=handoff_id)))
    assert not app.submit(CS_MANAGER, form.type(csm=OUTSIDER)).errors
    shown = app.modal(app.press(AE, ActionId.PROMISE_HISTORY, ref(app, handoff_id)))
    assert shown.words.count("✍️") == 2


def test_that_promises_were_made_after_all_opens_its_boxes_on_record(app: App) -> None:
    handoff_id = assigned(app.store, app.team)
    edit(app, AE, handoff_id, withdraw="Said by nobody")

    def say(*none_made: str) -> None:
        form = app.brief_step(AE, handoff_id, "promises")
        assert not app.submit(AE, form.type(none_made=list(none_made))).errors

    say("yes")
    made = next(one for one in entries(app, handoff_id) if one.none_made)
    about = Ref(handoff=handoff_id, entry=made.promise.id, revision=made.promise.version)
    app.press(AE, ActionId.INITIAL_PROMISE, about)
    say()
    assert Tag.INITIALS_VOIDED in app.events(handoff_id)
    ledger = app.modal(app.press(AE, ActionId.OPEN_LEDGER, Ref(handoff=handoff_id)))
    assert "No promise is in force." in ledger.words
    assert sound(app, handoff_id)


# --- Who delivers it


def test_who_delivers_it_is_no_news_and_told_only_where_it_opens_a_box(app: App) -> None:
    handoff_id = deliverable(app)
    app.press(CSM, ActionId.ACKNOWLEDGE, app.shown(handoff_id))

    def told() -> int:
        rows = app.store.database
        with rows.reading() as connection:
            query = select(outbox.c.id).where(outbox.c.kind == "promise_changed")
            return len(connection.execute(query).all())

    before = told()
    edit(app, CSM, handoff_id, owner_id=CS_MANAGER)
    assert told() == before
    with app.store.read(app.team.workspace_id) as unit:
        assert not unit.news(unit.bundle(handoff_id, viewer=app.team.csm), viewer=app.team.csm)
    ae_initials(app, handoff_id)
    edit(app, CSM, handoff_id, owner_id=CSM)
    assert told() == before + 2


def test_an_owner_whose_account_is_closed_keeps_nobody_from_withdrawing(app: App) -> None:
    handoff_id = deliverable(app)
    edit(app, AE, handoff_id, owner_id=CS_MANAGER)
    with app.store.database.writing() as connection:
        gone = update(person).where(person.c.slack_id == CS_MANAGER).values(deactivated=True)
        connection.execute(gone)
        connection.commit()
    assert not edit(app, AE, handoff_id, withdraw="Not needed any more").errors
    assert not entry(app, handoff_id).open


# --- What was not promised


def test_what_was_refused_stands_in_the_ledger_without_boxes(app: App) -> None:
    handoff_id = deliverable(app)
    step = app.brief_step(AE, handoff_id, "promises")
    assert not app.submit(AE, step.type(refused="A discount for the third year")).errors
    shown = app.modal(app.press(CSM, ActionId.OPEN_LEDGER, Ref(handoff=handoff_id)))
    assert "Refused or deferred" in shown.words
    assert "A discount for the third year" in shown.words
    assert shown.words.count("⚪") == 2


def test_the_whole_ledger_is_asked_for_as_a_file(app: App) -> None:
    handoff_id = deliverable(app)
    shown = app.modal(app.press(CSM, ActionId.OPEN_LEDGER, Ref(handoff=handoff_id)))
    about = Ref(handoff=handoff_id, page=0)
    app.press(CSM, ActionId.LEDGER_FILE, about, modal=shown)
    again = app.updated(shown, app.slack.called("views.update")[-1]["view"])
    assert "comes to your direct messages" in again.words
    with app.store.database.reading() as connection:
        query = select(outbox.c.person_id).where(outbox.c.kind == "ledger_file")
        assert connection.execute(query).scalars().all() == [app.team.csm.id]
