"""Where a handoff may not be, the bot makes a place where it may."""

from bot.demo import JONAS, MAYA, PRIYA, THEO
from tests.story.stack import Stack, modal
from tests.story.test_clocks import signed

SHARED, MADE = "#deal-harbor-shared", "deal-harbor-shared-internal"


def members(place: Stack) -> set[str]:
    """Who is in the channel that was made."""
    channels = place.sandbox.state()["channels"]
    return {one for channel in channels if channel["name"] == MADE for one in channel["members"]}


def test_from_a_shared_channel_a_deal_is_started_in_a_private_one(place: Stack) -> None:
    place.maya.slash("/handoff", channel=SHARED)
    place.maya.click(place.maya.ephemerals(SHARED)[-1], "open_make_channel")
    assert modal(place.maya).callback_id == "make_channel"
    place.maya.submit({})
    assert modal(place.maya).callback_id == "start"
    place.until(lambda: MAYA in members(place))
    place.maya.submit(
        {
            "account": "Harbor Mills",
            "value": "48,000",
            "csm": JONAS,
            "cs_manager": PRIYA,
            "signed_at": signed(place),
        }
    )
    place.until(lambda: {MAYA, JONAS, PRIYA, THEO} <= members(place))
    assert not [one for one in place.maya.messages(SHARED) if "Harbor Mills" in one.words]
