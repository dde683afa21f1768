"""What the bot says in a chat, as it is when it goes out."""

from bot.delivery.plans import Cancel
from bot.domain import access
from bot.domain.access import Act
from bot.domain.chat import About, ChatState, Says, Spot
from bot.domain.notices import Notice
from bot.domain.people import Person
from bot.domain.words import HintKind
from bot.storage.unit_of_work import ReadUnit
from bot.views.chat import ChatSaid, chat_elsewhere_message, chat_message
from bot.views.message import Message


def chat_told(unit: ReadUnit, notice: Notice) -> Message:
    """One turn of a chat; a question that was left meanwhile has no buttons any more."""
    facts = notice.facts
    chat = unit.chats.get(int(facts["chat"]))
    spot = Spot(str(facts["section"]), str(facts["item"]))
    hint = str(facts["hint"])
    return chat_message(
        ChatSaid(
            chat.id,
            chat.handoff_id,
            Says(str(facts["says"])),
            spot,
            saved=int(facts["saved"]),
            hint=HintKind(hint) if hint else None,
            left=int(facts["left"]),
            promised=bool(facts["promised"]),
            turn=int(facts["turn"]),
            current=chat.asked == int(facts["turn"]) and chat.state is ChatState.OPEN,
        )
    )


def chat_pointed(unit: ReadUnit, reader: Person) -> Message | Cancel:
    """Where a person is asked something, who wrote beside it.

    A chat about what is not theirs any more, or not open, takes nothing, and is not named.
    """
    chats = []
    for chat, _ in unit.chats.listening(reader.id):
        handoff = unit.handoffs.get(chat.handoff_id)
        act = Act.CHAT_DEBRIEF if chat.about is About.DEBRIEF else Act.EDIT_BRIEF
        if handoff.open and access.may(act, reader, handoff):
            chats.append((handoff.account, chat.about))
    return chat_elsewhere_message(chats) if chats else Cancel("no_longer_owed")
