"""Two people who start a handoff in one channel: the second learns of the first."""

from collections.abc import Callable
from functools import partial

from bot.domain.handoff import Handoff
from bot.views.payload import Ref
from tests.builders import Deal, started
from tests.flows.app import App, Modal, Reply
from tests.flows.test_together import ROUNDS, together

MAYA, WREN = "UAE", "UREVOPS"


def form(app: App, user: str, words: str = "", *, account: str) -> Modal:
    """The start form as somebody filled it in."""
    return filled(app.modal(app.command(user, words)), account)


def filled(modal: Modal, account: str) -> Modal:
    assert modal.callback_id == "start"
    return modal.type(
        account=account,
        value="48,000",
        ae="UAE",
        cs_manager="UCS_MANAGER",
        expected_on="2026-04-01",
        links="https://crm.example/1",
    )


def standing(app: App) -> list[Handoff]:
    with app.store.read(app.team.workspace_id) as unit:
        return unit.handoffs.open_in(app.team.channel.id)


def shown_again(reply: Reply) -> bool:
    return bool(reply.body["view"]["callback_id"] == "start")


def test_who_is_second_reads_who_started_what_and_keeps_everything_typed(app: App) -> None:
    first = form(app, MAYA, account="Northwind Mills")
    second = form(app, WREN, account="Northwind <Mills> Ltd")
    assert not shown_again(app.submit(MAYA, first))
    reply = app.submit(WREN, second)
    assert shown_again(reply)
    again = app.screen(reply.body["view"])
    assert "<@UAE> started a handoff for Northwind Mills in this channel" in again.words
    for name in ("account", "value", "currency", "ae", "cs_manager", "expected_on", "links"):
        assert again.holds(name) == second.holds(name)
    assert [one.account for one in standing(app)] == ["Northwind Mills"]


def test_the_other_order_tells_the_other(app: App) -> None:
    first = form(app, MAYA, account="Northwind Mills")
    second = form(app, WREN, account="Larkfield Labs")
    assert not shown_again(app.submit(WREN, second))
    reply = app.submit(MAYA, first)
    assert "<@UREVOPS> started a handoff for Larkfield Labs" in app.screen(reply.body["view"]).words
    assert [one.account for one in standing(app)] == ["Larkfield Labs"]


def test_submitting_again_starts_the_second_on_purpose(app: App) -> None:
    second = form(app, WREN, account="Larkfield Labs")
    started(app.store, app.team)
    reply = app.submit(WREN, second)
    assert not shown_again(app.submit(WREN, app.updated(second, reply.body["view"])))
    assert [one.account for one in standing(app)] == ["Northwind Robotics", "Larkfield Labs"]


def test_the_sentence_shows_an_account_as_it_was_typed(app: App) -> None:
    second = form(app, WREN, account="Larkfield Labs")
    started(app.store, app.team, Deal(account="R&D <!channel>"))
    words = app.screen(app.submit(WREN, second).body["view"]).words
    assert "R&amp;D &lt;!channel&gt;" in words


def test_the_box_of_the_light_form_stays_ticked(app: App) -> None:
    small = form(app, WREN, account="Larkfield Labs").type(value="900")
    started(app.store, app.team)
    ticked = small.type(light_anyway=["light"])
    reply = app.submit(WREN, ticked)
    assert "started a handoff for Northwind Robotics" in app.screen(reply.body["view"]).words
    assert not shown_again(app.submit(WREN, app.updated(ticked, reply.body["view"])))
    assert len(standing(app)) == 2


def test_another_one_that_was_asked_for_is_started_at_once(app: App) -> None:
    started(app.store, app.team)
    by_word = form(app, MAYA, "new", account="Larkfield Labs")
    assert not shown_again(app.submit(MAYA, by_word))
    pressed = app.modal(app.press(MAYA, "start_another", Ref()))
    assert not shown_again(app.submit(MAYA, filled(pressed, "Harbor Lines")))
    assert len(standing(app)) == 3


def test_another_one_below_the_tiers_is_still_another_one(app: App) -> None:
    started(app.store, app.team)
    small = form(app, MAYA, "new", account="Larkfield Labs").type(value="900")
    assert app.submit(MAYA, small).errors
    assert not shown_again(app.submit(MAYA, small.type(light_anyway=["light"])))
    assert len(standing(app)) == 2


def test_two_forms_sent_at_one_instant_start_one_handoff(open_app: Callable[..., App]) -> None:
    desk, phone = open_app(), open_app()
    for number in range(ROUNDS):
        first = form(desk, MAYA, account=f"Northwind {number}")
        second = form(phone, WREN, account=f"Larkfield {number}")
        replies = together(partial(desk.submit, MAYA, first), partial(phone.submit, WREN, second))
        assert [one.status for one in replies] == [200, 200]
        assert sorted(shown_again(one) for one in replies) == [False, True]
        (only,) = standing(desk)
        with desk.store.write(desk.team.workspace_id) as unit:
            handoff = unit.handoffs.lock(only.id)
            handoff.cancel("Only a rehearsal.", by=desk.team.ae, at=unit.now)
            unit.save(handoff, actor_id=desk.team.ae.id)
            unit.commit()
