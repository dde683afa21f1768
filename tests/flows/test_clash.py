"""Where two people changed one field, whoever changed that field is named, and nobody else."""

import pytest

from bot.domain.access import EVERY
from bot.domain.brief import Brief
from bot.domain.items import SectionKey
from bot.views.payload import Ref
from tests.builders import posted, signed
from tests.flows.app import App, Modal

AE, HELPER, SECOND_HELPER = "UAE", "UOUTSIDER", "UREVOPS"
SECTIONS = frozenset({SectionKey.SUCCESS, SectionKey.PEOPLE, SectionKey.PROMISES})
OWN = "You changed this field in another window"


def helped(app: App, handoff_id: int) -> int:
    """A handoff of which two helpers fill what the AE fills, too."""
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.helpers = {app.team.outsider.id: SECTIONS, app.team.revops.id: SECTIONS}
        unit.save(handoff, actor_id=app.team.ae.id)
        unit.commit()
    return handoff_id


def above(view: Modal, field: str) -> str:
    """What is said right over a field."""
    blocks = view.view["blocks"]
    place = next(n for n, one in enumerate(blocks) if one.get("block_id") == view.block_of(field))
    return str(blocks[place - 1])


def success(app: App, user: str, handoff_id: int) -> Modal:
    return app.brief_step(user, handoff_id, "success")


def test_who_saved_other_fields_with_the_clash_is_not_told_that_it_was_they(app: App) -> None:
    handoff_id = helped(app, signed(app.store, app.team))
    mine, theirs = (success(app, user, handoff_id) for user in (AE, HELPER))
    app.submit(HELPER, theirs.type(metric="Orders an hour"))
    filled = mine.type(metric="Pick errors", today="2 %")
    body = app.submit_body(AE, filled)
    for _ in range(2):
        # The second time the form is drawn once more from what is stored.
        shown = app.updated(filled, app.deliver(body).body["view"])
        told = above(shown, "metric")
        assert f"<@{HELPER}> changed this field" in told
        assert f"<@{AE}>" not in told


def test_of_two_people_each_is_named_at_the_field_they_changed(app: App) -> None:
    handoff_id = helped(app, signed(app.store, app.team))
    mine = success(app, AE, handoff_id)
    app.submit(HELPER, success(app, HELPER, handoff_id).type(metric="Orders an hour"))
    app.submit(SECOND_HELPER, success(app, SECOND_HELPER, handoff_id).type(today="40"))
    filled = mine.type(metric="Pick errors", today="2 %")
    shown = app.updated(filled, app.submit(AE, filled).body["view"])
    assert f"<@{HELPER}>" in above(shown, "metric")
    assert f"<@{SECOND_HELPER}>" in above(shown, "today")


def test_ones_own_change_in_another_window_is_called_that(app: App) -> None:
    handoff_id = helped(app, signed(app.store, app.team))
    mine, other = (success(app, AE, handoff_id) for _ in range(2))
    app.submit(AE, other.type(metric="Orders an hour"))
    app.submit(HELPER, success(app, HELPER, handoff_id).type(today="40"))
    filled = mine.type(metric="Pick errors")
    shown = app.updated(filled, app.submit(AE, filled).body["view"])
    assert OWN in above(shown, "metric")
    assert "Orders an hour" in above(shown, "metric")
    app.submit(AE, success(app, AE, handoff_id).type(metric=""))
    filled = shown.type(metric="Pick errors of a day")
    emptied = app.updated(filled, app.submit(AE, filled).body["view"])
    assert "You emptied this field in another window" in above(emptied, "metric")


@pytest.mark.parametrize(
    ("section", "button", "one", "another"),
    [
        ("people", "contact_edit", {"stake": "A budget"}, {"title": "COO"}),
        ("promises", "promise_edit", {"words": "Live in May."}, {"said_to": "Omar"}),
    ],
)
def test_the_same_goes_for_a_person_and_a_promise(
    app: App, section: str, button: str, one: dict[str, str], another: dict[str, str]
) -> None:
    handoff_id = helped(app, posted(app.store, app.team))

    def editor(user: str) -> Modal:
        step = app.brief_step(user, handoff_id, section)
        edit = next(one["accessory"] for one in step.view["blocks"] if "accessory" in one)
        return app.modal(app.press(user, button, edit["value"], modal=step))

    (field,) = one
    mine, theirs = editor(AE), editor(HELPER)
    app.submit(HELPER, theirs.type(**one))
    app.submit(SECOND_HELPER, editor(SECOND_HELPER).type(**another))
    filled = mine.type(**{field: "Mine.", **dict.fromkeys(another, "Mine, too.")})
    body = app.submit_body(AE, filled)
    for _ in range(2):
        shown = app.updated(filled, app.deliver(body).body["view"])
        assert f"<@{HELPER}> changed this field" in above(shown, field)
        (second,) = another
        assert f"<@{SECOND_HELPER}> changed this field" in above(shown, second)


def entry_editor(app: App, user: str, handoff_id: int, section: str, button: str) -> Modal:
    """The editor of the first entry of a section."""
    step = app.brief_step(user, handoff_id, section)
    edit = next(one["accessory"] for one in step.view["blocks"] if "accessory" in one)
    return app.modal(app.press(user, button, edit["value"], modal=step))


def brief_of(app: App, handoff_id: int) -> Brief:
    with app.store.read(app.team.workspace_id) as unit:
        return unit.brief.load(handoff_id, audiences=EVERY)


def test_a_person_somebody_just_changed_is_shown_before_they_are_taken_off(app: App) -> None:
    handoff_id = helped(app, posted(app.store, app.team))
    mine, theirs = (
        entry_editor(app, user, handoff_id, "people", "contact_edit") for user in (AE, HELPER)
    )
    app.submit(HELPER, theirs.type(stake="A hall of her own", title="COO"))
    filled = mine.type(stake="A budget", behaviour="Calls first", remove=["yes"])
    body = app.submit_body(AE, filled)
    for _ in range(2):
        # The second time the form is drawn once more from what is stored.
        shown = app.updated(filled, app.deliver(body).body["view"])
        assert "still on the list" in shown.words
        assert f"<@{HELPER}> changed this field" in above(shown, "stake")
        assert "A hall of her own" in above(shown, "stake")
        assert "COO" in above(shown, "title")
        held = [shown.holds(name) for name in ("stake", "title", "behaviour")]
        assert held == ["A budget", "COO", "Calls first"]
        assert not shown.holds("remove")
        ilse = brief_of(app, handoff_id).people.contacts[0]
        assert (ilse.name, ilse.stake, ilse.title) == ("Ilse Brandt", "A hall of her own", "COO")
    assert app.submit(AE, shown.type(remove=["yes"])).body == {}
    assert "Ilse Brandt" not in [one.name for one in brief_of(app, handoff_id).people.contacts]


def test_a_promise_somebody_just_changed_is_shown_before_it_is_withdrawn(app: App) -> None:
    handoff_id = helped(app, posted(app.store, app.team))
    mine, theirs = (
        entry_editor(app, user, handoff_id, "promises", "promise_edit") for user in (AE, HELPER)
    )
    app.submit(HELPER, theirs.type(words="Live in May.", said_to="Omar"))
    filled = mine.type(words="Live in June.", withdraw="It was never said")
    body = app.submit_body(AE, filled)
    for _ in range(2):
        shown = app.updated(filled, app.deliver(body).body["view"])
        assert "still in force" in shown.words
        assert f"<@{HELPER}> changed this field" in above(shown, "words")
        assert "Live in May." in above(shown, "words")
        assert "Omar" in above(shown, "said_to")
        held = [shown.holds(name) for name in ("words", "said_to", "withdraw")]
        assert held == ["Live in June.", "Omar", "It was never said"]
        (promise,) = brief_of(app, handoff_id).entries
        assert (promise.text.words, promise.text.said_to) == ("Live in May.", "Omar")
    assert app.submit(AE, shown).body == {}
    assert brief_of(app, handoff_id).entries == ()


def test_what_is_typed_along_with_the_going_of_an_entry_stays_in_its_versions(app: App) -> None:
    handoff_id = posted(app.store, app.team)
    (promise,) = brief_of(app, handoff_id).entries
    editor = entry_editor(app, AE, handoff_id, "promises", "promise_edit")
    app.submit(AE, editor.type(words="Live in May.", withdraw="It was never said"))
    editor = entry_editor(app, AE, handoff_id, "people", "contact_edit")
    app.submit(AE, editor.type(stake="A hall of her own", remove=["yes"]))
    brief = brief_of(app, handoff_id)
    assert brief.entries == ()
    assert "Ilse Brandt" not in [one.name for one in brief.people.contacts]
    with app.store.read(app.team.workspace_id) as unit:
        wordings = unit.brief.promise_versions(promise.id)
        people = unit.brief.versions(handoff_id, SectionKey.PEOPLE, audiences=EVERY)
    assert wordings[-1].text.words == "Live in May."
    assert people[-2].brief.people.contacts[0].stake == "A hall of her own"


def test_a_promise_added_with_vague_words_is_drawn_once_more_as_it_was_answered(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    step = app.brief_step(AE, handoff_id, "promises")
    add = Ref(handoff=handoff_id, thing="promises", revision=0)
    editor = app.modal(app.press(AE, "promise_add", add, modal=step))
    body = app.submit_body(AE, editor.type(words="We will do it soon and as needed."))
    for _ in range(2):
        shown = app.updated(editor, app.deliver(body).body["view"])
        assert shown.holds("words") == "We will do it soon and as needed."
