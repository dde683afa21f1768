"""Words of the brief pointed out: when asked, once on saving, and never in the way."""

import json
from datetime import timedelta

import pytest

from bot.domain.access import EVERY
from bot.domain.brief import Brief
from bot.views.payload import Ref
from tests.builders import FixedClock, fill_brief, posted, signed
from tests.flows.app import App, Modal

AE = "UAE"
HELD = "again to go on"


def brief_of(app: App, handoff_id: int) -> Brief:
    with app.store.read(app.team.workspace_id) as unit:
        return unit.brief.load(handoff_id, audiences=EVERY)


def section(app: App, handoff_id: int, key: str) -> Modal:
    """One step of the form, opened from the list of all steps."""
    none = {"type": "modal", "callback_id": "brief_steps", "blocks": [], "private_metadata": ""}
    app.press(AE, "brief_go", Ref(handoff=handoff_id, thing=key), modal=app.screen(none))
    return app.screen(app.slack.called("views.update")[-1]["view"])


def pressed(app: App, modal: Modal, button: str) -> Modal:
    """The same modal after one of its buttons was pressed."""
    (value,) = {
        element["value"]
        for block in modal.view["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
        if element["action_id"] == button
    }
    app.press(AE, button, value, modal=modal)
    return app.updated(modal, app.slack.called("views.update")[-1]["view"])


def saved(app: App, modal: Modal) -> Modal:
    """The same modal after *Save and next*."""
    return app.updated(modal, app.submit(AE, modal).body["view"])


def title(modal: Modal) -> str:
    return str(modal.view["blocks"][0]["text"]["text"])


def entry_editor(app: App, modal: Modal, button: str) -> Modal:
    """The editor of a new person or promise on top of its step."""
    ref = modal.view["private_metadata"]
    return app.modal(app.press(AE, button, ref, modal=modal))


def below(app: App) -> Modal:
    """The step under an editor, as it was shown last."""
    return app.screen(app.slack.called("views.update")[-1]["view"])


def test_vague_words_hold_the_writer_up_once_and_are_saved_at_once(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    modal = section(app, handoff_id, "success").type(metric="better visibility")
    held = saved(app, modal)
    assert title(held) == "Success"
    assert "“better visibility” is a wish, not a measure" in held.words
    assert HELD in held.words
    assert held.holds("metric") == "better visibility"
    assert brief_of(app, handoff_id).success.metric == "better visibility"

    on = saved(app, held)
    assert title(on) == "Promises"
    assert "▲" not in on.words


def test_other_vague_words_hold_the_writer_up_again_and_the_same_ones_do_not(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    modal = section(app, handoff_id, "success").type(metric="better visibility", today="bad")
    held = saved(app, modal)
    # The same words in a text that was changed elsewhere were shown before.
    on = saved(app, held.type(metric="better visibility of orders", today="very bad"))
    assert title(on) == "Promises"

    modal = section(app, handoff_id, "success")
    held = saved(app, modal)
    assert HELD in held.words
    held = saved(app, held.type(target="soon"))
    assert "“soon” is no date" in held.words
    assert HELD in held.words
    assert title(saved(app, held)) == "Promises"


def test_specific_words_never_hold_anybody_up(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    modal = section(app, handoff_id, "success").type(metric="Pick errors per 100 orders")
    assert title(saved(app, modal)) == "Promises"


def test_check_words_saves_shows_and_counts_as_shown(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    modal = section(app, handoff_id, "success").type(metric="happy users")
    checked = pressed(app, modal, "check_words")
    assert title(checked) == "Success"
    assert "“happy” is a mood, not a metric" in checked.words
    assert HELD not in checked.words
    assert checked.holds("metric") == "happy users"
    assert brief_of(app, handoff_id).success.metric == "happy users"
    assert title(saved(app, checked)) == "Promises"


def test_check_words_says_where_there_is_nothing_to_say(app: App) -> None:
    handoff_id = posted(app.store, app.team)
    checked = pressed(app, section(app, handoff_id, "success"), "check_words")
    assert "No vague words were found" in checked.words


def test_a_conflict_is_shown_before_any_hint(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    mine, other = section(app, handoff_id, "success"), section(app, handoff_id, "success")
    saved(app, other.type(metric="Days to dispatch"))
    shown = saved(app, mine.type(metric="better visibility"))
    assert "changed this field" in shown.words
    assert "▲" not in shown.words
    assert "“better visibility” is a wish" in saved(app, shown).words


def test_marks_of_what_was_shown_are_kept_nowhere_but_in_the_form(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    modal = section(app, handoff_id, "success").type(metric="better visibility")
    held = saved(app, modal)
    (mark,) = json.loads(held.view["private_metadata"])["s"]
    rows = {name: rows for name, rows in app.rows().items() if name != "received"}
    assert mark not in json.dumps(rows)


def test_a_promise_with_vague_words_is_added_once_and_its_editor_held_open_once(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    step = section(app, handoff_id, "promises")
    editor = entry_editor(app, step, "promise_add").type(words="The connector is live soon")
    reply = app.submit(AE, editor, previous=step.id)
    held = app.updated(editor, reply.body["view"])
    assert "“soon” is no date" in held.words
    assert held.holds("words") == "The connector is live soon"
    assert "The connector is live soon" in below(app).words
    assert app.slack.called("views.update")[-1]["view_id"] == step.id

    assert app.submit(AE, held, previous=step.id).body == {}
    (promise,) = brief_of(app, handoff_id).entries
    assert (promise.text.words, promise.version) == ("The connector is live soon", 1)


def test_a_promise_reworded_with_the_editor_held_open_is_the_same_promise(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    step = section(app, handoff_id, "promises")
    editor = entry_editor(app, step, "promise_add").type(words="Live soon")
    held = app.updated(editor, app.submit(AE, editor, previous=step.id).body["view"])
    assert app.submit(AE, held.type(words="Live by 30 June"), previous=step.id).body == {}
    (promise,) = brief_of(app, handoff_id).entries
    assert (promise.text.words, promise.version) == ("Live by 30 June", 2)


def test_a_person_with_vague_words_is_added_once_and_shown_below(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    step = section(app, handoff_id, "people")
    editor = entry_editor(app, step, "contact_add").type(
        name="Ilse Brandt", contact_roles=["champion"], stake="nothing"
    )
    held = app.updated(editor, app.submit(AE, editor, previous=step.id).body["view"])
    assert "“nothing” tells no gain" in held.words
    assert "Ilse Brandt" in below(app).words
    assert app.submit(AE, held, previous=step.id).body == {}
    (ilse,) = brief_of(app, handoff_id).people.contacts
    assert ilse.stake == "nothing"


def test_what_was_shown_before_an_editor_opened_is_still_known_after_it_closed(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    step = section(app, handoff_id, "promises").type(refused="they should not get weekends")
    checked = pressed(app, step, "check_words")
    editor = entry_editor(app, checked, "promise_add").type(words="Live by 30 June")
    assert app.submit(AE, editor, previous=checked.id).body == {}
    assert title(saved(app, below(app))) == "Red flags"


@pytest.mark.parametrize("kept", [True, False])
def test_check_words_looks_at_the_entries_too_and_they_never_hold_up_the_step(
    app: App, kept: bool
) -> None:
    handoff_id = signed(app.store, app.team)
    step = section(app, handoff_id, "promises")
    editor = entry_editor(app, step, "promise_add").type(words="Live soon")
    held = app.updated(editor, app.submit(AE, editor, previous=step.id).body["view"])
    app.submit(AE, held, previous=step.id)
    step = below(app)
    if kept:
        checked = pressed(app, step, "check_words")
        assert "▲ What was promised: “soon” is no date" in checked.words
    else:
        assert title(saved(app, step)) == "Red flags"


# What fell


def test_what_a_save_emptied_is_named_on_the_next_step(app: App) -> None:
    handoff_id = posted(app.store, app.team)
    on = saved(app, section(app, handoff_id, "success").type(metric=None))
    assert title(on) == "Promises"
    assert "No longer filled: success metric (metric missing)." in on.words
    # Told once: it is open now, and nothing fell with the next save.
    assert "No longer filled" not in saved(app, on).words


def test_what_fell_with_the_last_step_is_named_before_the_message_is_previewed(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    step = section(app, handoff_id, "first_days").type(
        style="Short mails", cadence="Every Tuesday by phone"
    )
    assert saved(app, step).callback_id == "preview"
    lost = saved(app, section(app, handoff_id, "first_days").type(cadence=None))
    assert lost.callback_id == "brief_steps"
    assert "No longer filled: communication style (a part missing)." in lost.words


def test_withdrawing_the_last_promise_names_the_item_on_the_step_below(app: App) -> None:
    handoff_id = posted(app.store, app.team)
    step = section(app, handoff_id, "promises")
    (edit,) = [one["accessory"]["value"] for one in step.view["blocks"] if "accessory" in one]
    editor = app.modal(app.press(AE, "promise_edit", edit, modal=step))
    reply = app.submit(AE, editor.type(withdraw="It was never said"), previous=step.id)
    assert reply.body == {}
    assert "No longer filled: promises (empty)." in below(app).words


# Written in few minutes


def all_steps(app: App, handoff_id: int) -> Modal:
    return pressed(app, section(app, handoff_id, "why"), "brief_all_steps")


def test_a_brief_ready_within_four_minutes_is_quietly_told_to_its_ae(app: App) -> None:
    handoff_id = posted(app.store, app.team)
    assert "ready in under 4 minutes" in all_steps(app, handoff_id).words


def test_a_brief_that_took_its_time_is_not(app: App, clock: FixedClock) -> None:
    handoff_id = signed(app.store, app.team)
    step = section(app, handoff_id, "why").type(trigger="The lease ends.")
    saved(app, step)
    clock.advance(timedelta(minutes=5))
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        fill_brief(unit, handoff, app.team)
        unit.commit()
    assert "minutes" not in all_steps(app, handoff_id).words
