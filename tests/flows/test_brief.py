"""Walking through the brief: which steps there are for whom, and where each button leads."""

import json
from typing import Any

from bot.domain.access import EVERY
from bot.domain.completeness import completeness
from bot.domain.items import SectionKey
from bot.domain.money import Money
from bot.domain.policy import Policy
from bot.views.payload import Ref
from tests.builders import PROMISE, Deal, posted, signed
from tests.flows.app import App, Modal
from tests.views.shown import parts

AE, HELPER = "UAE", "UOUTSIDER"
LIGHT = Deal(account="Larkfield Labs", value=Money(20_000_00, "USD"))
THEIRS = frozenset({SectionKey.COMMERCIALS, SectionKey.PEOPLE})


def helped(app: App, deal: Deal | None = None, *, whole: bool = False) -> int:
    """A handoff in which somebody without a part was given two sections."""
    handoff_id = (posted if whole else signed)(app.store, app.team, deal)
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.helpers = {app.team.outsider.id: THEIRS}
        unit.save(handoff, actor_id=app.team.ae.id)
        unit.commit()
    return handoff_id


def opened(app: App, user: str, handoff_id: int) -> Modal:
    return app.modal(app.press(user, "write_brief", Ref(handoff=handoff_id)))


def after(app: App, modal: Modal, user: str = AE) -> Modal:
    """What the form shows once it was submitted."""
    return app.updated(modal, app.submit(user, modal).body["view"])


def pressed(app: App, modal: Modal, action: str, user: str = AE) -> Modal:
    """What the form shows once a button in it was pressed."""
    (value,) = {
        one["value"] for one in parts(modal.view["blocks"]) if one.get("action_id") == action
    }
    app.press(user, action, value, modal=modal)
    return app.updated(modal, app.slack.called("views.update")[-1]["view"])


def title(modal: Modal) -> str:
    return str(modal.view["title"]["text"])


def heading(modal: Modal) -> str:
    return str(modal.view["blocks"][0]["text"]["text"])


def listed(modal: Modal) -> list[str]:
    """The sections that the list of all steps leads to."""
    go: list[dict[str, Any]] = [
        one for one in parts(modal.view["blocks"]) if one.get("action_id") == "brief_go"
    ]
    return [json.loads(one["value"])["t"] for one in go]


def test_a_full_brief_has_seven_steps_and_the_last_leads_to_the_preview(app: App) -> None:
    modal = opened(app, AE, signed(app.store, app.team))
    seen = []
    while modal.callback_id == "brief":
        seen.append((title(modal), heading(modal)))
        modal = after(app, modal)
    assert seen[0] == ("Brief 1 of 7", "Why they bought")
    assert seen[-1] == ("Brief 7 of 7", "First 90 days")
    assert len(seen) == 7
    assert modal.callback_id == "preview"


def test_back_leads_one_step_back_and_keeps_what_was_typed(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    modal = app.brief_step(AE, handoff_id, "red_flags").type(nearly="The price")
    back = pressed(app, modal, "brief_back")
    assert heading(back) == "Promises"
    again = after(app, back)
    assert (heading(again), again.holds("nearly")) == ("Red flags", "The price")


def test_a_light_brief_has_five_steps_and_the_rest_is_reached_from_the_list(app: App) -> None:
    handoff_id = signed(app.store, app.team, LIGHT)
    modal = opened(app, AE, handoff_id)
    assert (title(modal), heading(modal)) == ("Brief 1 of 5", "People")
    modal = pressed(app, modal, "brief_all_steps")
    assert listed(modal) == [key.value for key in SectionKey]
    beside = app.brief_step(AE, handoff_id, "commercials").type(term="12 months")
    assert title(beside) == "Brief, not counted"
    assert "brief_back" not in str(beside.view)
    assert listed(after(app, beside)) == [key.value for key in SectionKey]
    assert app.brief_step(AE, handoff_id, "commercials").holds("term") == "12 months"


def test_the_form_opens_at_the_first_section_with_something_open(app: App) -> None:
    handoff_id = posted(app.store, app.team)
    assert heading(opened(app, AE, handoff_id)) == "Why they bought"
    after(app, app.brief_step(AE, handoff_id, "success").type(by=None))
    assert heading(opened(app, AE, handoff_id)) == "Success"


def test_a_helper_walks_through_the_sections_given_to_them_and_no_others(app: App) -> None:
    handoff_id = helped(app)
    modal = opened(app, HELPER, handoff_id)
    assert (title(modal), heading(modal)) == ("Brief 1 of 2", "People")
    modal = after(app, modal.type(history="Met at a fair."), HELPER)
    assert (title(modal), heading(modal)) == ("Brief 2 of 2", "Commercials")
    modal = after(app, modal.type(competitors="A rival"), HELPER)
    assert modal.callback_id == "brief_steps"
    assert listed(modal) == ["people", "commercials"]
    assert app.brief_step(AE, handoff_id, "people").holds("history") == "Met at a fair."

    refused = app.press(HELPER, "brief_go", Ref(handoff=handoff_id, thing="why"), modal=modal)
    assert "is up to Maya" in refused.sentence
    stolen = app.brief_step(AE, handoff_id, "why").type(trigger="Mine")
    assert "is up to Maya" in app.submit(HELPER, stolen).sentence


def test_a_helper_reads_their_sections_whole_and_of_the_others_only_how_far_they_are(
    app: App,
) -> None:
    handoff_id = helped(app, whole=True)
    people = opened(app, HELPER, handoff_id)
    assert "23 of 23 items are filled" in people.words
    edit = next(
        one for one in parts(people.view["blocks"]) if one.get("action_id") == "contact_edit"
    )
    editor = app.modal(app.press(HELPER, "contact_edit", edit["value"], modal=people))
    assert editor.holds("stake") == "Her plan for the new hall rests on it."
    assert app.submit(HELPER, editor.type(stake="A seat on the board")).body == {}
    steps = pressed(app, app.brief_step(HELPER, handoff_id, "people"), "brief_all_steps", HELPER)
    assert "promised her board" not in str(steps.view)
    assert listed(steps) == ["people", "commercials"]


def test_a_helper_of_sections_that_a_light_deal_does_not_count_has_them_as_steps(app: App) -> None:
    handoff_id = helped(app, LIGHT)
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.helpers = {app.team.outsider.id: frozenset({SectionKey.COMMERCIALS})}
        unit.save(handoff, actor_id=app.team.ae.id)
        unit.commit()
    modal = opened(app, HELPER, handoff_id)
    assert (title(modal), heading(modal)) == ("Brief 1 of 1", "Commercials")
    assert listed(after(app, modal, HELPER)) == ["commercials"]


def test_a_promise_takes_back_that_none_were_made(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    step = app.brief_step(AE, handoff_id, "promises").type(none_made=["yes"], refused="Weekends")
    add = Ref(handoff=handoff_id, thing="promises", revision=0)
    editor = app.modal(app.press(AE, "promise_add", add, modal=step))
    app.submit(AE, editor.type(words="Live in 40 days."), previous=step.id)
    below = app.updated(step, app.slack.called("views.update")[-1]["view"])
    assert "none_made" not in str(below.view)
    assert below.holds("refused") == "Weekends"
    assert not app.submit(AE, below).errors
    assert not app.submit(AE, app.brief_step(AE, handoff_id, "why").type(event="A notice")).errors
    with app.store.read(app.team.workspace_id) as unit:
        brief = unit.brief.load(handoff_id, audiences=EVERY)
        handoff = unit.handoffs.get(handoff_id)
    assert not brief.promises.none_made
    assert [one.text.words for one in brief.entries] == ["Live in 40 days."]
    assert handoff.completeness == completeness(brief, handoff.tier, Policy())


def test_the_list_shows_the_entry_that_was_just_added_or_edited(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    with app.store.write(app.team.workspace_id) as unit:
        unit.handoffs.lock(handoff_id)
        made = [
            unit.brief.add_promise(handoff_id, PROMISE, by=app.team.ae.id, at=unit.now)
            for _ in range(41)
        ]
        unit.commit()
    step = app.brief_step(AE, handoff_id, "promises")
    assert "Page 1 of 2" in step.words
    last = Ref(handoff=handoff_id, entry=made[-1].id, revision=1)
    editor = app.modal(app.press(AE, "promise_edit", last, modal=step.type(refused="Weekends")))
    below = app.slack.called("views.update")[-1]["view"]
    assert "Page 2 of 2" in app.updated(step, below).words
    app.submit(AE, editor.type(words="Live in 40 days."), previous=step.id)
    below = app.slack.called("views.update")[-1]["view"]
    assert "41. Live in 40 days." in app.updated(step, below).words
    add = Ref(handoff=handoff_id, thing="promises", revision=1)
    editor = app.modal(app.press(AE, "promise_add", add, modal=app.screen(below)))
    app.submit(AE, editor.type(words="A second hall."), previous=step.id)
    below = app.slack.called("views.update")[-1]["view"]
    assert "42. A second hall." in app.updated(step, below).words


def test_a_pasted_text_is_seen_by_its_writer_alone(app: App) -> None:
    handoff_id = helped(app)
    step = app.brief_step(AE, handoff_id, "why")
    ref = Ref(handoff=handoff_id)
    form = app.modal(app.press(AE, "pasted_open", ref, modal=step))
    kept = after(app, form.type(pasted="They pay too much today."))
    assert "They pay too much today." in kept.words
    assert "pasted_open" in str(app.brief_step(AE, handoff_id, "people").view)
    assert "pasted_open" not in str(app.brief_step(HELPER, handoff_id, "people").view)
    theirs = app.modal(app.press(HELPER, "pasted_open", ref, modal=step))
    assert theirs.callback_id == "paste"
    assert "too much" not in str(theirs.view)
    # It is no part of the brief, and the history never hears of it.
    assert "brief.saved" not in app.events(handoff_id)
    app.press(AE, "pasted_forget", ref, modal=kept)
    assert app.rows()["pasted"] == []


def test_nothing_is_pasted_into_a_cancelled_handoff(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    ref = Ref(handoff=handoff_id)
    step = app.brief_step(AE, handoff_id, "why")
    form = app.modal(app.press(AE, "pasted_open", ref, modal=step))
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.cancel("They chose another vendor.", by=app.team.ae, at=unit.now)
        unit.save(handoff, actor_id=app.team.ae.id)
        unit.commit()
    refused = app.submit(AE, form.type(pasted="Too late."))
    assert list(refused.errors) == [form.block_of("pasted")]


def test_a_link_that_is_none_is_refused_under_its_field(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    form = app.brief_step(AE, handoff_id, "commercials").type(links="nolink")
    refused = app.submit(AE, form)
    assert "https://" in refused.errors[form.block_of("links")]
    assert "brief.saved" not in app.events(handoff_id)
    assert not app.submit(AE, form.type(links="https://docs.example/visit")).errors
    assert "brief.saved" in app.events(handoff_id)
