"""What people live through while the bot dies somewhere in the middle of it."""

from datetime import timedelta

from sqlalchemy import select

from bot.domain.access import EVERY
from bot.domain.errors import Problem
from bot.domain.history import Tag
from bot.domain.items import SectionKey
from bot.domain.notices import NoticeKind
from bot.sandbox.answers import Answer
from bot.sandbox.seen import Seen
from bot.sandbox.view_state import CannotAct
from bot.storage.tables import outbox
from bot.views.ids import MoreChoice
from bot.views.payload import Ref
from bot.views.sentences.card import CARD_NEUTRAL, WITHDRAWN
from bot.views.sentences.notices import CANNOT_POST
from tests.crash.process import LARKFIELD, NORTHWIND, Life

BEFORE = {NORTHWIND: 1, f"{NORTHWIND} thread": 2, "maya": 2, "jonas": 2, "priya": 2}
"""Card, mention and the deal's one promise; for each who has a part welcome and guide."""
ONCE_EACH = BEFORE | {f"{NORTHWIND} thread": 4, "maya": 3, "jonas": 3}
"""The line about the acknowledgement too, and an anchor there and for AE and CSM."""


def hand_over(life: Life) -> None:
    """A card is posted, the CSM is told and brought in, looks at Home and acknowledges."""
    life.see(lambda: life.person("jonas").dms())
    life.see(lambda: "deal-northwind" in _channels_of_jonas(life))
    life.rest()
    life.act(lambda: _open_home(life))
    life.see(lambda: life.person("jonas").home())
    acknowledge(life)
    life.rest()
    offers = [
        one
        for one in life.person("jonas").ephemerals(NORTHWIND)
        if "undo_acknowledge" in one.action_ids()
    ]
    assert len(offers) == 1
    assert life.stands() == ONCE_EACH, life.stands()
    assert "Acknowledged" in life.card().words
    assert life.tags(1).count(Tag.ACKNOWLEDGED) == 1


def invite_by_hand(life: Life) -> None:
    """Slack refuses to bring the CSM in, so a person is asked, once."""
    life.see(lambda: len(life.person("priya").dms()) == 3)
    life.rest()
    assert life.stands() == BEFORE | {"priya": 3}, life.stands()


def ask(life: Life) -> None:
    """The card's post ended unclearly and nobody can look, so the AE is asked, once."""
    life.see(lambda: len(life.person("maya").dms()) == 3)
    life.rest()
    # Below a card that may not be there nothing is said.
    assert life.stands() == {NORTHWIND: 1, "maya": 3, "jonas": 2, "priya": 2}, life.stands()


def keep_out(life: Life) -> None:
    """The bot is to post where outsiders read, posts nothing, and tells the AE, once."""
    life.see(lambda: len(life.person("maya").dms()) == 2)
    life.sandbox.advance(timedelta(hours=4, minutes=10).total_seconds())
    life.see(lambda: _told_why_not(life))
    life.rest()
    assert life.posts(NORTHWIND) == []
    assert _told_why_not(life) == 1


def clear_out(life: Life) -> None:
    """The deal channel is shared: what the bot said in it goes, and the AE hears of it once."""
    life.see(life.replies)
    life.rest()
    maya, channel = life.person("maya"), life.sandbox.channel(NORTHWIND)
    life.sandbox.act("share", maya.id, channel_id=channel)
    # The line goes; the promise's message, like the card, stays for when the channel is theirs.
    life.see(lambda: [one.text for one in life.replies()] == [WITHDRAWN])
    life.see(lambda: life.card().text == CARD_NEUTRAL)
    life.rest()
    after = BEFORE | {f"{NORTHWIND} thread": 1, "maya": 3}
    assert life.stands() == after, life.stands()


def lose_the_card(life: Life) -> None:
    """Somebody deletes the card; at the next change it stands there again, once."""
    life.see(life.replies)
    life.rest()
    ada, gone = life.person("ada"), life.card()
    life.sandbox.act("delete_message", ada.id, channel_id=gone.channel, ts=gone.ts)
    jonas = life.person("jonas")
    life.act(lambda: jonas.click(jonas.dms()[-1], "acknowledge"))
    life.see(lambda: life.posts(NORTHWIND))
    life.rest()
    assert "Acknowledged" in life.card().words
    assert life.stands() == ONCE_EACH, life.stands()


def write(life: Life) -> None:
    """Maya adds a promise; what she typed before is saved when its form opens."""
    maya = life.person("maya")
    life.act(lambda: maya.slash("/handoff", channel=LARKFIELD))
    life.act(lambda: start(life))
    for _ in (SectionKey.WHY, SectionKey.PEOPLE, SectionKey.SUCCESS):
        life.act(lambda: maya.submit({}))
    life.act(lambda: _open_promise(life))
    modal = maya.modal
    assert modal is not None
    assert modal.callback_id == "promise"
    life.act(lambda: maya.submit({"words": "Live in 30 days", "kind": "timing"}))
    life.rest()
    with life.store() as store, store.read(1) as unit:
        brief = unit.brief.load(1, audiences=EVERY)
    assert brief.promises.refused == "Work on weekends"
    assert [one.text.words for one in brief.entries] == ["Live in 30 days"]


def copy(life: Life) -> None:
    """Maya adds a message to the handoff; where its form did not come she asks for it again."""
    life.see(lambda: "deal-northwind" in _channels_of_jonas(life))
    life.rest()
    maya = life.person("maya")
    ts = maya.post(NORTHWIND, "We said June & meant it")
    message = next(one for one in maya.messages(NORTHWIND) if one.ts == ts)
    life.act(lambda: _use_shortcut(life, message))
    if maya.modal is None:
        life.act(lambda: _use_shortcut(life, message))
    life.act(lambda: maya.submit({"becomes": "promise", "means": "Live in June."}))
    life.rest()
    with life.store() as store, store.read(1) as unit:
        brief = unit.brief.load(1, audiences=EVERY)
        copies = unit.copied.of(1, audiences=EVERY)
    assert [one.text.words for one in brief.entries[1:]] == ["Live in June."]
    assert [one.message.words for one in copies] == ["We said June & meant it"]


def act(life: Life) -> None:
    """One handoff is started and another acknowledged; each act is done once."""
    life.see(lambda: "deal-northwind" in _channels_of_jonas(life))
    life.rest()
    maya = life.person("maya")
    life.act(lambda: maya.slash("/handoff", channel=LARKFIELD))
    if maya.modal is None:  # Its trigger had been used when the answer was lost.
        life.act(lambda: maya.slash("/handoff", channel=LARKFIELD))
    life.act(lambda: start(life))
    modal = maya.modal
    assert modal is not None
    assert modal.callback_id == "brief"
    life.see(lambda: len(maya.dms()) == 3)
    acknowledge(life)
    life.rest()
    assert life.stands() == ONCE_EACH | {"maya": 4}, life.stands()
    assert life.tags(1).count(Tag.ACKNOWLEDGED) == 1
    assert life.tags(2) == [Tag.STARTED, Tag.SIGNED]
    with life.store() as store, store.system() as system:
        assert system.handoff_ids(1) == [1, 2]


def greet(life: Life) -> None:
    """Somebody opens the bot's DM; Slack tells it again until it is answered."""
    life.rest()
    theo = life.person("theo")
    told = life.sandbox.act("open_home", theo.id, tab="messages")
    assert not told["answered"]
    life.see(theo.dms)
    life.rest()
    assert life.stands() == {"maya": 2, "theo": 1}, life.stands()


def acknowledge(life: Life) -> None:
    """Jonas presses *Acknowledge*; where it was done but not answered, he sees that it is done."""
    life.see(lambda: "acknowledge" in life.card().action_ids())
    life.act(lambda: _press_acknowledge(life))
    life.see(lambda: "acknowledge" not in life.card().action_ids())


def run_late(life: Life) -> None:
    """The AE is nudged, and when nothing comes the bot posts the card itself."""
    life.see(lambda: len(life.person("maya").dms()) == 2)
    life.sandbox.advance(timedelta(hours=3, minutes=20).total_seconds())
    life.see(lambda: len(life.person("maya").dms()) == 3)
    assert not life.posts(NORTHWIND)
    life.sandbox.advance(timedelta(minutes=50).total_seconds())
    life.card()
    # The bot says that it posted, and her card comes anew with what is next for her.
    life.see(lambda: len(life.person("maya").dms()) == 5)
    life.rest()
    assert life.stands() == {NORTHWIND: 1, "maya": 5}, life.stands()
    assert life.tags(1) == [Tag.STARTED, Tag.SIGNED, Tag.POSTED]


def start(life: Life) -> Answer:
    """The start form that is open before Maya."""
    maya = life.person("maya")
    return maya.submit(
        {
            "account": "Larkfield Labs",
            "value": "48,000",
            "currency": "USD",
            "csm": life.person("jonas").id,
            "cs_manager": life.person("priya").id,
            "signed_at": (life.sandbox.now() - timedelta(minutes=30)).replace(second=0),
        }
    )


def send_file(life: Life) -> None:
    """Maya asks for the list as a file, and it comes once."""
    life.see(life.replies)
    life.rest()
    maya = life.person("maya")
    life.act(lambda: maya.slash("/handoff-status", channel=NORTHWIND))
    life.act(lambda: _ask_for_file(life))
    life.see(lambda: any(one.files for one in maya.dms()))
    life.rest()
    assert life.stands() == BEFORE | {"maya": 3}, life.stands()
    assert len(life.sandbox.state()["files"]) == 1


def _ask_for_file(life: Life) -> Answer:
    with life.store() as store, store.database.reading() as connection:
        asked = select(outbox.c.id).where(outbox.c.kind == NoticeKind.STATUS_CSV.value)
        if connection.execute(asked).first() is not None:
            return Answer(answered=True)  # It is asked for, only the answer was lost.
    maya = life.person("maya")
    listed = next(one for one in maya.ephemerals(NORTHWIND) if "status_open" in one.action_ids())
    return maya.click(listed, "more", chosen=Ref(thing=MoreChoice.STATUS_CSV.value).dump())


def _told_why_not(life: Life) -> int:
    why, _ = CANNOT_POST[Problem.CHANNEL_SHARED]
    return sum(why in one.words for one in life.person("maya").dms())


def _press_acknowledge(life: Life) -> Answer:
    try:
        return life.person("jonas").click(life.card(), "acknowledge")
    except CannotAct:
        # The button went while he looked: it is done.
        return Answer(answered=True)


def _open_promise(life: Life) -> Answer:
    maya = life.person("maya")
    if maya.modal is not None and maya.modal.callback_id == "promise":
        # The form came, only the answer was lost.
        return Answer(answered=True)
    return maya.click_in_modal("promise_add", typed={"refused": "Work on weekends"})


def _use_shortcut(life: Life, message: Seen) -> Answer:
    maya = life.person("maya")
    if maya.modal is not None:  # The form came, only the answer was lost.
        return Answer(answered=True)
    return maya.message_shortcut(message, "add_to_handoff")


def _open_home(life: Life) -> Answer:
    jonas = life.person("jonas")
    return Answer(**life.sandbox.act("open_home", jonas.id))


def _channels_of_jonas(life: Life) -> list[str]:
    jonas = life.person("jonas").id
    state = life.sandbox.state()
    return [one["name"] for one in state["channels"] if jonas in one["members"]]
