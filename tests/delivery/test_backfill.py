"""What goes out about a backfilled deal: reminders of its days, and nothing else of the clock's."""

from datetime import timedelta

from bot.clock.sweep import Sweep
from bot.domain.deadlines import Step
from bot.storage.unit_of_work import Store
from bot.views import sentences
from tests.builders import Team
from tests.delivery.desk import Desk
from tests.storage.test_backfill import backfilled

DAY = timedelta(days=1)
WORKED = range(5)


def test_in_ninety_days_only_the_day_of_the_brief_is_reminded_of(
    desk: Desk, store: Store, team: Team
) -> None:
    backfilled(store, team)
    sweep = Sweep(store=store, clock=desk.clock)
    for _ in range(90):
        now = desk.clock.advance(DAY)
        if now.weekday() in WORKED:
            sweep.run()
            desk.drain()
    said = [(one.channel, str(one.args)) for one in desk.slack.ledger.messages]
    reminders = [told for _, told in said if f"{sentences.reminders.REMINDER}: " in told]
    assert len(reminders) == 2
    assert all(sentences.terms.STEP_NAMES[Step.BRIEF] in told for told in reminders)
    assert not any(sentences.reminders.WAS_DUE in told for _, told in said)
    # Nobody but the AE hears of it: no manager, and no message of the bot's in the channel.
    assert {channel for channel, _ in said} == {f"D-{team.ae.slack_id}"}
