"""Two screens saving at the same instant: nothing either typed is lost."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from bot.domain.access import EVERY
from bot.domain.brief import Brief
from bot.domain.history import verify
from bot.views.payload import Ref
from tests.builders import assigned, posted, signed
from tests.flows.app import App, Modal, Reply

AE = "UAE"
ROUNDS = 5
WAIT = 20.0


def together(*works: Callable[[], Reply]) -> list[Reply]:
    """What each was answered that began at the same instant."""
    start = threading.Barrier(len(works))

    def begin(work: Callable[[], Reply]) -> Reply:
        start.wait(WAIT)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        running = [pool.submit(begin, work) for work in works]
        return [one.result(WAIT) for one in running]


def brief_of(app: App, handoff_id: int) -> Brief:
    with app.store.read(app.team.workspace_id) as unit:
        return unit.brief.load(handoff_id, audiences=EVERY)


def history_is_sound(app: App, handoff_id: int) -> bool:
    with app.store.read(app.team.workspace_id) as unit:
        count, head = unit.history.head(handoff_id)
        records = unit.history.records(handoff_id)
        return verify(records, expected_count=count, expected_head=head).sound


def success_step(app: App, handoff_id: int) -> Modal:
    """The step about success on one screen."""
    return app.brief_step(AE, handoff_id, "success")


def test_one_field_typed_on_two_screens_is_kept_once_and_shown_back_once(
    open_app: Callable[..., App],
) -> None:
    desk, phone = open_app(), open_app()
    for number in range(ROUNDS):
        handoff_id = signed(desk.store, desk.team)
        screens = (success_step(desk, handoff_id), success_step(phone, handoff_id))
        texts = (f"desk {number}", f"phone {number}")
        filled = [one.type(metric=text) for one, text in zip(screens, texts, strict=True)]
        replies = together(
            partial(desk.submit, AE, filled[0]),
            partial(phone.submit, AE, filled[1]),
        )
        kept = brief_of(desk, handoff_id).success.metric
        assert kept in texts
        lost = texts[1 - texts.index(kept)]
        told = replies[texts.index(lost)].body["view"]
        shown = desk.updated(filled[texts.index(lost)], told)
        assert shown.holds("metric") == lost
        assert kept in shown.words
        assert "changed this field" in shown.words
        assert "You changed this field in another window" in shown.words
        winner = replies[texts.index(kept)].body["view"]
        assert "changed this field" not in str(winner)

        again = phone.submit(AE, shown)
        assert "changed this field" not in str(again.body["view"])
        assert brief_of(desk, handoff_id).success.metric == lost
        assert history_is_sound(desk, handoff_id)


def test_different_fields_typed_on_two_screens_are_both_kept(
    open_app: Callable[..., App],
) -> None:
    desk, phone = open_app(), open_app()
    for number in range(ROUNDS):
        handoff_id = signed(desk.store, desk.team)
        on_desk = success_step(desk, handoff_id).type(metric=f"Days {number}", by="2026-09-30")
        on_phone = success_step(phone, handoff_id).type(today="9 days", target=f"{number} days")
        replies = together(
            partial(desk.submit, AE, on_desk),
            partial(phone.submit, AE, on_phone),
        )
        assert [str(one.body["view"]).count("changed this field") for one in replies] == [0, 0]
        success = brief_of(desk, handoff_id).success
        assert (success.metric, str(success.by)) == (f"Days {number}", "2026-09-30")
        assert (success.today, success.target) == ("9 days", f"{number} days")
        assert history_is_sound(desk, handoff_id)


def promises_step(app: App, handoff_id: int) -> Modal:
    return app.brief_step(AE, handoff_id, "promises")


def editor(app: App, handoff_id: int) -> tuple[Modal, str]:
    """The editor of the first promise, and the id of the step below it."""
    step = promises_step(app, handoff_id)
    edit = next(
        block["accessory"]["value"] for block in step.view["blocks"] if "accessory" in block
    )
    return app.modal(app.press(AE, "promise_edit", edit, modal=step)), step.id


def test_a_promise_reworded_on_two_screens_keeps_one_wording_and_shows_the_other_both(
    open_app: Callable[..., App],
) -> None:
    desk, phone = open_app(), open_app()
    for number in range(ROUNDS):
        handoff_id = posted(desk.store, desk.team)
        (one, below_one), (two, below_two) = editor(desk, handoff_id), editor(phone, handoff_id)
        texts = (f"Live in {number} days.", f"Live in {number} weeks.")
        filled = (one.type(words=texts[0]), two.type(words=texts[1]))
        replies = together(
            partial(desk.submit, AE, filled[0], previous=below_one),
            partial(phone.submit, AE, filled[1], previous=below_two),
        )
        (promise,) = brief_of(desk, handoff_id).entries
        kept = texts.index(promise.text.words)
        assert promise.version == 2
        assert replies[kept].body == {}
        shown = desk.updated(filled[1 - kept], replies[1 - kept].body["view"])
        assert shown.holds("words") == texts[1 - kept]
        assert texts[kept] in shown.words
        assert phone.submit(AE, shown).body == {}
        (promise,) = brief_of(desk, handoff_id).entries
        assert (promise.text.words, promise.version) == (texts[1 - kept], 3)
        assert history_is_sound(desk, handoff_id)


def test_a_promise_changed_in_different_fields_on_two_screens_keeps_both(
    open_app: Callable[..., App],
) -> None:
    desk, phone = open_app(), open_app()
    for number in range(ROUNDS):
        handoff_id = posted(desk.store, desk.team)
        (one, below_one), (two, below_two) = editor(desk, handoff_id), editor(phone, handoff_id)
        replies = together(
            partial(desk.submit, AE, one.type(words=f"Live in {number} days."), previous=below_one),
            partial(phone.submit, AE, two.type(said_to="Omar"), previous=below_two),
        )
        assert [one.body for one in replies] == [{}, {}]
        (promise,) = brief_of(desk, handoff_id).entries
        assert (promise.text.words, promise.text.said_to) == (f"Live in {number} days.", "Omar")
        assert history_is_sound(desk, handoff_id)


def test_an_editor_opened_over_a_half_typed_step_does_not_turn_its_writer_against_themselves(
    app: App,
) -> None:
    handoff_id = signed(app.store, app.team)
    step = promises_step(app, handoff_id).type(refused="Night shifts")
    add = Ref(handoff=handoff_id, thing="promises", revision=0)
    pushed = app.press(AE, "promise_add", add, modal=step)
    assert app.modal(pushed).callback_id == "promise"

    below = app.slack.called("views.update")[-1]
    assert below["view_id"] == step.id
    step = app.updated(step, below["view"])
    assert step.holds("refused") == "Night shifts"
    reply = app.submit(AE, step.type(refused="Night shifts and weekends"))
    assert "changed this field" not in str(reply.body)
    assert brief_of(app, handoff_id).promises.refused == "Night shifts and weekends"


def person_editor(app: App, handoff_id: int) -> tuple[Modal, str]:
    """The editor of the first person at the customer, and the id of the step below it."""
    step = app.brief_step(AE, handoff_id, "people")
    edit = next(
        block["accessory"]["value"] for block in step.view["blocks"] if "accessory" in block
    )
    return app.modal(app.press(AE, "contact_edit", edit, modal=step)), step.id


def test_a_person_changed_in_different_fields_on_two_screens_keeps_both(
    open_app: Callable[..., App],
) -> None:
    desk, phone = open_app(), open_app()
    for number in range(ROUNDS):
        handoff_id = posted(desk.store, desk.team)
        (one, below_one) = person_editor(desk, handoff_id)
        (two, below_two) = person_editor(phone, handoff_id)
        told = one.type(stake=f"Hall {number}", contact_roles=["champion", "skeptic"])
        replies = together(
            partial(desk.submit, AE, told, previous=below_one),
            partial(phone.submit, AE, two.type(title=f"COO {number}"), previous=below_two),
        )
        assert [one.body for one in replies] == [{}, {}]
        people = brief_of(desk, handoff_id).people
        ilse = people.contacts[0]
        assert (ilse.stake, ilse.title) == (f"Hall {number}", f"COO {number}")
        assert ilse.skeptic
        assert len(people.contacts) == 3
        # Who doubts was named, so nobody says any more that there is none.
        assert not people.no_skeptic
        assert history_is_sound(desk, handoff_id)


def test_a_person_reworded_on_two_screens_keeps_one_wording_and_shows_the_other_both(
    open_app: Callable[..., App],
) -> None:
    desk, phone = open_app(), open_app()
    for number in range(ROUNDS):
        handoff_id = posted(desk.store, desk.team)
        (one, below_one) = person_editor(desk, handoff_id)
        (two, below_two) = person_editor(phone, handoff_id)
        texts = (f"Desk {number}", f"Phone {number}")
        filled = (one.type(stake=texts[0]), two.type(stake=texts[1], title=f"COO {number}"))
        replies = together(
            partial(desk.submit, AE, filled[0], previous=below_one),
            partial(phone.submit, AE, filled[1], previous=below_two),
        )
        kept = texts.index(brief_of(desk, handoff_id).people.contacts[0].stake)
        assert replies[kept].body == {}
        shown = desk.updated(filled[1 - kept], replies[1 - kept].body["view"])
        assert shown.holds("stake") == texts[1 - kept]
        assert texts[kept] in shown.words
        assert "changed this field" in shown.words
        assert phone.submit(AE, shown).body == {}
        ilse = brief_of(desk, handoff_id).people.contacts[0]
        assert (ilse.stake, ilse.title) == (texts[1 - kept], f"COO {number}")
        assert history_is_sound(desk, handoff_id)


def test_two_people_added_at_one_instant_are_two(open_app: Callable[..., App]) -> None:
    desk, phone = open_app(), open_app()
    for _ in range(ROUNDS):
        handoff_id = signed(desk.store, desk.team)
        editors = []
        for app in (desk, phone):
            step = app.brief_step(AE, handoff_id, "people")
            add = Ref(handoff=handoff_id, thing="people", revision=0)
            editors.append((app.modal(app.press(AE, "contact_add", add, modal=step)), step.id))
        (one, below_one), (two, below_two) = editors
        together(
            partial(desk.submit, AE, one.type(name="Ines"), previous=below_one),
            partial(phone.submit, AE, two.type(name="Omar"), previous=below_two),
        )
        contacts = brief_of(desk, handoff_id).people.contacts
        assert {one.name for one in contacts} == {"Ines", "Omar"}
        assert len({one.id for one in contacts}) == 2


def test_a_person_taken_off_the_list_is_gone_and_an_open_editor_says_so(app: App) -> None:
    handoff_id = posted(app.store, app.team)
    editor_one, below = person_editor(app, handoff_id)
    editor_two, _ = person_editor(app, handoff_id)
    assert app.submit(AE, editor_one.type(remove=["yes"]), previous=below).body == {}
    people = brief_of(app, handoff_id).people
    assert [one.name for one in people.contacts] == ["Omar Vance", "Tomasz Grel"]
    refused = app.submit(AE, editor_two.type(stake="A seat on the board"), previous=below)
    assert list(refused.errors) == [editor_two.block_of("name")]
    for name in ("Omar Vance", "Tomasz Grel"):
        editor_one, below = person_editor(app, handoff_id)
        assert editor_one.holds("name") == name
        assert app.submit(AE, editor_one.type(remove=["yes"]), previous=below).body == {}
    assert brief_of(app, handoff_id).people.contacts == ()
    assert history_is_sound(app, handoff_id)


def test_risks_and_the_word_that_there_are_none_are_refused_together(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    step = app.brief_step(AE, handoff_id, "red_flags")
    refused = app.submit(AE, step.type(top_risk="IT is slow", no_risks=["yes"]))
    assert list(refused.errors) == [step.block_of("no_risks")]
    assert "risks written above" in refused.sentence
    assert not app.submit(AE, step.type(top_risk="IT is slow")).errors


def test_turning_the_page_of_promises_keeps_what_was_typed_beside_them(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    step = promises_step(app, handoff_id).type(refused="Night shifts")
    app.press(AE, "brief_go", Ref(handoff=handoff_id, thing="promises", page=1), modal=step)
    turned = app.updated(step, app.slack.called("views.update")[-1]["view"])
    assert turned.holds("refused") == "Night shifts"
    assert brief_of(app, handoff_id).promises.refused == "Night shifts"


def test_an_acknowledgement_and_a_late_edit_at_one_instant_name_the_version_that_was_read(
    open_app: Callable[..., App],
) -> None:
    desk, phone = open_app(), open_app()
    for number in range(ROUNDS):
        handoff_id = assigned(desk.store, desk.team)
        modal = success_step(desk, handoff_id).type(whose=f"Ilse Brandt {number}")
        shown = phone.shown(handoff_id)
        replies = together(
            partial(desk.submit, AE, modal),
            partial(phone.press, "UCSM", "acknowledge", shown),
        )
        assert [one.status for one in replies] == [200, 200]
        with desk.store.read(desk.team.workspace_id) as unit:
            handoff = unit.handoffs.get(handoff_id)
        assert handoff.brief_version == (shown.revision or 0) + 1
        # Either the acknowledgement came first, or it is refused: nobody read the new version.
        refused = bool(replies[1].whispered)
        assert handoff.acknowledged_version == (None if refused else shown.revision)
        assert ("brief.acknowledged" in desk.events(handoff_id)) is not refused
        assert history_is_sound(desk, handoff_id)
