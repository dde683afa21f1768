"""Helpers: invited to sections of the form, and seeing no more of the handoff."""

from bot.domain.access import EVERY
from bot.domain.brief import Brief
from bot.domain.items import SectionKey
from bot.storage.channels import ChannelFacts
from bot.views.ids import ActionId
from bot.views.payload import Ref
from tests.briefs import FIRST_DAYS, SUCCESS, WHY
from tests.builders import posted, signed
from tests.flows.app import App, Modal, Reply
from tests.flows.slack import DEAL

AE, HELPER = "UAE", "UOUTSIDER"
ELSEWHERE = "D0SOMEBODY"


def all_steps(app: App, user: str, handoff_id: int) -> Modal:
    step = app.modal(app.press(user, ActionId.WRITE_BRIEF, Ref(handoff=handoff_id)))
    about = Ref.load(step.view["private_metadata"])
    app.press(user, ActionId.BRIEF_ALL_STEPS, about, modal=step)
    return app.updated(step, app.slack.called("views.update")[-1]["view"])


def invite(app: App, handoff_id: int, *sections: str, helper: str = HELPER) -> Reply:
    steps = all_steps(app, AE, handoff_id)
    opened = app.press(AE, ActionId.INVITE_HELPER, Ref(handoff=handoff_id), modal=steps)
    form = app.modal(opened).type(helper=helper, helped_sections=list(sections))
    return app.submit(AE, form, previous=steps.id)


def brief_of(app: App, handoff_id: int) -> Brief:
    with app.store.read(app.team.workspace_id) as unit:
        return unit.brief.load(handoff_id, audiences=EVERY)


def helpers_of(app: App, handoff_id: int) -> dict[int, frozenset[SectionKey]]:
    with app.store.read(app.team.workspace_id) as unit:
        return dict(unit.handoffs.get(handoff_id).helpers)


def notices(app: App) -> list[str]:
    return [row for row in app.rows()["outbox"] if "helper_invited" in row]


def test_the_ae_invites_a_colleague_and_the_list_of_steps_says_so(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    assert invite(app, handoff_id, "why", "first_days").body == {}
    below = app.slack.called("views.update")[-1]["view"]
    assert "helps with: Why they bought, First 90 days" in str(below)
    wanted = frozenset({SectionKey.WHY, SectionKey.FIRST_DAYS})
    assert helpers_of(app, handoff_id) == {app.team.outsider.id: wanted}
    assert app.events(handoff_id)[-1] == "helper.invited"
    assert len(notices(app)) == 1


def test_a_helper_begins_in_their_first_section_and_fills_it(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    invite(app, handoff_id, "success", "first_days")
    opened = app.press(HELPER, ActionId.WRITE_BRIEF, Ref(handoff=handoff_id), channel=ELSEWHERE)
    step = app.modal(opened)
    assert step.view["title"]["text"] == "Brief 1 of 2"
    reply = app.submit(HELPER, step.type(metric=SUCCESS.metric))
    following = app.updated(step, reply.body["view"])
    assert following.view["title"]["text"] == "Brief 2 of 2"
    reply = app.submit(HELPER, following.type(style=FIRST_DAYS.style))
    assert reply.body["view"]["callback_id"] == "brief_steps"
    brief = brief_of(app, handoff_id)
    assert brief.success.metric == SUCCESS.metric
    assert brief.first_days.style == FIRST_DAYS.style


def test_a_helper_sees_their_steps_alone_and_invites_nobody(app: App) -> None:
    handoff_id = posted(app.store, app.team)
    invite(app, handoff_id, "success")
    steps = all_steps(app, HELPER, handoff_id)
    assert "Success" in steps.words
    assert "People" not in steps.words
    assert "helps with" not in steps.words
    assert "Invite helper" not in steps.words
    refused = app.press(HELPER, ActionId.INVITE_HELPER, Ref(handoff=handoff_id), modal=steps)
    assert "is up to Maya" in refused.sentence


def test_a_helper_writes_in_no_other_section(app: App) -> None:
    handoff_id = posted(app.store, app.team)
    invite(app, handoff_id, "success")
    steps = all_steps(app, HELPER, handoff_id)
    for other in ("why", "people", "red_flags"):
        go = Ref(handoff=handoff_id, thing=other)
        assert "is up to Maya" in app.press(HELPER, ActionId.BRIEF_GO, go, modal=steps).sentence
    go = Ref(handoff=handoff_id, thing="why")
    app.press(AE, ActionId.BRIEF_GO, go, modal=all_steps(app, AE, handoff_id))
    theirs = app.screen(app.slack.called("views.update")[-1]["view"])
    assert "is up to Maya" in app.submit(HELPER, theirs.type(trigger="Mine")).sentence
    assert brief_of(app, handoff_id).why == WHY


def test_of_the_handoff_a_helper_reads_what_they_were_given(app: App) -> None:
    handoff_id = posted(app.store, app.team)
    facts = ChannelFacts(name="deal-northwind", private=True, bot_inside=True)
    with app.store.write(app.team.workspace_id) as unit:
        unit.channels.ensure(DEAL, facts=facts)
        unit.commit()
    button = Ref(handoff=handoff_id)
    before = app.press(HELPER, ActionId.OPEN_HANDOFF, button, channel=ELSEWHERE)
    assert "private channel" in before.sentence
    invite(app, handoff_id, "first_days")
    page = app.modal(app.press(HELPER, ActionId.OPEN_HANDOFF, button, channel=ELSEWHERE))
    assert FIRST_DAYS.style in page.words
    assert SUCCESS.metric not in page.words
    assert "Ilse Brandt" not in page.words


def test_a_proposed_csm_reads_what_the_private_channel_reads(app: App) -> None:
    handoff_id = posted(app.store, app.team)
    facts = ChannelFacts(name="deal-northwind", private=True, bot_inside=True)
    with app.store.write(app.team.workspace_id) as unit:
        unit.channels.ensure(DEAL, facts=facts)
        unit.commit()
    button = Ref(handoff=handoff_id)
    page = app.modal(app.press("UCSM", ActionId.OPEN_HANDOFF, button, channel=ELSEWHERE))
    assert SUCCESS.metric in page.words
    assert FIRST_DAYS.style not in page.words
    with app.store.write(app.team.workspace_id) as unit:
        handoff = unit.handoffs.lock(handoff_id)
        handoff.assign_csm(app.team.outsider, by=app.team.cs_manager, at=unit.now)
        unit.save(handoff, actor_id=app.team.cs_manager.id)
        unit.commit()
    after = app.press("UCSM", ActionId.OPEN_HANDOFF, button, channel=ELSEWHERE)
    assert "private channel" in after.sentence


def test_choosing_no_section_takes_the_helper_off(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    invite(app, handoff_id, "success")
    step = app.modal(app.press(HELPER, ActionId.WRITE_BRIEF, Ref(handoff=handoff_id)))
    assert invite(app, handoff_id).body == {}
    assert helpers_of(app, handoff_id) == {}
    assert "is up to Maya" in app.submit(HELPER, step.type(metric="Late")).sentence
    refused = app.press(HELPER, ActionId.WRITE_BRIEF, Ref(handoff=handoff_id))
    assert "is up to Maya" in refused.sentence
    assert len(notices(app)) == 1


def test_the_same_invitation_twice_is_refused_in_the_form_and_told_once(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    invite(app, handoff_id, "success")
    assert "done already" in invite(app, handoff_id, "success").sentence
    assert len(notices(app)) == 1


def test_the_ae_and_strangers_are_refused_in_the_form(app: App) -> None:
    handoff_id = signed(app.store, app.team)
    assert "fills every section already" in invite(app, handoff_id, "why", helper=AE).sentence
    assert "full member" in invite(app, handoff_id, "why", helper="U0GUEST").sentence
    assert "Tick the sections" in invite(app, handoff_id).sentence
    assert helpers_of(app, handoff_id) == {}
