"""What admins do from the Home tab: people as lines, managers, notify, what did not arrive."""

import pytest
from sqlalchemy import select

from bot.domain.deadlines import Step
from bot.domain.notices import Notice, NoticeKind, Notify, Place, Priority
from bot.domain.people import Role
from bot.flows.people_csv import LINES
from bot.flows.undelivered import ROWS
from bot.storage.channels import ChannelFacts
from bot.storage.people import PersonFacts
from bot.storage.tables import outbox, surface
from bot.views.payload import Ref
from tests.builders import signed
from tests.flows.app import App, Modal, Reply
from tests.flows.slack import DEAL, account
from tests.views.shown import pressable

ADMIN = "UADMIN"


@pytest.fixture(autouse=True)
def admin(app: App) -> None:
    with app.store.write(app.team.workspace_id) as unit:
        unit.people.set_part(unit.people.ensure(ADMIN).id, roles={Role.ADMIN})
        unit.commit()


# --- People as lines


def paste(app: App, lines: str) -> tuple[Modal, Reply]:
    """The form with lines in it, and what the first submission is answered with."""
    form = app.modal(app.press(ADMIN, "open_people_csv")).type(people_lines=lines)
    return form, app.submit(ADMIN, form)


def shown(app: App, form: Modal, reply: Reply) -> Modal:
    return app.updated(form, reply.body["view"])


def test_nothing_is_done_before_what_was_shown_is_confirmed(app: App) -> None:
    app.slack.users["UNEW"] = account("UNEW")
    lines = "UCSM,revops,UOUTSIDER,DE-BE\nUNEW,cs_manager+ae_manager,,"
    before = app.rows()
    form, reply = paste(app, lines)
    assert app.rows() == before
    preview = shown(app, form, reply)
    assert "Roles: none → RevOps" in preview.words
    assert "Manager: <@UCS_MANAGER> → <@UOUTSIDER>" in preview.words
    assert "Roles: none → CS manager, AE manager" in preview.words
    assert preview.holds("people_lines") == lines
    done = app.submit(ADMIN, preview)
    assert (done.status, done.body) == (200, {})
    with app.store.read(app.team.workspace_id) as unit:
        csm, new = unit.people.get(app.team.csm.id), unit.people.by_slack_id("UNEW")
    assert new is not None
    assert new.roles == {Role.CS_MANAGER, Role.AE_MANAGER}
    assert (csm.roles, csm.manager_id, csm.region) == (
        frozenset({Role.REVOPS}),
        app.team.outsider.id,
        "DE-BE",
    )


def test_while_a_line_is_wrong_nothing_is_saved_and_nothing_typed_is_lost(app: App) -> None:
    lines = "UCSM,revops\nmaya@company.example,admin\nU0NOBODY,admin\nUAE,boss"
    form, reply = paste(app, lines)
    for _ in range(2):  # However often it is sent.
        preview = shown(app, form, reply)
        assert "Line 2: “maya@company.example” is no Slack id" in preview.words
        assert "Line 3: “U0NOBODY” is nobody Slack has told the bot of" in preview.words
        assert "Line 4: “boss” is no role." in preview.words
        assert preview.holds("people_lines") == lines
        reply = app.submit(ADMIN, preview)
    with app.store.read(app.team.workspace_id) as unit:
        assert unit.people.get(app.team.csm.id).roles == frozenset()


def test_lines_changed_after_the_preview_are_shown_again_first(app: App) -> None:
    form, reply = paste(app, "UCSM,revops")
    preview = shown(app, form, reply).type(people_lines="UAE,admin")
    again = app.submit(ADMIN, preview)
    assert "Roles: none → Admin of this bot" in shown(app, preview, again).words
    with app.store.read(app.team.workspace_id) as unit:
        assert unit.people.get(app.team.ae.id).roles == frozenset()
        assert unit.people.get(app.team.csm.id).roles == frozenset()


def test_what_somebody_changed_meanwhile_is_shown_again_first(app: App) -> None:
    form, reply = paste(app, "UCSM,revops")
    with app.store.write(app.team.workspace_id) as unit:
        unit.people.set_part(app.team.csm.id, roles={Role.CS_MANAGER})
        unit.commit()
    again = app.submit(ADMIN, shown(app, form, reply))
    assert "Roles: CS manager → RevOps" in shown(app, form, again).words


def test_lines_that_change_nothing_are_said_to_and_an_empty_field_is_refused(app: App) -> None:
    form, reply = paste(app, "UCSM,-,,")
    assert "Nothing would change" in shown(app, form, reply).words
    empty, refused = paste(app, "   ")
    assert list(refused.errors) == [empty.block_of("people_lines")]


def test_whom_slack_does_not_name_in_time_is_said_and_found_at_the_next_try(app: App) -> None:
    app.slack.users["UNEW"] = account("UNEW")
    app.slack.silent.add("users.info")
    form, reply = paste(app, "UNEW,revops")
    preview = shown(app, form, reply)
    assert "try again in a minute" in preview.words
    app.slack.silent.clear()
    again = app.submit(ADMIN, preview)
    assert "Roles: none → RevOps" in shown(app, preview, again).words


def test_slack_is_asked_about_nobody_for_who_is_no_admin(app: App) -> None:
    form = app.modal(app.press(ADMIN, "open_people_csv")).type(people_lines="U0NOBODY,admin")
    app.slack.calls.clear()
    assert "Only admins" in app.submit("UAE", form).sentence
    assert app.slack.called("users.info") == []


def test_a_new_manager_hears_of_what_runs_already(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    form, reply = paste(app, "UAE,,UOUTSIDER,")
    app.submit(ADMIN, shown(app, form, reply))
    with app.store.read(app.team.workspace_id) as unit:
        assert unit.people.get(app.team.ae.id).manager_id == app.team.outsider.id
        owed = unit.deadlines.of(handoff_id)
        managers = {one.manager_id for one in owed if one.step is Step.BRIEF}
    # The one of the start form comes before a person's own.
    assert managers == {app.team.ae_manager.id}


def test_the_present_list_can_be_pasted_back(app: App) -> None:
    with app.store.write(app.team.workspace_id) as unit:
        for one in (app.team.ae, app.team.csm):
            unit.people.set_part(one.id, manager_id=app.team.revops.id, region="DE-BE")
        unit.commit()
    form = app.modal(app.press(ADMIN, "open_people_csv"))
    listed = app.modal(app.press(ADMIN, "open_people_list", modal=form))
    lines = listed.words.split("slack id,roles,manager,region,name\n")[1]
    assert "UAE,-,UREVOPS,DE-BE,Maya" in lines
    assert "UREVOPS,revops,-,-,Wren" in lines
    # Two of these invented people have ids that Slack would never give.
    lines = "\n".join(line for line in lines.splitlines() if "_MANAGER" not in line)
    pasted, reply = paste(app, lines)
    assert "Nothing would change" in shown(app, pasted, reply).words


def test_a_long_list_has_pages(app: App) -> None:
    with app.store.write(app.team.workspace_id) as unit:
        for n in range(LINES):
            made = unit.people.ensure(f"UMORE{n}", facts=PersonFacts(f"More {n:02}"))
            unit.people.set_part(made.id, roles={Role.REVOPS})
        unit.commit()
    for opener, name in (("open_people_list", "people_list"), ("open_managed", "managed")):
        first = app.modal(app.press(ADMIN, opener))
        (on,) = [one for one in pressable(first.view["blocks"]) if one["action_id"] == "list_on"]
        app.press(ADMIN, "list_on", on["value"], modal=first)
        second = app.screen(app.slack.called("views.update")[-1]["view"])
        assert (first.callback_id, second.callback_id) == (name, name)
        assert "2 of 2" in second.words


# --- Who manages whom


def test_the_list_of_managers_leads_to_the_form_of_one_person(app: App) -> None:
    signed(app.store, app.team)
    listed = app.modal(app.press(ADMIN, "open_managed"))
    assert "<@UAE> is managed by <@UAE_MANAGER>" in listed.words
    assert "<@UAE_MANAGER> has no manager set" in listed.words
    ref = Ref(entry=app.team.ae.id)
    form = app.modal(app.press(ADMIN, "open_roles", ref, modal=listed))
    assert form.holds("manager") == "UAE_MANAGER"
    assert not app.submit(ADMIN, form.type(manager="UOUTSIDER")).errors
    again = app.modal(app.press(ADMIN, "open_managed"))
    assert "<@UAE> is managed by <@UOUTSIDER>" in again.words


def test_a_manager_without_an_account_is_named_as_that(app: App) -> None:
    with app.store.write(app.team.workspace_id) as unit:
        unit.people.ensure("UAE_MANAGER", facts=PersonFacts("Tomás", deactivated=True))
        unit.commit()
    listed = app.modal(app.press(ADMIN, "open_managed"))
    assert "<@UAE> is managed by <@UAE_MANAGER>, who has no account any more" in listed.words


def test_a_page_of_no_list_is_refused_with_a_sentence(app: App) -> None:
    listed = app.modal(app.press(ADMIN, "open_managed"))
    reply = app.press(ADMIN, "list_on", Ref(thing="status", page=1), modal=listed)
    assert "older version" in reply.sentence


# --- Whom the clock may tell


@pytest.mark.parametrize("chosen", list(Notify))
def test_the_choice_is_kept_and_shown_on_the_home_tabs_of_admins(app: App, chosen: Notify) -> None:
    with app.store.write(app.team.workspace_id) as unit:
        other = unit.people.set_part(app.team.outsider.id, roles={Role.ADMIN})
        unit.surfaces.open_home(other.id)
        unit.surfaces.open_home(app.team.ae.id)
        unit.commit()

    def wanted() -> dict[int, int]:
        with app.store.database.reading() as connection:
            rows = connection.execute(select(surface).where(surface.c.kind == "home")).all()
        return {row.person_id: row.wanted for row in rows}

    before = wanted()
    form = app.modal(app.press(ADMIN, "open_notify"))
    assert form.holds("notify") == "all"
    assert app.submit(ADMIN, form.type(notify=chosen.value)).body == {}
    assert app.modal(app.press(ADMIN, "open_notify")).holds("notify") == chosen
    with app.store.read(app.team.workspace_id) as unit_after:
        me = unit_after.people.by_slack_id(ADMIN)
        assert me is not None
        assert unit_after.workspace.notify is chosen
        assert unit_after.workspace.notify_by == me.id
    after = wanted()
    assert after[other.id] == before[other.id] + 1
    assert after[app.team.ae.id] == before[app.team.ae.id]
    assert me.id in after


# --- What did not arrive


def fail(app: App, handoff_id: int, *, state: str = "dead", count: int = 1) -> list[int]:
    """DMs to the AE that were given up, or are in doubt."""
    with app.store.write(app.team.workspace_id) as unit:
        for n in range(count):
            unit.outbox.add(
                Notice(
                    NoticeKind.DUE_MOVED,
                    Place.DM,
                    f"{state}:{n}",
                    Priority.HAND_OVER,
                    handoff_id=handoff_id,
                    person_id=app.team.ae.id,
                )
            )
        unit.commit()
    with app.store.database.writing() as connection:
        of = outbox.c.key.like(f"{state}:%")
        values = {"state": state, "reason": "messages_tab_disabled"}
        connection.execute(outbox.update().where(of).values(**values))
        ids = list(connection.execute(select(outbox.c.id).where(of)).scalars())
        connection.commit()
    return ids


def last_list(app: App) -> Modal:
    return app.screen(app.slack.called("views.update")[-1]["view"])


def state_of(app: App, notice_id: int) -> tuple[str, str | None]:
    with app.store.database.reading() as connection:
        row = connection.execute(select(outbox).where(outbox.c.id == notice_id)).one()
    return row.state, row.reason


def test_what_was_refused_is_listed_and_sent_again(app: App) -> None:
    (one,) = fail(app, signed(app.store, app.team))
    listed = app.modal(app.press(ADMIN, "open_undelivered"))
    assert "That due times moved → <@UAE>" in listed.words
    assert "Northwind Robotics" in listed.words
    assert "Messages tab is switched off" in listed.words
    ref = Ref(thing="notice", entry=one)
    assert not app.press(ADMIN, "send_again", ref, modal=listed).opened
    assert state_of(app, one) == ("pending", None)
    assert "Everything arrived" in last_list(app).words
    # Somebody else with the same list is told that it is done.
    assert "done already" in app.press(ADMIN, "send_again", ref, modal=listed).sentence


def test_what_is_in_doubt_is_only_put_aside(app: App) -> None:
    (one,) = fail(app, signed(app.store, app.team), state="unconfirmed")
    listed = app.modal(app.press(ADMIN, "open_undelivered"))
    assert "It may have arrived" in listed.words
    pressed = [each["action_id"] for each in pressable(listed.view["blocks"])]
    assert pressed == ["put_aside"]
    ref = Ref(thing="notice", entry=one)
    assert "done already" in app.press(ADMIN, "send_again", ref, modal=listed).sentence
    app.press(ADMIN, "put_aside", ref, modal=listed)
    assert state_of(app, one) == ("unconfirmed", None)
    assert "Everything arrived" in last_list(app).words


def test_a_handoff_that_the_admin_may_not_read_is_not_named(app: App) -> None:
    fail(app, signed(app.store, app.team))
    with app.store.write(app.team.workspace_id) as unit:
        unit.channels.ensure(DEAL, facts=ChannelFacts(name="deal", private=True, bot_inside=True))
        unit.commit()
    listed = app.modal(app.press(ADMIN, "open_undelivered"))
    assert "a handoff in a private channel" in listed.words
    assert "Northwind" not in listed.words


def test_pages_of_what_did_not_arrive_stay_where_they_were(app: App) -> None:
    ids = fail(app, signed(app.store, app.team), count=ROWS + 2)
    first = app.modal(app.press(ADMIN, "open_undelivered"))
    app.press(ADMIN, "list_on", Ref(thing="undelivered", page=1), modal=first)
    second = last_list(app)
    assert "2 of 2" in second.words
    app.press(ADMIN, "put_aside", Ref(thing="notice", entry=ids[0], page=1), modal=second)
    assert "2 of 2" in last_list(app).words
    app.press(ADMIN, "put_aside", Ref(thing="notice", entry=ids[1], page=1), modal=second)
    # The second page is gone: the last one there is stands there.
    assert "2 of 2" not in last_list(app).words


@pytest.mark.parametrize("ref", [Ref(), Ref(thing="notice"), Ref(thing="letter", entry=1)])
def test_a_button_that_names_nothing_is_refused_with_a_sentence(app: App, ref: Ref) -> None:
    listed = app.modal(app.press(ADMIN, "open_undelivered"))
    for action in ("send_again", "put_aside"):
        assert "older version" in app.press(ADMIN, action, ref, modal=listed).sentence
