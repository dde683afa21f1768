"""A manager whom only the Slack profile knows, and a CSM who is away for a week."""

from datetime import timedelta

from bot.domain.history import Tag
from tests.story.stack import Stack
from tests.story.test_clocks import HOUR, begin, settled
from tests.story.test_thin_job import (
    assign_jonas,
    northwind,
    post_message,
    signed_half_an_hour_ago,
)
from tests.story.typing import start_deal, write_brief

FIELD = "Xf0MANAGER1"


def person_id(stack: Stack, slack_id: str) -> int:
    with stack.bot.store.read(stack.bot.workplace.id) as unit:
        person = unit.people.by_slack_id(slack_id)
    assert person is not None
    return person.id


def test_a_manager_from_the_profile_is_told_and_reads_why(place: Stack) -> None:
    maya = person_id(place, place.maya.id)
    with place.bot.store.write(place.bot.workplace.id) as unit:
        unit.people.set_part(maya, clear_manager=True)
        unit.commit()
    place.maya.do("edit_user", fields={FIELD: place.sam.id})
    place.ada.open_home()
    place.until(place.ada.home)
    place.ada.click_in_home("open_managers")
    assert not place.ada.submit({"profile_field": FIELD}).field_errors
    begin(place)
    place.sandbox.advance(23.6 * HOUR)
    told = place.dm_says(place.sam, "was due")
    assert "the Slack profile of" in told.words
    settled(place)
    assert not [one for one in place.theo.dms() if "was due" in one.text]
    assert not [one for one in place.ada.dms() if "was due" in one.text]


def test_a_stand_in_reads_for_the_absent_csm_until_the_date(place: Stack) -> None:
    deal = northwind(place)
    start_deal(place, deal, signed_at=signed_half_an_hour_ago(place))
    write_brief(place.maya, deal)
    post_message(place)
    assign_jonas(place)
    jonas, sam = person_id(place, place.jonas.id), person_id(place, place.sam.id)
    until = place.sandbox.now().date() + timedelta(days=6)
    with place.bot.store.write(place.bot.workplace.id) as unit:
        unit.set_leave(jonas, until, sam, by=unit.people.get(jonas))
        unit.commit()
    guide = place.dm_says(place.sam, "you stand in for the CSM")
    assert "In place of" in guide.words
    place.sam.click(guide, "acknowledge")
    place.card_says("Acknowledged")
    place.sandbox.advance(8 * 24 * HOUR)
    place.until(lambda: owner_of_the_reading(place) == jonas)
    settled(place)
    refused = place.dm_says(place.sam, "no part in this handoff")
    assert "acknowledge" not in refused.action_ids()
    with place.bot.store.read(place.bot.workplace.id) as unit:
        tags = [one.columns["tag"] for one in unit.history.records(1) if one.columns]
    assert [tags.count(tag.value) for tag in (Tag.AWAY, Tag.BACK)] == [1, 1]


def owner_of_the_reading(stack: Stack) -> int | None:
    with stack.bot.store.read(stack.bot.workplace.id) as unit:
        return next(one.owner_id for one in unit.deadlines.of(1) if one.step == "read")
